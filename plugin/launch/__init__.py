"""SMART App Launch 2.2, the client's side: discovery, authorize, token, identity, and the workspace."""
