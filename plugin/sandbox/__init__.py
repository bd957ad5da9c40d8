"""The sandbox EHR for demo and tests: a FHIR server, a SMART server in front of it, sample patients, a launch page."""
