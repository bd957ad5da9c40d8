"""The entry point for WSGI servers: `gunicorn wsgi:app`, without --preload, since threads do not survive a fork."""

from plugin import create_app
from plugin.web.outbox import Outbox

app = create_app()
Outbox(app).start()
