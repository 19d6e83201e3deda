"""The protobuf messages that databases of images consist of, built without generated code.

Caffe's ``Datum`` (a record of an LMDB) and ``BlobProto`` (a mean image), and TensorFlow's
``Example`` (a record of a TFRecord file).
"""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace
from typing import Any

from workbench.errors import DataError

# message -> fields: name, number, kind; "*" marks a repeated field, "**" a packed one.
_CAFFE = {
    "Datum": [
        ("channels", 1, "int32"),
        ("height", 2, "int32"),
        ("width", 3, "int32"),
        ("data", 4, "bytes"),
        ("label", 5, "int32"),
        ("float_data", 6, "float*"),
        ("encoded", 7, "bool"),
    ],
    "BlobProto": [
        ("num", 1, "int32"),
        ("channels", 2, "int32"),
        ("height", 3, "int32"),
        ("width", 4, "int32"),
        ("data", 5, "float**"),
    ],
}
_TENSORFLOW = {
    "BytesList": [("value", 1, "bytes*")],
    "FloatList": [("value", 1, "float**")],
    "Int64List": [("value", 1, "int64**")],
    "Feature": [
        ("bytes_list", 1, "BytesList"),
        ("float_list", 2, "FloatList"),
        ("int64_list", 3, "Int64List"),
    ],
    # A map is a repeated pair on the wire.
    "Entry": [("key", 1, "string"), ("value", 2, "Feature")],
    "Features": [("feature", 1, "Entry*")],
    "Example": [("features", 1, "Features")],
}


@cache
def messages() -> SimpleNamespace:
    """The classes ``Datum``, ``BlobProto`` and ``Example``."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    pool, found = descriptor_pool.DescriptorPool(), {}
    for package, declared in (("caffe", _CAFFE), ("tensorflow", _TENSORFLOW)):
        file = descriptor_pb2.FileDescriptorProto(
            name=f"workbench/{package}.proto", package=package, syntax="proto2"
        )
        for name, fields in declared.items():
            message = file.message_type.add(name=name)
            for field in fields:
                _add_field(message, package, *field)
        pool.Add(file)
        for name in declared:
            described = pool.FindMessageTypeByName(f"{package}.{name}")
            found[name] = message_factory.GetMessageClass(described)
    return SimpleNamespace(**found)


def _add_field(message: Any, package: str, name: str, number: int, kind: str) -> None:
    from google.protobuf.descriptor_pb2 import FieldDescriptorProto as Kind

    plain = kind.rstrip("*")
    label = Kind.LABEL_REPEATED if "*" in kind else Kind.LABEL_OPTIONAL
    field = message.field.add(name=name, number=number, label=label)
    if plain[0].isupper():
        field.type, field.type_name = Kind.TYPE_MESSAGE, f".{package}.{plain}"
    else:
        field.type = getattr(Kind, f"TYPE_{plain.upper()}")
    if kind.endswith("**"):
        field.options.packed = True


def parse(kind: str, data: bytes) -> Any:
    """Read one message.

    Raises:
        DataError: the bytes are not one; the message is the reason alone.
    """
    from google.protobuf.message import DecodeError

    message = getattr(messages(), kind)()
    try:
        message.ParseFromString(data)
    except DecodeError:
        raise DataError(f"not a {kind} message") from None
    return message
