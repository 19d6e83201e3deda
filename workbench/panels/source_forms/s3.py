"""S3: a bucket with a sub-folder a class; keys are typed in and never kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as widgets

from workbench.data.sources import Source
from workbench.data.sources.s3 import S3Folder
from workbench.panels import fields as f
from workbench.panels.source_forms.base import SourceForm, name_from, text_or_none
from workbench.panels.source_forms.folder import Limits
from workbench.panels.source_forms.keys import KeyFields
from workbench.panels.view import box, button

_SCHEME = "s3://"
_ADDRESS = ("a bucket's name", "the S3 URL", "an S3 URL", "there is no bucket", "the bucket")


class S3Form(SourceForm):
    """The fields of :class:`~workbench.S3Folder`, named as DIGITS names them.

    Attributes:
        on_connect: called when the person wants to know what is there.
    """

    key, title, types = "s3", "S3", ("S3Folder",)
    remote = True
    remark = "# Keys: from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or an AWS profile."

    def build(self) -> Sequence[widgets.Widget]:
        """Server, bucket and path; keys; a button that asks the server."""
        self.on_connect: Callable[[], object] = lambda: None
        self._endpoint = self.add(
            f.text(
                "endpoint", "Training images URL (endpoint)", hint="empty: Amazon's",
                tooltip="The server, such as https://s3.example.org:8333.",
            )
        )  # fmt: skip
        self._bucket = self.add(
            f.text(
                "bucket", "Bucket name", hint="or s3://BUCKET/PATH/", also=_ADDRESS,
                tooltip="The bucket, or the whole address as one s3:// URL.",
            )
        )  # fmt: skip
        self.place = self.add(
            f.text(
                "path", "Path — one sub-folder a class", hint="mnist/train/",
                also=("the prefix", "there is nothing at"),
                tooltip="Objects in deeper folders belong to the class of the top folder.",
            )
        )  # fmt: skip
        self.keys = KeyFields()
        self._connect = button("Connect", self._ask, "wb-connect", tooltip="Ask the server")
        return (
            box(self._endpoint.root, self._bucket.root, self.place.root),
            self.keys.root,
            box(self._connect, kind="wb-row"),
            self._more(),
        )

    def _more(self) -> widgets.Widget:
        self._region = self.add(f.text("region", "Region", hint="from the AWS configuration"))
        self._profile = self.add(
            f.text(
                "profile", "AWS profile", hint="default",
                also=("there is no such profile",), tooltip="Whose keys and region are used.",
            )
        )  # fmt: skip
        self._limits = Limits()
        self.fields += self._limits.fields
        self._cache = self.add(
            f.switch(
                "cache", "Keep fetched images for the next dataset",
                "Else they are kept until this dataset is done.",
            )
        )  # fmt: skip
        return f.fold(
            "Region, profile, images a class",
            box(self._region.root, self._profile.root, kind="wb-pair"),
            self._limits.root,
            self._cache.root,
        )

    def source(self, **shares: Any) -> Source:
        """The place in the bucket, without the keys."""
        return S3Folder(
            self._url(),
            endpoint=text_or_none(self._endpoint),
            region=text_or_none(self._region),
            profile=text_or_none(self._profile),
            cache=self._cache.value,
            **self._limits.values(),
            **shares,
        )

    def _url(self) -> str:
        bucket, path = self._bucket.entered, self.place.entered
        if not bucket.startswith(_SCHEME):
            return f"{_SCHEME}{bucket}/{path}"
        return f"{bucket.rstrip('/')}/{path}" if path else bucket

    def fill(self, source: S3Folder) -> None:
        """Fill the fields."""
        self._endpoint.value = source.endpoint or ""
        self._bucket.value = source.address.bucket
        self.place.value = source.address.prefix
        self._region.value, self._profile.value = source.region or "", source.profile or ""
        self._cache.value = source.cache
        self._limits.fill(source)

    @property
    def begun(self) -> bool:
        """The path may be empty."""
        return bool(self._bucket.entered)

    def suggested_name(self) -> str:
        """The path's last part, else the bucket."""
        return name_from(self._url().removeprefix(_SCHEME))

    @property
    def secrets(self) -> dict[str, str]:
        """Both keys, or none."""
        return self.keys.values()

    def forget(self) -> None:
        """Empty both."""
        self.keys.forget()

    def complain(self, message: str) -> None:
        """What is wrong with the keys stands under them."""
        if not self.keys.complain(message):
            super().complain(message)

    def _ask(self) -> None:
        if not self.begun:
            self._bucket.complain("give a bucket, or an address such as s3://BUCKET/PATH/")
            return
        self.on_connect()
