"""SMART on FHIR plug-in that drafts care plans for oncology teams."""

__version__ = "0.1.0"
