"""Findings and templates in, draft out. Pure: no network, no database, no clock."""

from plugin.drafting.model import Draft

__all__ = ["Draft"]
