"""Proofs: what a template says must hold, and whether its conditions say anything, for every patient there could be."""
