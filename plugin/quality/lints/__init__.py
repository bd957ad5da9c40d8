"""Checks of form and sense on what is written: references, ids, codes, dates, wording. Each gives one Section."""
