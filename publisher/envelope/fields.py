"""What stands in an opened body, XML or JSON, as fields; and the fields as a message."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
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
    created = _text(fields, "CreateTime")
    kind, sender, recipient = _text(fields, "MsgType"), _text(fields, "FromUserName"), _text(fields, "ToUserName")
    if not (kind and sender and recipient and is_number(created)):
        raise NotFromWeChat("no MsgType, FromUserName, ToUserName or CreateTime")
    return Message(
        kind=kind.strip().lower(),
        sender=sender,
        recipient=recipient,
        text=_text(fields, "Content"),
        event=_text(fields, "Event").strip(),
        event_key=_text(fields, "EventKey"),
        message_id=_text(fields, "MsgId"),
        created=int(created),
        fields=fields,
    )


# ---------------------------------------------------------------------------- XML and JSON


def parse(body: bytes) -> Fields:
    """The fields of XML, or of JSON where the account is switched to that. NotFromWeChat: it is neither, it has a
    DOCTYPE, or it is too deep or too large.
    """
    body = body.strip(b"\xef\xbb\xbf \t\r\n")
    return _parse_json(body) if body.startswith(b"{") else _Tree().parse(body)


def is_number(text: str) -> bool:
    """Whether it is a whole number that fits 64 bits."""
    return text.isascii() and text.isdigit() and len(text) < 20  # noqa: PLR2004 - 64 bits have 20 digits


def _text(fields: Fields, name: str) -> str:
    value = fields.get(name, "")
    return value if isinstance(value, str) else ""


class _Tree:
    """Collects expat's events into fields. Attributes, and text beside elements, say nothing here."""

    def __init__(self) -> None:
        self._open: list[dict[str, object]] = [{}]
        self._text = ""
        self._count = 0

    def parse(self, body: bytes) -> Fields:
        # The encoding is given: a declaration such as gb2312 would choose the bytes' meaning.
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        try:
            parser.Parse(body, True)
        except expat.ExpatError as error:
            raise NotFromWeChat(f"not XML: {expat.ErrorString(error.code)}") from None
        fields = self._open[0].get("xml")
        if not isinstance(fields, dict):
            raise NotFromWeChat("XML without fields")
        return fields

    def _start(self, _name: str, _attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > _ELEMENT_LIMIT or len(self._open) > _DEPTH_LIMIT:
            raise NotFromWeChat("XML too deep or too large")
        self._open.append({})
        self._text = ""

    def _end(self, name: str) -> None:
        children = self._open.pop()
        value: object = children or self._text
        self._text = ""
        _put(self._open[-1], name, value)

    def _data(self, text: str) -> None:
        self._text += text

    def _refuse_doctype(self, *_: object) -> None:
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
