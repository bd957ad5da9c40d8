"""Two apps that the demo knows besides its own plug-in: for trying a plug-in of one's own against it."""

from __future__ import annotations

from plugin.sandbox.oauth_store import Client

_OWN = "http://127.0.0.1:8766"  # where `careplan serve` listens, unless told otherwise

# docs/smart.md, "Try it against the sandbox", names them.
CLIENTS = (
    Client(
        client_id="try-out",
        redirect_uris=(f"{_OWN}/smart/callback",),
        launch_url=f"{_OWN}/smart/launch",
        name="Care plan, tried out",
    ),
    Client(
        client_id="try-out-backend",
        redirect_uris=(),
        launch_url=f"{_OWN}/smart/launch",
        name="Care plan, tried out as a backend service",
        jwks_uri=f"{_OWN}/.well-known/jwks.json",
    ),
)
