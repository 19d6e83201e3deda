"""``upload``: a folder of images to a bucket."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import Any

from workbench.cli.output import emit
from workbench.cli.progress import bar
from workbench.cli.s3_keys import ask_keys
from workbench.data.s3.connection import Limits
from workbench.data.s3.upload import Uploaded, upload
from workbench.data.s3.upload_config import read_upload_config
from workbench.inference.result import printable

_SHOWN = 20


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    command = commands.add_parser("upload", parents=[common], help="send a folder to S3")
    command.add_argument("folder", metavar="DIR", help="what to upload, sub-folders included")
    command.add_argument(
        "--config",
        required=True,
        metavar="FILE",
        help="[S3 Config] with endpoint, accesskey, secretkey, bucket, prefix",
    )
    command.set_defaults(run=_upload)


def _upload(arguments: argparse.Namespace) -> None:
    config = read_upload_config(arguments.config)
    config = replace(config, keys=ask_keys(config.connection(Limits())))
    with bar(arguments, "uploading", "B") as progress:
        result = upload(arguments.folder, config, progress, private=[arguments.config])
    where = str(config.address)
    document = {
        "to": where,
        "endpoint": config.endpoint,
        "uploaded": result.uploaded,
        "present": result.present,
        "bytes": result.bytes,
        "left_out": [{"path": path, "reason": reason} for path, reason in result.left_out],
    }
    emit(arguments, document, _text(result, where))


def _text(result: Uploaded, where: str) -> str:
    lines = [
        f"uploaded {result.uploaded:,} files ({result.bytes / 1e6:,.1f} MB) to {printable(where)}; "
        f"{result.present:,} were there already"
    ]
    if result.left_out:
        lines.append(f"{len(result.left_out):,} left out:")
        shown = result.left_out[:_SHOWN]
        lines += [f"  {printable(path)}: {printable(reason)}" for path, reason in shown]
        if len(result.left_out) > _SHOWN:
            lines.append("  …")
    return "\n".join(lines)
