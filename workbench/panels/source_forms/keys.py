"""Two fields for the keys of an S3 server: sent once, kept nowhere."""

from __future__ import annotations

from workbench.panels import fields as f
from workbench.panels.view import box, note

_NOTE = (
    "Left empty: from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the AWS profile; if there "
    "are none, without keys. What is typed here is written nowhere and cleared after the start."
)
# Sentences of the server that are about keys.
_ABOUT_KEYS = ("does not accept the keys", "does not permit")


class KeyFields:
    """Access key and secret key."""

    def __init__(self) -> None:
        self._access = f.secret("access_key", "Access key", "from the environment", ("the access",))
        self._secret = f.secret("secret_key", "Secret key", "from the environment", ("the secret",))
        self.fields = [self._access, self._secret]
        pair = box(self._access.root, self._secret.root, kind="wb-pair")
        self.root = box(pair, note(_NOTE, "hint"))

    def values(self) -> dict[str, str]:
        """What was typed in, by the names that a source knows; empty ones are left out."""
        entered = {"access_key": self._access.entered, "secret_key": self._secret.entered}
        return {name: value for name, value in entered.items() if value}

    def forget(self) -> None:
        """Empty both fields."""
        for field in self.fields:
            field.value = ""

    def complain(self, message: str) -> bool:
        """Show what is wrong with the keys, if that is what the message says."""
        if any(words in message for words in _ABOUT_KEYS):
            self._secret.complain("")
            self._access.complain(message)
            return True
        return f.blame(self.fields, message)
