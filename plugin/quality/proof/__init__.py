"""Proofs: the drafting policy over any Boolean algebra, decided by a solver for every patient there could be."""
