"""Reading and writing FHIR over HTTP: which searches to make, paging, partial failure."""
