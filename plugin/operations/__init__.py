"""FHIR operations over HTTP: what we are, our definitions to read and search, `$apply`, `$draft` and `$populate`."""
