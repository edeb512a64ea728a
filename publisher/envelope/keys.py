"""What one account's envelopes are opened and sealed with: its token and key, and the ones before."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from publisher.errors import ConfigError

_KEY_SIZE = 32
_BLOCK = 16


class Lock:
    """One token with one key: what fits an envelope, and then its answer. `secret` is the key of 32 bytes, whose first
    half is the platform's initialisation vector.

    To set up AES costs more than to use it, so both directions go on with what they have: a chain of blocks (CBC) that
    carries one message after the other. May be used by several threads: each message is one call.
    """

    def __init__(self, appid: str, token: str, secret: bytes) -> None:
        cipher = Cipher(algorithms.AES256(secret), modes.CBC(secret[:_BLOCK]))
        self.appid = appid
        self.token = token
        self._vector = secret[:_BLOCK]
        self._encryptor = cipher.encryptor()
        self._decryptor = cipher.decryptor()

    def encrypt(self, plain: bytes) -> bytes:
        """Whole blocks of 16 bytes, the first of them random: whoever decrypts them finds all but that one, which is
        chained to the message before instead of to the vector, and says nothing anyway.
        """
        return self._encryptor.update(plain)

    def decrypt(self, sealed: bytes) -> bytes:
        """Whole blocks of 16 bytes. Each is chained to the one before only, so that the vector, put before them, takes
        the place of the message before; what it gives itself is dropped.
        """
        return self._decryptor.update(self._vector + sealed)[_BLOCK:]


@dataclass(frozen=True, slots=True)
class Keys:
    """An account's secrets as the console has them; `aeskey` is "" in plain mode. The previous ones are accepted as
    well, since the platform goes on with them for a while after a change. ConfigError with every fault (Chinese)
    where one can't be one.
    """

    appid: str
    token: str = field(repr=False)
    aeskey: str = field(default="", repr=False)
    token_previous: str = field(default="", repr=False)
    aeskey_previous: str = field(default="", repr=False)
    tokens: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _locks: dict[str, tuple[Lock, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        faults = list(self._faults())
        if faults:
            raise ConfigError(faults)
        tokens = tuple(token for token in (self.token, self.token_previous) if token)
        secrets = [_decode_key(key) for key in (self.aeskey, self.aeskey_previous) if key]
        object.__setattr__(self, "tokens", tokens)
        locks = {token: tuple(Lock(self.appid, token, secret) for secret in secrets) for token in tokens}
        object.__setattr__(self, "_locks", locks)

    def locks(self, token: str) -> tuple[Lock, ...]:
        """What an envelope signed with `token` may be locked with, the newest first; none in plain mode."""
        return self._locks[token]

    def _faults(self) -> list[str]:
        faults = []
        if not self.token:
            # sha1 over an empty token can be computed by anybody.
            faults.append("没有 token：请把公众平台“服务器配置”里的令牌(Token)放进凭据")
        for name, key in (("aeskey", self.aeskey), ("aeskey_previous", self.aeskey_previous)):
            if key and len(_decode_key(key)) != _KEY_SIZE:
                faults.append(f"{name} 不对：消息加解密密钥(EncodingAESKey)应是 43 个字母和数字")
        if self.aeskey_previous and not self.aeskey:
            faults.append("有 aeskey_previous 却没有 aeskey：请放进新的密钥；改成明文模式后，两个都拿走")
        if self.aeskey and not self.appid:
            faults.append("没有 appid：加密的消息要靠它核对")
        return faults


def _decode_key(aeskey: str) -> bytes:
    # The last of the 43 characters may carry bits that belong to no byte: they are not looked at.
    return base64.b64decode(aeskey + "=") if re.fullmatch("[A-Za-z0-9+/]{43}", aeskey) else b""
