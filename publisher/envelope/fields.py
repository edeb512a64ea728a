"""What stands in an opened body, XML or JSON, as fields; and the fields as a message."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final
from xml.parsers import expat

from publisher.errors import NotFromWeChat
from publisher.replies import Message

_DEPTH_LIMIT = 8
_ELEMENT_LIMIT = 500

Fields = Mapping[str, object]
"""An opened message: text, mappings (an element with children) and lists (a repeated element)."""


def read_message(fields: Fields) -> Message:
    """The fields as a message; what we do not know stays in `fields`. NotFromWeChat if it says not what it
    is, from whom, to whom or when.
    """
    texts = {name: value for name, value in fields.items() if isinstance(value, str)}
    get = texts.get
    created = get("CreateTime", "")
    kind, sender, recipient = get("MsgType", ""), get("FromUserName", ""), get("ToUserName", "")
    if not (kind and sender and recipient and is_number(created)):
        raise NotFromWeChat("no MsgType, FromUserName, ToUserName or CreateTime")
    return Message(
        kind=kind.strip().lower(),
        sender=sender,
        recipient=recipient,
        text=get("Content", ""),
        event=get("Event", "").strip(),
        event_key=get("EventKey", ""),
        message_id=get("MsgId", ""),
        created=int(created),
        fields=fields,
    )


# ---------------------------------------------------------------------------- XML and JSON


def parse(body: bytes) -> Fields:
    """The fields of XML, or of JSON where the account is switched to that. NotFromWeChat: it is neither, it has a
    DOCTYPE, or it is too deep or too large.
    """
    body = body.strip(b"\xef\xbb\xbf \t\r\n")
    if body.startswith(b"{"):
        return _parse_json(body)
    return _read_flat(body) or _parse_xml(body)


def is_number(text: str) -> bool:
    """Whether it is a whole number that fits 64 bits."""
    return text.isascii() and text.isdigit() and len(text) < 20  # noqa: PLR2004 - 64 bits have 20 digits


_FIELD: Final = re.compile(r"[ \t\n]*<([A-Za-z]+)>(?:<!\[CDATA\[([^\]]*)\]\]>|([^<&\]]*))</\1>")
_CONTROLS: Final = bytes(number for number in range(32) if number not in b"\t\n")
"""What XML cannot hold, and the line end that is to be made another."""
_BEGIN: Final = "<xml>"
_END: Final = "</xml>"


def _read_flat(body: bytes) -> Fields | None:
    """The fields of the form in which the platform writes nearly every message: elements with nothing but text in them,
    one after the other. Takes half of expat's time. None for any other form, which is expat's.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    if not text.startswith(_BEGIN) or len(body.translate(None, _CONTROLS)) < len(body):
        return None
    fields: dict[str, object] = {}
    at, count = len(_BEGIN), 0
    while (field := _FIELD.match(text, at)) is not None:
        name, marked, plain = field.groups()
        fields[name] = marked or plain or ""
        at, count = field.end(), count + 1
    is_whole = text[at:].lstrip(" \t\n") == _END
    is_text = text.isascii() or ("\ufffe" not in text and "\uffff" not in text)
    return fields if is_whole and is_text and len(fields) == count < _ELEMENT_LIMIT else None


def _parse_xml(body: bytes) -> Fields:
    """Collects expat's events into fields. Attributes, and text beside elements, say nothing here.

    Closures, since they cost half of what methods and their attributes do.
    """
    levels: list[dict[str, object]] = [{}]  # what is inside the elements that are open and have elements in them
    text, is_leaf, count = "", False, 0

    def start(_name: str, _attributes: dict[str, str]) -> None:
        nonlocal text, is_leaf, count
        if is_leaf:
            levels.append({})
        text, is_leaf, count = "", True, count + 1
        if count > _ELEMENT_LIMIT or len(levels) > _DEPTH_LIMIT:
            raise NotFromWeChat("XML too deep or too large")

    def add(more: str) -> None:
        nonlocal text
        text += more

    def end(name: str) -> None:
        nonlocal text, is_leaf
        value: object = text if is_leaf else levels.pop()
        text, is_leaf = "", False
        fields = levels[-1]
        if name in fields:
            _put(fields, name, value)
        else:
            fields[name] = value

    # The encoding is given: a declaration such as gb2312 would choose the bytes' meaning.
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, add
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise NotFromWeChat(f"not XML: {expat.ErrorString(error.code)}") from None
    fields = levels[0].get("xml")
    if not isinstance(fields, dict):
        raise NotFromWeChat("XML without fields")
    return fields


def _refuse_doctype(*_: object) -> None:
    raise NotFromWeChat("XML with a DOCTYPE")


def _put(fields: dict[str, object], name: str, value: object) -> None:
    if name not in fields:
        fields[name] = value
        return
    before = fields[name]
    fields[name] = [*before, value] if isinstance(before, list) else [before, value]


def _parse_json(body: bytes) -> Fields:
    try:
        value = json.loads(body.decode())
    except (ValueError, RecursionError):
        raise NotFromWeChat("not JSON") from None
    if sum(1 for _ in _walk(value, 1)) > _ELEMENT_LIMIT:
        raise NotFromWeChat("JSON too large")
    fields = _level(value)
    return fields if isinstance(fields, dict) else {}


def _walk(value: object, depth: int) -> Iterator[object]:
    if depth > _DEPTH_LIMIT:
        raise NotFromWeChat("JSON too deep")
    yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        yield from _walk(each, depth + 1)


def _level(value: object) -> object:
    """JSON's numbers and so on as the text that XML would have."""
    if isinstance(value, dict):
        return {name: _level(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_level(each) for each in value]
    return "" if value is None else str(value)
