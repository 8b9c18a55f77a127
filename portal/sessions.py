"""Sessions as the database holds them: encrypted, because a sign-in under way keeps a phone number and a code there."""

from typing import Any

from django.core.signing import JSONSerializer

from core.encryption import UnreadableValue, decrypt, encrypt


class EncryptedSerializer:
    """JSON in the box of core.encryption; a session that cannot be read is an empty one."""

    def dumps(self, obj: Any) -> bytes:
        return encrypt(JSONSerializer().dumps(obj).decode("latin-1")).encode("ascii")

    def loads(self, data: bytes) -> Any:
        try:
            return JSONSerializer().loads(decrypt(data.decode("ascii")).encode("latin-1"))
        except (UnreadableValue, UnicodeError):
            return {}
