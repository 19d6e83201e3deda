"""The Ray cluster of ``$RAY_ADDRESS``, or one of this machine alone."""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import psutil

from workbench.errors import (
    InvalidValue,
    JobFailed,
    MissingExtra,
)

_PATIENCE_S = 60.0
_LEAVE_S = 10
_DAY_S = 24 * 60 * 60
# Nothing passes through it: the images lie on the home's disk.
_OBJECT_STORE_BYTES = 100 * 2**20
_SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    # Once the connection is closed, no call opens another.
    "RAY_ENABLE_AUTO_CONNECT": "0",
    "RAY_TRAIN_V2_ENABLED": "1",
    "RAY_TRAIN_METRICS_ENABLED": "0",
    # Paths of a configuration mean the same as anywhere.
    "RAY_CHDIR_TO_TRIAL_DIR": "0",
    # A busy cluster is waited for; Stop ends that.
    "RAY_TRAIN_WORKER_GROUP_START_TIMEOUT_S": str(_DAY_S),
    # How soon the end, or a lost worker, is noticed.
    "RAY_TRAIN_HEALTH_CHECK_INTERVAL_S": "1",
    # One process less; a machine that is taken away is a lost one.
    "RAY_TRAIN_ENABLE_PREEMPTION_WATCHER": "0",
    # Which GPUs a worker without any sees is said in `worker`.
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}
# What the first worker has to say, it writes to the run's log itself.
_QUIET = {"log_to_driver": False, "logging_level": logging.ERROR}


class Cluster:
    """A connection, closed on leaving; what it started is ended then."""

    def __init__(self) -> None:
        self._folders: list[Path] = []
        self._connected = False
        self._settled = threading.Event()
        self._settled.set()

    def __enter__(self) -> Self:
        os.environ.update(_SETTINGS)
        return self

    def __exit__(self, *_: object) -> None:
        # Another thread may be connecting: what it starts would stay.
        self._settled.wait(_PATIENCE_S)
        started = psutil.Process().children(recursive=True)
        if self._connected:
            _ray().shutdown()
        # They read their logs in going; only then may those be deleted.
        for process in psutil.wait_procs(started, _LEAVE_S)[1]:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        for folder in self._folders:
            shutil.rmtree(folder, ignore_errors=True)

    def connect(self, workers: int | None) -> None:
        """Connect to the cluster of ``$RAY_ADDRESS``; without it, start one here for ``workers``.

        Raises:
            InvalidValue: the address is of another kind.
            JobFailed: the cluster cannot be reached, or none can be started.
        """
        address = os.environ.get("RAY_ADDRESS", "")
        if address.startswith("ray://"):
            raise InvalidValue(
                f"RAY_ADDRESS must be the cluster's own, such as HOST:6379, got {address}; start "
                "the run on one of its machines"
            )
        self._settled.clear()
        try:
            if not address:
                self._prepare()
            ray = _ray()
            self._connect(ray, address, workers)
            self._connected = True
        finally:
            self._settled.set()

    def _connect(self, ray: Any, address: str, workers: int | None) -> None:
        try:
            if address:
                ray.init(address=address, **_QUIET)
            else:
                self._start(ray, workers or 1)
        except Exception as error:
            said = str(error).strip().splitlines() or [type(error).__name__]
            place = f"at RAY_ADDRESS={address}" if address else "on this machine"
            raise JobFailed(f"there is no Ray cluster {place}: {said[0][:300]}") from error

    def _prepare(self) -> None:
        """Let only those into the cluster that is to be started here who can read a new file.

        Whoever gets into one can execute code. Should this process be killed, what is left of
        the cluster ends that many seconds later.
        """
        folder = Path(tempfile.mkdtemp(prefix="workbench-"))
        self._folders.append(folder)
        key = folder / "key"
        key.touch(mode=0o600)
        key.write_text(secrets.token_hex(32))
        os.environ |= {
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN_PATH": str(key),
            "RAY_gcs_rpc_server_reconnect_timeout_s": str(_LEAVE_S),
        }

    def _start(self, ray: Any, workers: int) -> None:
        started = ray.init(
            address="local",
            # Workers share processors where they are more than those.
            num_cpus=max(workers, os.cpu_count() or 1),
            object_store_memory=_OBJECT_STORE_BYTES,
            include_dashboard=False,
            **_QUIET,
            # Reached from this machine alone.
            _node_ip_address="127.0.0.1",
        )
        self._folders.append(Path(started.address_info["session_dir"]))

    def nodes(self) -> list[Mapping[str, float]]:
        """What each of its machines has, as Ray counts it."""
        return [node["Resources"] for node in _ray().nodes() if node["Alive"]]


def _ray() -> Any:
    try:
        import ray
        import ray.train
    except ImportError as error:
        raise MissingExtra(
            f"a Ray cluster needs Ray Train, which cannot be loaded here ({error}); install it "
            "with pip install 'jupyter-workbench[ray]'"
        ) from error
    return ray
