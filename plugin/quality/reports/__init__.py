"""The report of `careplan check` in every format: for people, for programs, for code hosts, for the file."""
