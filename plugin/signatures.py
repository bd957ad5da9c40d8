"""Signatures that tokens of others may carry."""

from __future__ import annotations

# Public-key signatures only: `none` proves nothing, and HS* would take a public key for a shared secret.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
