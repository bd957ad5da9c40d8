"""Polarity: would any case notice if a comparison said the opposite."""
