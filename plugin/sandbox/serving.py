"""Serves a WSGI application on a loopback port in a thread, and stops it again."""

from __future__ import annotations

import errno
import importlib.util
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from plugin.errors import UsageError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

THREADS = 16  # an app reads a chart with many searches at once
POLL_SECONDS = 1.0  # an answer or a stop wakes the loop at once


@contextmanager
def serving(application: WSGIApplication, port: int) -> Iterator[None]:
    """Serve `application` at http://127.0.0.1:`port` while the block runs.

    Raises UsageError where the port is taken or the extra `sandbox` is not installed.
    """
    if importlib.util.find_spec("waitress") is None:
        raise UsageError(
            "the sandbox needs the package waitress, which is not installed: "
            "run `pip install 'careplan-plugin[sandbox]'`"
        )
    from waitress.server import create_server

    open_sockets: dict[int, Any] = {}  # of the server: its own, and one for each connection
    listening = _listen(port)
    server: Any = create_server(application, map=open_sockets, sockets=[listening], threads=THREADS, ident="")
    stopping = threading.Event()

    def serve() -> None:
        while not stopping.is_set():
            server.asyncore.loop(timeout=POLL_SECONDS, map=open_sockets, count=1)

    thread = threading.Thread(target=serve, name=f"serving-{port}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        # The sockets, the trigger that workers pull among them, are closed only when nobody uses them any more.
        stopping.set()
        server.pull_trigger()
        thread.join(timeout=10)
        server.task_dispatcher.shutdown()
        for channel in list(server.active_channels.values()):
            channel.handle_close()  # unlike close_all, this also closes the files into which large answers were spilt
        server.asyncore.close_all(open_sockets)


def _listen(port: int) -> socket.socket:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
    except OSError as error:
        listening.close()
        if error.errno != errno.EADDRINUSE:
            raise
        raise UsageError(
            f"port {port} is in use by another program: stop that program, or choose another port with --port"
        ) from error
    return listening
