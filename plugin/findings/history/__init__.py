"""Earlier treatment: what was given, in which courses and lines, and what follows. All of it is proposed."""
