from __future__ import annotations

import base64
import json
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from publisher.envelope import BODY_LIMIT, Fields, Keys, open_envelope, read_message, seal, sealing, verify, write_reply
from publisher.errors import ConfigError, NotFromWeChat
from publisher.replies import Message, TextReply
from tests import cipher
from tests.cipher import GOLDEN, GOLDEN_PLAIN, Platform, event_xml, text_xml

NOW = cipher.PUSH_TIME
STAMP = cipher.PUSH_TIME
SAFE = Keys(GOLDEN.appid, GOLDEN.token, GOLDEN.aeskey)
PLAIN = Keys(GOLDEN.appid, GOLDEN.token)
(LOCK,) = SAFE.locks(GOLDEN.token)
READER = Message("text", "oReader-1", "gh_sample")


def query_of(text: str) -> dict[str, str]:
    return dict(parse_qsl(text))


def open_plain(body: str | bytes) -> Fields:
    query = query_of(GOLDEN_PLAIN.query(STAMP, "1"))
    return open_envelope(PLAIN, query, body.encode() if isinstance(body, str) else body, NOW).fields


def open_sealed(encrypted: str, appid: str = GOLDEN.appid) -> Fields:
    """What is inside a body that is rightly signed, whatever the cipher holds."""
    signature = GOLDEN.sign(str(STAMP), "1", encrypted)
    query = query_of(GOLDEN.query(STAMP, "1", msg_signature=signature))
    keys = Keys(appid, GOLDEN.token, GOLDEN.aeskey)
    return open_envelope(keys, query, f"<xml><Encrypt>{encrypted}</Encrypt></xml>".encode(), NOW).fields


# ---------------------------------------------------------------------------- the published vectors


def test_the_independent_cipher_of_these_tests_agrees_with_the_published_vectors() -> None:
    assert GOLDEN.sign(*cipher.PLAIN_SIGNATURE[:2]) == cipher.PLAIN_SIGNATURE[2]
    assert GOLDEN.sign(str(STAMP), cipher.PUSH_NONCE) == cipher.PUSH_SIGNATURE
    assert GOLDEN.sign(str(STAMP), cipher.PUSH_NONCE, cipher.PUSH_ENCRYPTED) == cipher.PUSH_MSG_SIGNATURE
    assert GOLDEN.decrypt(cipher.PUSH_ENCRYPTED) == (cipher.PUSH_RANDOM, cipher.PUSH_MESSAGE.encode())
    assert GOLDEN.encrypt(cipher.REPLY_MESSAGE.encode(), cipher.REPLY_RANDOM) == cipher.REPLY_ENCRYPTED


def test_the_published_url_check_is_answered_with_its_echostr() -> None:
    assert verify(PLAIN, query_of(cipher.CHECK_QUERY)) == cipher.CHECK_ECHO
    assert verify(SAFE, query_of(cipher.CHECK_QUERY)) == cipher.CHECK_ECHO


def test_the_published_push_opens_to_the_published_message() -> None:
    query = {
        "signature": cipher.PUSH_SIGNATURE,
        "timestamp": str(STAMP),
        "nonce": cipher.PUSH_NONCE,
        "openid": "o9AgO5Kd5ggOC-bXrbNODIiE3bGY",
        "encrypt_type": "aes",
        "msg_signature": cipher.PUSH_MSG_SIGNATURE,
    }
    body = json.dumps({"ToUserName": "gh_97417a04a28d", "Encrypt": cipher.PUSH_ENCRYPTED}).encode()
    opened = open_envelope(SAFE, query, body, NOW)
    assert opened.lock == LOCK
    assert opened.fields == {name: str(value) for name, value in json.loads(cipher.PUSH_MESSAGE).items()}
    message = read_message(opened.fields)
    assert (message.kind, message.event, message.created) == ("event", "debug_demo", 1714112445)
    assert message.fields["debug_str"] == "hello world"


def test_the_published_reply_is_sealed_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "draw_random", lambda: cipher.REPLY_RANDOM)
    (first_time,) = Keys(GOLDEN.appid, GOLDEN.token, GOLDEN.aeskey).locks(GOLDEN.token)
    sealed = etree.fromstring(seal(first_time, cipher.REPLY_MESSAGE.encode(), cipher.REPLY_TIME, cipher.REPLY_NONCE))
    assert {child.tag: child.text for child in sealed} == {
        "Encrypt": cipher.REPLY_ENCRYPTED,
        "MsgSignature": cipher.REPLY_SIGNATURE,
        "TimeStamp": cipher.REPLY_TIME,
        "Nonce": cipher.REPLY_NONCE,
    }


def test_one_lock_seals_and_opens_whatever_it_did_before() -> None:
    """Its ciphers go on from message to message, also after some that are no such thing."""
    for number in range(50):
        clear = f"<xml><a>{'中' * number}</a></xml>"
        assert GOLDEN.open_reply(seal(LOCK, clear.encode(), "1", str(number))).findtext("a") == ("中" * number or "")
        fields = open_sealed(GOLDEN.encrypt(text_xml(f"第{number}期", STAMP).encode()))
        assert fields["Content"] == f"第{number}期"
        with pytest.raises(NotFromWeChat):
            open_sealed(
                GOLDEN.encrypt_raw(bytes(number)) if number % 2 else base64.b64encode(b"x" * 16 * number).decode()
            )


def test_the_random_block_of_a_reply_is_never_the_same() -> None:
    """Nor is anything after it, though the same is sealed by the same lock."""
    blocks = set()
    for _ in range(200):
        encrypted = etree.fromstring(seal(LOCK, b"<xml/>", "1", "2")).findtext("Encrypt") or ""
        sealed = base64.b64decode(encrypted)
        blocks |= {sealed[at : at + 16] for at in range(0, len(sealed), 16)}
    assert len(blocks) == 200 * len(sealed) // 16


# ---------------------------------------------------------------------------- keys and the URL check


def test_an_empty_token_is_refused() -> None:
    with pytest.raises(ConfigError) as refused:
        Keys("wx1", "", "short")
    assert len(refused.value.faults) == 2
    assert "token" in refused.value.faults[0]
    assert "43" in refused.value.faults[1]


def test_encrypted_mode_needs_the_appid() -> None:
    with pytest.raises(ConfigError, match="appid"):
        Keys("", "AAAAA", GOLDEN.aeskey)


@pytest.mark.parametrize("aeskey", ["A" * 42, "A" * 44, "密" * 43, "A" * 42 + "-", "A" * 42 + " "])
def test_an_aes_key_of_the_wrong_form_is_refused(aeskey: str) -> None:
    with pytest.raises(ConfigError):
        Keys("wx1", "AAAAA", aeskey)


def test_an_aes_key_with_loose_bits_at_its_end_is_taken() -> None:
    other = Platform("wx1", "AAAAA", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEF" + "9")
    sealed = seal(Keys("wx1", "AAAAA", other.aeskey).locks("AAAAA")[0], b"<xml><a>b</a></xml>", "1", "2")
    assert other.open_reply(sealed).findtext("a") == "b"


def test_keys_show_no_secret() -> None:
    shown = repr(Keys("wx1", "sesame", "Z" * 43))
    assert "sesame" not in shown
    assert "ZZZ" not in shown


def test_an_encrypted_url_check_is_answered_in_clear() -> None:
    echo = GOLDEN.encrypt(b"1234567")
    query = query_of(GOLDEN.query(1, "2", echostr=echo, msg_signature=GOLDEN.sign("1", "2", echo)))
    assert verify(SAFE, query) == "1234567"
    with pytest.raises(NotFromWeChat, match="no AES key"):
        verify(PLAIN, query)


def test_an_encrypted_url_check_of_no_text_is_refused() -> None:
    echo = GOLDEN.encrypt(b"\xff\xfe")
    query = query_of(GOLDEN.query(1, "2", echostr=echo, msg_signature=GOLDEN.sign("1", "2", echo)))
    with pytest.raises(NotFromWeChat, match="not text"):
        verify(SAFE, query)


@pytest.mark.parametrize("name", ["signature", "timestamp", "nonce", "echostr"])
def test_a_url_check_without_one_of_its_parts_is_refused(name: str) -> None:
    query = query_of(cipher.CHECK_QUERY)
    del query[name]
    with pytest.raises(NotFromWeChat):
        verify(PLAIN, query)


def test_a_url_check_with_a_wrong_msg_signature_is_refused() -> None:
    with pytest.raises(NotFromWeChat, match="msg_signature"):
        verify(SAFE, query_of(cipher.CHECK_QUERY + "&msg_signature=0"))


@pytest.mark.parametrize("signature", ["", "é", "F464B24FC39322E44B38AA78F5EDD27BD1441696", "\udcff"])
def test_a_signature_in_other_characters_is_refused(signature: str) -> None:
    with pytest.raises(NotFromWeChat, match="wrong signature"):
        verify(PLAIN, query_of(cipher.CHECK_QUERY) | {"signature": signature})


# ---------------------------------------------------------------------------- opening


def test_a_plain_message_opens_with_every_field() -> None:
    query, body = GOLDEN_PLAIN.post(text_xml("最新 <&]", STAMP).replace("</xml>", "<Future>x</Future></xml>"), STAMP)
    opened = open_envelope(PLAIN, query_of(query), body, NOW)
    message = read_message(opened.fields)
    assert opened.lock is None
    assert (message.kind, message.text, message.sender) == ("text", "最新 <&]", "oReader-1")
    assert (message.recipient, message.message_id, message.created) == ("gh_sample", "22345678901234567", STAMP)
    assert message.fields["Future"] == "x"


def test_an_encrypted_message_opens() -> None:
    query, body = GOLDEN.post(text_xml("目录", STAMP), STAMP)
    opened = open_envelope(SAFE, query_of(query), body, NOW)
    assert opened.lock == LOCK
    assert read_message(opened.fields).text == "目录"


def test_repeated_elements_become_a_list_and_nested_ones_a_mapping() -> None:
    failed = "<fail_idx>1</fail_idx><fail_idx>3</fail_idx><fail_idx>4</fail_idx>"
    info = f"<PublishEventInfo><publish_id>1</publish_id>{failed}</PublishEventInfo>"
    fields = open_plain(event_xml("PUBLISHJOBFINISH", STAMP, info))
    assert fields["PublishEventInfo"] == {"publish_id": "1", "fail_idx": ["1", "3", "4"]}


@pytest.mark.parametrize("seconds", [-601, 601])
def test_a_delivery_outside_the_time_window_is_refused(seconds: int) -> None:
    query, body = GOLDEN_PLAIN.post(text_xml("x", STAMP), STAMP)
    with pytest.raises(NotFromWeChat, match="window"):
        open_envelope(PLAIN, query_of(query), body, NOW + seconds)


@pytest.mark.parametrize("timestamp", ["", "-1", "1e9", "१७", "9" * 30])
def test_a_timestamp_that_is_no_number_is_refused(timestamp: str) -> None:
    query = {"timestamp": timestamp, "nonce": "1", "signature": GOLDEN.sign(timestamp, "1")}
    with pytest.raises(NotFromWeChat, match="window"):
        open_envelope(PLAIN, query, text_xml("x", STAMP).encode(), NOW)


def test_a_plain_body_is_refused_once_a_key_is_configured() -> None:
    query, body = GOLDEN_PLAIN.post(text_xml("最新", STAMP), STAMP)
    with pytest.raises(NotFromWeChat, match="plain"):
        open_envelope(SAFE, query_of(query), body, NOW)


def test_in_compatible_mode_only_the_encrypted_part_is_believed() -> None:
    query, body = GOLDEN.post(text_xml("真的", STAMP), STAMP)
    forged = body.replace(b"<Encrypt>", b"<Content>forged</Content><MsgType>text</MsgType><Encrypt>")
    assert read_message(open_envelope(SAFE, query_of(query), forged, NOW).fields).text == "真的"


def test_without_a_key_the_clear_part_of_a_compatible_body_is_read() -> None:
    fields = open_plain(text_xml("最新", STAMP).replace("</xml>", "<Encrypt>abcd</Encrypt></xml>"))
    assert fields["Content"] == "最新"


def test_a_body_encrypted_for_somebody_else_is_refused() -> None:
    with pytest.raises(NotFromWeChat, match="another appid"):
        open_sealed(GOLDEN.encrypt(text_xml("x", STAMP).encode()), appid="wx0000000000000000")


def test_a_changed_encrypted_part_is_refused_by_its_signature() -> None:
    query, body = GOLDEN.post(text_xml("x", STAMP), STAMP)
    start = body.index(b"Encrypt><![CDATA[") + 20
    swapped = body[:start] + bytes([body[start] ^ 1]) + body[start + 1 :]
    with pytest.raises(NotFromWeChat, match="msg_signature"):
        open_envelope(SAFE, query_of(query), swapped, NOW)


HEAD = b"r" * 16


@pytest.mark.parametrize(
    ("encrypted", "why"),
    [
        ("", "not whole blocks"),
        ("AAAA", "not whole blocks"),
        ("A*==", "base64"),
        ("é", "base64"),
        (GOLDEN.encrypt_blocks(bytes(32)), "padding"),
        (GOLDEN.encrypt_blocks(b"x" * 31 + b"\x21"), "padding"),
        (GOLDEN.encrypt_blocks(b"x" * 30 + b"\x03\x02"), "padding"),
        (GOLDEN.encrypt_blocks(b"x" * 15 + b"\x20"), "padding"),
        (GOLDEN.encrypt_raw(b""), "length"),
        (GOLDEN.encrypt_raw(HEAD + b"\0\0"), "length"),
        (GOLDEN.encrypt_raw(HEAD + b"\xff\xff\xff\xff" + b"{}" + GOLDEN.appid.encode()), "length"),
        (GOLDEN.encrypt_raw(HEAD + b"\0\0\0\x01" + b"{}" + GOLDEN.appid.encode()), "appid"),
        (GOLDEN.encrypt(b"plain words"), "not XML"),
        (GOLDEN.encrypt(b""), "not XML"),
    ],
    ids=lambda value: None if isinstance(value, str) and len(value) < 20 else "cipher",
)
def test_a_rightly_signed_but_malformed_cipher_is_refused(encrypted: str, why: str) -> None:
    with pytest.raises(NotFromWeChat, match=why):
        open_sealed(encrypted)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "not XML"),
        (b"<xml>", "not XML"),
        (b"hello", "not XML"),
        (b"<xml><a>\xff</a></xml>", "not XML"),
        (b"<xml>&lol;</xml>", "not XML"),
        (b"<xml>\x0b</xml>", "not XML"),
        (b"<xml/>", "without fields"),
        (b"<html><a>b</a></html>", "without fields"),
        (b'<!DOCTYPE xml [<!ENTITY a "b">]><xml><b>&a;</b></xml>', "DOCTYPE"),
        (b'<!DOCTYPE xml SYSTEM "http://127.0.0.1/x"><xml><b>1</b></xml>', "DOCTYPE"),
        (b"<xml>" + b"<a>" * 8 + b"</a>" * 8 + b"</xml>", "too deep"),
        (b"<xml>" + b"<a/>" * 500 + b"</xml>", "too large"),
        (b"<xml><a>" + b"x" * BODY_LIMIT + b"</a></xml>", "too large"),
        (b"{", "not JSON"),
        (b"{\xff}", "not JSON"),
        (b'{"a":' * 12000, "not JSON"),
        (b'{"a":' * 9 + b"1" + b"}" * 9, "too deep"),
        (b'{"a":[' + b"1," * 500 + b"1]}", "too large"),
        (b'{"a":' + b"9" * 5000 + b"}", "not JSON"),
    ],
)
def test_a_hostile_body_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(NotFromWeChat, match=why):
        open_plain(body)


def test_eight_levels_and_five_hundred_elements_are_taken() -> None:
    assert open_plain(b"<xml>" + b"<a>" * 7 + b"x" + b"</a>" * 7 + b"</xml>")
    assert open_plain(b"<xml>" + b"<a/>" * 499 + b"</xml>") == {"a": [""] * 499}


PIECES = [
    "<a>", "</a>", "<bc>", "</bc>", "<a/>", "<a b='c'>", "<![CDATA[", "]]>", "]", "&amp;", "&lol;", "<", ">", "\r\n",
    "\r", "\n", "\t", " ", "\x0b", "\x7f", "\x85", "\u2028", "\ufffe", "\uffff", "<!-- -->", "<?x y?>", "<xml>",
    "</xml>", "x", "最新", "😀",
]  # fmt: skip
pieces = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
values = pieces | st.text(max_size=8)
elements = st.builds(
    lambda name, value, form: form.format(name=name, value=value),
    st.sampled_from(["a", "bc", "Content", "d1"]),
    values,
    st.sampled_from(
        ["<{name}><![CDATA[{value}]]></{name}>", "<{name}>{value}</{name}>", "\n<{name}>{value}</{name}> "]
    ),
)
bodies = st.lists(elements | pieces, max_size=6).map(lambda parts: f"<xml>{''.join(parts)}</xml>")


@given(bodies.map(str.encode) | st.binary(max_size=20).map(b"<xml><a>%b</a></xml>".__mod__))
def test_the_short_way_reads_what_expat_reads(body: bytes) -> None:
    """What begins with a declaration has no short way."""

    def read(body: bytes) -> Fields | str:
        try:
            return open_plain(body)
        except NotFromWeChat as error:
            return error.detail

    assert read(body) == read(b"<?xml version='1.0'?>" + body)


def test_the_time_for_a_body_grows_with_its_length_alone() -> None:
    """Seconds, were blanks or an element that does not end looked at from each of their characters again."""
    for inside in (" ", "<a>", "<a><![CDATA[", "<a>]"):
        with pytest.raises(NotFromWeChat):
            open_plain(b"<xml>" + inside.encode() * (BODY_LIMIT // len(inside) - 8))


def test_blanks_and_a_byte_order_mark_before_the_body_do_no_harm() -> None:
    assert open_plain(b"\xef\xbb\xbf\n <?xml version='1.0' encoding='gb2312'?><xml><a>\xe6\x9c\x80</a></xml>\n") == {
        "a": "最"
    }


def test_json_values_become_the_text_that_xml_would_have() -> None:
    assert open_plain('{"a":1,"b":[true,null,"x"],"c":{"d":2.5}}') == {
        "a": "1",
        "b": ["True", "", "x"],
        "c": {"d": "2.5"},
    }


@pytest.mark.parametrize(
    "change",
    [
        ("<MsgType><![CDATA[text]]></MsgType>", ""),
        ("<MsgType><![CDATA[text]]></MsgType>", "<MsgType>text</MsgType><MsgType>image</MsgType>"),
        ("<FromUserName><![CDATA[oReader-1]]></FromUserName>", "<FromUserName><b>x</b></FromUserName>"),
        ("<ToUserName><![CDATA[gh_sample]]></ToUserName>", "<ToUserName/>"),
        (f"<CreateTime>{STAMP}</CreateTime>", "<CreateTime>soon</CreateTime>"),
    ],
)
def test_a_message_that_says_not_what_it_is_is_refused(change: tuple[str, str]) -> None:
    xml = text_xml("x", STAMP)
    assert change[0] in xml
    with pytest.raises(NotFromWeChat, match="no MsgType"):
        read_message(open_plain(xml.replace(*change)))


def test_content_that_is_no_text_reads_as_none() -> None:
    xml = text_xml("x", STAMP).replace("<![CDATA[x]]>", "<b>x</b>")
    assert read_message(open_plain(xml)).text == ""


def test_an_error_never_holds_what_was_inside() -> None:
    with pytest.raises(NotFromWeChat) as refused:
        open_plain("<xml>secret words</b>")
    assert "secret" not in repr(refused.value)


@given(st.binary(max_size=400))
def test_any_bytes_open_or_are_refused(body: bytes) -> None:
    with pytest.raises(NotFromWeChat):
        read_message(open_plain(body))


@given(st.binary(max_size=400))
def test_any_bytes_under_the_cipher_open_or_are_refused(inside: bytes) -> None:
    with pytest.raises(NotFromWeChat):
        read_message(open_sealed(GOLDEN.encrypt(inside)))


# ---------------------------------------------------------------------------- while keys are changed

NEW = Platform(GOLDEN.appid, "BBBBB", "B" * 43)
CHANGING = Keys(NEW.appid, NEW.token, NEW.aeskey, GOLDEN.token, GOLDEN.aeskey)


@pytest.mark.parametrize("aeskey", [NEW.aeskey, GOLDEN.aeskey])
@pytest.mark.parametrize("token", [NEW.token, GOLDEN.token])
def test_new_and_previous_keys_open_and_what_opened_seals_the_answer(token: str, aeskey: str) -> None:
    platform = Platform(GOLDEN.appid, token, aeskey)
    query, body = platform.post(text_xml("最新", STAMP), STAMP)
    opened = open_envelope(CHANGING, query_of(query), body, NOW)
    assert read_message(opened.fields).text == "最新"
    assert opened.lock is not None
    answer = write_reply(TextReply("好"), READER, STAMP)
    assert platform.open_reply(seal(opened.lock, answer, "1", "2")).findtext("Content") == "好"


def test_a_key_that_is_neither_is_refused() -> None:
    query, body = Platform(GOLDEN.appid, NEW.token, "C" * 43).post(text_xml("最新", STAMP), STAMP)
    with pytest.raises(NotFromWeChat, match=r"padding|length|appid"):
        open_envelope(CHANGING, query_of(query), body, NOW)


def test_a_token_that_is_neither_is_refused() -> None:
    query, body = Platform(GOLDEN.appid, "CCCCC", NEW.aeskey).post(text_xml("最新", STAMP), STAMP)
    with pytest.raises(NotFromWeChat, match="wrong signature"):
        open_envelope(CHANGING, query_of(query), body, NOW)


def test_the_two_signatures_must_come_from_one_token() -> None:
    query, body = NEW.post(text_xml("最新", STAMP), STAMP, "1")
    mixed = {**query_of(query), "signature": GOLDEN.sign(str(STAMP), "1")}
    with pytest.raises(NotFromWeChat, match="wrong msg_signature"):
        open_envelope(CHANGING, mixed, body, NOW)


def test_an_encrypted_url_check_under_the_previous_key_is_answered() -> None:
    echo = GOLDEN.encrypt(b"1234567")
    query = query_of(GOLDEN.query(1, "2", echostr=echo, msg_signature=GOLDEN.sign("1", "2", echo)))
    assert verify(CHANGING, query) == "1234567"


def test_a_previous_key_without_a_new_one_is_refused_since_it_would_let_plain_messages_in() -> None:
    with pytest.raises(ConfigError, match="aeskey_previous"):
        Keys("wx1", "AAAAA", "", "", GOLDEN.aeskey)


# ---------------------------------------------------------------------------- sealing and writing


@given(st.text(max_size=300), st.integers(0, 10**12), st.from_regex("[0-9]{1,10}", fullmatch=True))
def test_what_is_sealed_opens_with_foreign_code(text: str, timestamp: int, nonce: str) -> None:
    clear = write_reply(TextReply(text), READER, STAMP)
    opened = GOLDEN.open_reply(seal(LOCK, clear, str(timestamp), nonce))
    assert etree.tostring(opened) == etree.tostring(etree.fromstring(clear))


def test_the_same_reply_is_sealed_differently_each_time() -> None:
    assert seal(LOCK, b"<xml/>", "1", "2") != seal(LOCK, b"<xml/>", "1", "2")


def test_plain_mode_has_nothing_to_seal_with() -> None:
    assert PLAIN.locks(GOLDEN.token) == ()
