"""What tells the workers of Ray Train of each other: ``TF_CONFIG``, as for any machines.

Ray Train's own way to TensorFlow also sets ``TF_USE_LEGACY_KERAS``; these networks are of Keras 3.
"""

from __future__ import annotations

import json
import os
import socket
from dataclasses import dataclass
from typing import Any

import ray
from ray.train.backend import Backend, BackendConfig


@dataclass
class Described(BackendConfig):
    """Workers that find their part in ``TF_CONFIG``."""

    @property
    def backend_cls(self) -> type[Backend]:
        """What describes them."""
        return _Describing


class _Describing(Backend):
    """Describes to each worker all of them, once they are there."""

    def on_start(self, worker_group: Any, backend_config: BackendConfig) -> None:
        """Ask each where it can be reached, and tell all of them."""
        addresses = worker_group.execute(_address)
        waiting = [
            worker_group.execute_single_async(index, _describe, addresses, index)
            for index in range(len(addresses))
        ]
        ray.get(waiting)


def _address() -> str:
    """Where this worker can be reached by the others."""
    host = ray.util.get_node_ip_address()
    with socket.create_server((host, 0)) as free:
        return f"{host}:{free.getsockname()[1]}"


def _describe(addresses: list[str], index: int) -> None:
    task = {"type": "worker", "index": index}
    os.environ["TF_CONFIG"] = json.dumps({"cluster": {"worker": addresses}, "task": task})
