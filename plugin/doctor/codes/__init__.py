"""Codes that a server or an export uses and that no finding is read from: counted, and put into words for a map."""
