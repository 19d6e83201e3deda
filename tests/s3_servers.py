"""Real S3 servers on this machine, and one that stalls; each ends with the process that began it.

server = s3_servers.running("seaweedfs")      shared by all tests, started when first asked for
with s3_servers.Rclone(folder) as server:     a test's own, which it may kill
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from workbench.data.s3.connection import Connection, Keys, Limits

ACCESS, SECRET = "TESTACCESSKEY", "CANARY7f3a9c51e2d84b06"
KINDS = ("seaweedfs", "rclone")
# Ends the server when the writing end of its stdin closes, however that came about.
_GUARD = """
import subprocess, sys
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
sys.stdin.read()
child.kill()
child.wait()
"""


class Server:
    """A server with one pair of keys; ``start`` returns when it answers."""

    port: int

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.keys = Keys(ACCESS, SECRET)
        self.secrets = {"access_key": ACCESS, "secret_key": SECRET}
        self._guard: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return {}

    def start(self) -> Server:
        with (self.folder / "server.log").open("ab") as log:
            self._guard = subprocess.Popen(
                [sys.executable, "-c", _GUARD, *self.command()],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.environment()},
            )
        self._wait()
        return self

    def kill(self) -> None:
        """End it at once, whatever it is doing."""
        if self._guard is not None:
            self._guard.stdin.close()
            self._guard.wait()
            self._guard = None

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.kill()

    def connection(self, **limits: float) -> Connection:
        return Connection(self.endpoint, keys=self.keys, limits=Limits(**limits))

    def bucket(self, objects: dict[str, bytes] | None = None) -> str:
        """Make a bucket that holds the objects; its name."""
        name = f"bucket-{secrets.token_hex(6)}"
        client = self.connection().client()
        client.create_bucket(Bucket=name)
        for key, content in (objects or {}).items():
            client.put_object(Bucket=name, Key=key, Body=content)
        client.close()
        return name

    def _answers(self) -> bool:
        client = self.connection(connect_s=1, read_s=2).client()
        try:
            client.list_buckets()
        except Exception:
            return False
        finally:
            client.close()
        return True

    def _wait(self) -> None:
        end = time.monotonic() + 60
        while not self._answers():
            if self._guard.poll() is not None or time.monotonic() > end:
                raise RuntimeError((self.folder / "server.log").read_text()[-3000:])
            time.sleep(0.1)


class Rclone(Server):
    """Rclone serving a folder: a folder a bucket."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        (self.port,) = _free_ports(1)
        self.data = self.folder / "data"
        self.data.mkdir()

    def command(self) -> list[str]:
        address = f"127.0.0.1:{self.port}"
        return [_program("rclone"), "serve", "s3", "--addr", address, str(self.data)]

    def environment(self) -> dict[str, str]:
        return {
            "RCLONE_AUTH_KEY": f'"{ACCESS},{SECRET}"',  # one item of a list
            "RCLONE_CONFIG": str(self.folder / "none.conf"),
        }


class SeaweedFS(Server):
    """SeaweedFS: master, volume, filer and gateway in one process."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        *self._ports, self.port, self._grpc = _free_ports(8)
        identity = {
            "name": "tests",
            "credentials": [{"accessKey": ACCESS, "secretKey": SECRET}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        }
        self._identities = self.folder / "identities.json"
        self._identities.write_text(json.dumps({"identities": [identity]}))
        (self.folder / "data").mkdir()
        # Paths of sockets may have about a hundred characters.
        self._sockets = tempfile.mkdtemp(prefix="s3-")
        atexit.register(shutil.rmtree, self._sockets, ignore_errors=True)

    def command(self) -> list[str]:
        parts = ("master", "volume", "filer")
        ports = iter(self._ports)
        each = [f"-{part}.{name}={next(ports)}" for part in parts for name in ("port", "port.grpc")]
        sockets = [f"-{part}.localSocket={self._sockets}/{part}" for part in ("filer", "s3")]
        return [
            _program("weed"),
            "server",
            f"-dir={self.folder / 'data'}",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            *each,
            *sockets,
            "-filer",
            "-s3",
            f"-s3.port={self.port}",
            f"-s3.port.grpc={self._grpc}",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            f"-s3.config={self._identities}",
            "-master.telemetry=false",
            "-master.volumeSizeLimitMB=64",
            "-volume.max=200",
        ]


class Stalling:
    """A server that accepts connections, says ``beginning``, and then no more.

    Attributes:
        asked: how many connections it got.
    """

    def __init__(self, beginning: bytes = b"") -> None:
        self._beginning = beginning
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._open: list[socket.socket] = []
        self.asked = 0
        self.endpoint = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept)

    def __enter__(self) -> Stalling:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for connection in self._open:
            connection.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.asked += 1
                self._open.append(connection)
                if self._beginning:
                    connection.recv(1 << 16)
                    connection.sendall(self._beginning)


@functools.cache
def running(kind: str) -> Server:
    """The server of that kind that all tests share; it ends with the tests."""
    place = tempfile.TemporaryDirectory(prefix="s3-")
    server = {"seaweedfs": SeaweedFS, "rclone": Rclone}[kind](Path(place.name, kind))

    @atexit.register
    def end() -> None:
        server.kill()
        place.cleanup()

    return server.start()


def _program(name: str) -> str:
    found = Path(sys.executable).with_name(name)
    assert found.exists(), f"{name} is not installed beside {sys.executable}"
    return str(found)


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        made = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [server.getsockname()[1] for server in made]
