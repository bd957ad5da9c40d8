"""Servers whose answers all but never end: any bytes, said as a test says them, on a real port."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\n"


def dripping(said: bytes = b"", drop: bytes = b" ") -> Iterator[bytes]:
    """What is said at once, then `drop` fifty times a second, for longer than any of us waits."""
    yield said
    for _ in range(200):
        time.sleep(0.02)
        yield drop


def endless(said: bytes = HEAD + b"\r\n") -> Iterator[bytes]:
    """What is said at once, then more than anybody takes: 200 MB."""
    yield said
    for _ in range(3_000):
        yield b" " * 65_536


@dataclass
class Talker:
    """base: its FHIR base. sent: bytes that the other side took. hung_up: it closed the connection."""

    base: str = ""
    sent: int = 0
    hung_up: bool = False


@contextmanager
def talking(answer: Callable[[], Iterator[bytes]]) -> Iterator[Talker]:
    """A server that reads one request a connection and answers with what `answer` gives, until it is hung up on."""
    talker = Talker()
    stop = threading.Event()
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        talker.base = f"http://127.0.0.1:{listener.getsockname()[1]}/fhir"
        threads = [threading.Thread(target=_serve, args=(listener, answer, talker, stop))]
        threads[0].start()
        try:
            yield talker
        finally:
            stop.set()
            socket.create_connection(listener.getsockname()).close()
            threads[0].join()


def _serve(
    listener: socket.socket, answer: Callable[[], Iterator[bytes]], talker: Talker, stop: threading.Event
) -> None:
    while not stop.is_set():
        connection, _ = listener.accept()
        with connection:
            connection.recv(65_536)
            try:
                for part in answer():
                    if stop.is_set():
                        break
                    connection.sendall(part)
                    talker.sent += len(part)
            except OSError:
                talker.hung_up = True
