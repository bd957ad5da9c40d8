"""`careplan doctor` and `careplan codes`: is a FHIR server fit for us, and which codes are its own."""
