"""`careplan doctor` and `careplan codes`: is a FHIR server fit for us, what is to be changed, which codes are its own."""
