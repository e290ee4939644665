"""A bank and a city on this machine that may be killed, and that answer badly: `outside.py HOME PORT SEED`.

What they take in is on disk before they answer; a request that comes again under its key gets the same receipt.
"""

from __future__ import annotations

import json
import os
import sys
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from threading import Lock
from typing import Any


def receipt_for(key: str) -> str:
    """What the bank gives for a request, however often it comes."""
    return sha256(key.encode()).hexdigest()[:12]


class Ledger:
    """Lines of JSON: the path, the key and the body of every request, in the order of arrival."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = Lock()

    def take(self, **told: Any) -> None:
        with self._turn, self._path.open("a") as file:
            file.write(json.dumps(told) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def entries(self) -> list[dict[str, Any]]:
        """Without a line that was torn by a kill: nobody was answered for that."""
        lines = self._path.read_text().splitlines() if self._path.exists() else []
        return [json.loads(line) for line in lines if line.endswith("}")]


class Desk(BaseHTTPRequestHandler):
    """Takes in what it is sent, and answers three times of four."""

    server: Outside
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        mood = self.server.random.random()
        if mood < 0.1:
            return self._say(503, {})
        key = self.headers.get("idempotency-key") or self.headers["webhook-id"]
        self.server.ledger.take(path=self.path, key=key, body=body)
        if mood < 0.25:
            # The answer is lost on the way: who has asked must ask again.
            self.close_connection = True
            return None
        return self._say(200, {"receipt": receipt_for(key)})

    def _say(self, status: int, content: dict[str, str]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """The ledger tells."""


class Outside(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, home: Path, port: int, seed: str) -> None:
        super().__init__(("127.0.0.1", port), Desk)
        self.ledger = Ledger(home / "ledger")
        self.random = Random(seed)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is no fault."""


if __name__ == "__main__":
    Outside(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]).serve_forever()
