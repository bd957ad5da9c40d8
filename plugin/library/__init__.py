"""Templates and profiles, loaded from disk, checked and compiled. Pure: no network, no database, no clock."""
