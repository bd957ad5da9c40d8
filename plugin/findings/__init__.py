"""Raw FHIR resources in, findings out. Pure: no network, no database, no clock."""

from plugin.findings.model import Finding, Findings, Patient, Problem, Result

__all__ = ["Finding", "Findings", "Patient", "Problem", "Result"]
