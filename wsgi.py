"""The entry point for WSGI servers: `gunicorn wsgi:app`."""

from plugin import create_app

app = create_app()
