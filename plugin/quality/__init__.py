"""The QA workbench: whether a template does what it says, and what it says, in words that people can sign."""
