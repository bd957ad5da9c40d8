"""Profiles and templates as a FHIR package: one archive that FHIR servers, validators and publishers install."""
