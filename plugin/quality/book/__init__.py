"""A template as a document that a clinical lead can read and sign."""
