"""Pictures at an address: where we never go, how much we take, and whatever stands there."""

from __future__ import annotations

import logging
import socket
import threading
import zlib
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.importers.links import shown
from publisher.remote import PUBLIC, USUAL, fetch_pictures, is_public
from tests.picture_host import NAME, SHORT, Wire, answer, fetch, guard, png, redirect, refusal, serving

# ---------------------------------------------------------------------------- where we never go

INTERNAL = [
    "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104
    "0.1.2.3", "192.0.0.8", "192.88.99.1", "198.18.0.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
    "255.255.255.255", "192.0.2.1", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "fe80::1",
    "fec0::1", "fd00:ec2::254", "ff02::1", "ff0e::1", "64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::8.8.8.8",
    "2002:7f00:1::", "2002:a00:1::", "2001:0:7f00:1::", "2001:db8::1", "3fff::1", "100::1", "4000::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INTERNAL)
def test_addresses_that_are_not_public_are_refused_as_such_and_behind_a_name(address: str) -> None:
    assert not is_public(ip_address(address))
    host = f"[{address}]" if ":" in address else address
    assert "内部网络" in refusal(f"http://{host}/a.png")
    assert "内部网络" in refusal("http://good.example/a.png", replace(PUBLIC, resolve=lambda *_: [address]))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "114.114.114.114", "2400:3200::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"]
)
def test_addresses_of_the_public_network_are_allowed(address: str) -> None:
    assert is_public(ip_address(address))


def test_one_internal_address_among_public_ones_is_enough_to_refuse() -> None:
    given = replace(PUBLIC, resolve=lambda *_: ["8.8.8.8", "10.0.0.1"])
    assert "内部网络" in refusal("http://mixed.example/a.png", given)


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST", "localhost.", "１２７.0.0.1", "127。0。0。1", "[::1]", "[::ffff:7f00:1]"]
)
def test_this_machine_is_refused_however_it_is_called(host: str) -> None:
    with serving({"/a.png": answer(png())}) as server:
        given = replace(PUBLIC, ports=frozenset({server.port}))
        assert "内部网络" in refusal(f"http://{host}:{server.port}/a.png", given)
        assert server.heard == []


@pytest.mark.parametrize(
    "host",
    ["2130706433", "017700000001", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "127.0.0.1.", "0x7f.0.0.0x1", "0",
     "127.000.000.001", "[::1%25lo]", "[fe80::1%25eth0]", "a_b..c", "x y", "", "-a.example", "a\\b"],
)  # fmt: skip
def test_other_spellings_of_an_address_are_refused_before_anything_is_asked(host: str) -> None:
    def never(*_: object) -> Sequence[str]:
        raise AssertionError("asked")

    told = refusal(f"http://{host}/a.png", replace(PUBLIC, resolve=never))
    assert "写得不对" in told or (host == "127.0.0.1." and "内部网络" in told)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("ftp://files.example/a.png", "http://"),
        ("file:///etc/passwd", "http://"),
        ("gopher://files.example/1", "http://"),
        ("data:image/png;base64,AAAA", "http://"),
        ("图/1.png", "http://"),
        ("http://user:word@files.example/a.png", "用户名"),
        ("http://@files.example/a.png", "用户名"),
        ("http://files.example:8080/a.png", "8080"),
        ("http://files.example:22/a.png", "22"),
        ("http://files.example:99999/a.png", "写得不对"),
        ("http://[::1/a.png", "写得不对"),
    ],
)
def test_other_schemes_users_and_ports_are_refused(address: str, words: str) -> None:
    told = refusal(address)
    assert words in told
    assert "word" not in told


def test_a_name_that_answers_otherwise_the_second_time_gains_nothing() -> None:
    """DNS rebinding: the address that was judged is the one that is called; the next hop is judged anew."""
    with serving({"/a": answer(png()), "/b": redirect("/a")}) as server:
        internal_pages: dict[str, bytes | Wire] = {"/a": answer(png(99))}
        with serving(internal_pages, host="127.0.0.2", port=server.port) as internal:
            address = f"http://{NAME}:{server.port}"
            rebinding = guard(server, ["127.0.0.1"], ["127.0.0.2"])
            assert fetch_pictures([f"{address}/a"], rebinding)[f"{address}/a"].data == png()
            assert "内部网络" in refusal(f"{address}/b", guard(server, ["127.0.0.1"], ["127.0.0.2"]))
            assert internal.heard == []


# ---------------------------------------------------------------------------- redirects


def test_redirects_are_followed_five_times() -> None:
    pages = {f"/{number}": redirect(f"/{number + 1}") for number in range(7)}
    with serving({**pages, "/7": answer(png())}) as server:
        assert fetch(server, "/2").data == png()
        assert "超过了 5 次" in fetch(server, "/1").refusal


def test_a_redirect_may_be_relative_and_in_chinese() -> None:
    pages = {"/x/a": answer(b"", "301 Moved", Location="../图.png".encode().decode("latin-1"))}
    raw = pages["/x/a"].decode().encode("latin-1")
    with serving({"/x/a": raw, "/%E5%9B%BE.png": answer(png())}) as server:
        assert fetch(server, "/x/a").data == png()


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("http://127.0.0.2/a.png", "内部网络"),
        ("http://[::1]/a.png", "内部网络"),
        ("http://169.254.169.254/latest/meta-data?key=s3cret", "内部网络"),
        ("http://0x7f.1/a.png", "写得不对"),
        ("file:///etc/passwd", "http://"),
        ("ftp://files.example/a.png", "http://"),
        ("http://user:s3cret@files.example/", "用户名"),
        ("http://files.example:8443/a.png", "端口"),
        ("", "没有给出图片"),
    ],
)
def test_a_redirect_is_judged_like_the_first_address(location: str, words: str) -> None:
    with serving({"/a": redirect(location)}) as server:
        given = replace(guard(server), ports=frozenset({80, server.port}))
        told = refusal(f"http://{NAME}:{server.port}/a", given)
    assert words in told
    assert "s3cret" not in told


# ---------------------------------------------------------------------------- how much


def test_more_bytes_than_allowed_are_refused_declared_or_not() -> None:
    small, body = replace(USUAL, most_bytes=1024 * 1024), png() + bytes(2 * 1024 * 1024)
    with serving({"/a": answer(body), "/b": answer(body, Content_Length="")}) as server:
        for path in ("/a", "/b"):
            assert "超过了 1 MB" in fetch(server, path, small).refusal


def test_a_compressed_answer_is_refused_unread() -> None:
    bomb = zlib.compress(bytes(1024 * 1024))
    with serving({"/a": answer(bomb, Content_Encoding="deflate")}) as server:
        assert "压缩" in fetch(server, "/a").refusal


@pytest.mark.parametrize(
    "headers", [{"Content_Length": "5000"}, {"Content_Length": "", "Transfer_Encoding": "chunked"}]
)
def test_a_picture_cut_short_is_refused(headers: dict[str, str]) -> None:
    body = png() if "5000" in headers.values() else b"fff\r\n" + png()
    with serving({"/a": answer(body, **headers)}) as server:
        assert fetch(server, "/a").refusal


@pytest.mark.parametrize(
    "noise", [b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\n" + b"A: " + b"a" * 70_000, b"", b"HTTP/1.1 x"]
)
def test_what_is_no_answer_is_refused(noise: bytes) -> None:
    with serving({"/a": noise}) as server:
        assert fetch(server, "/a").refusal


@pytest.mark.parametrize(
    "begin",
    [b"", b"HTTP/1.1 200 OK\r\nX: ", answer(b"", Content_Length="900000"), answer(b"", Content_Length=""),
     b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n"],
    ids=["silent", "in the headers", "in the body", "in a body without an end", "in a chunk"],
)  # fmt: skip
def test_a_server_that_drips_is_cut_off(begin: bytes) -> None:
    stopped = threading.Event()

    def drip(wire: socket.socket) -> None:
        wire.sendall(begin)
        while not stopped.wait(0.02):
            if begin:
                wire.sendall(png()[:1])

    with serving({"/a": drip}) as server:
        told = fetch(server, "/a", SHORT).refusal
        stopped.set()
    assert "没有下载完" in told


def test_a_server_that_never_finishes_the_tls_handshake_is_cut_off() -> None:
    stopped = threading.Event()

    def drip(wire: socket.socket) -> None:
        wire.sendall(b"\x16\x03\x03\x3f\xff\x02\x00\x3f\xfb")
        while not stopped.wait(0.02):
            wire.sendall(b"\x03")

    with serving({}) as server:
        server._say = drip  # type: ignore[method-assign]
        told = refusal(f"https://{NAME}:{server.port}/a", guard(server), SHORT)
        stopped.set()
    assert "没有下载完" in told


def test_a_resolver_that_does_not_answer_is_not_waited_for() -> None:
    stopped = threading.Event()

    def slow(*_: object) -> Sequence[str]:
        stopped.wait(5)
        return ["8.8.8.8"]

    told = refusal("https://slow.example/a", replace(PUBLIC, resolve=slow), SHORT)
    stopped.set()
    assert "没有下载完" in told


def test_an_issue_has_a_most_of_pictures_of_bytes_and_of_time() -> None:
    with serving({f"/{number}": answer(png()) for number in range(5)}) as server:
        addresses = [f"http://{NAME}:{server.port}/{number}" for number in range(5)]
        told = fetch_pictures([*addresses, *addresses], guard(server), replace(USUAL, pictures=3))
        assert [bool(told[address].data) for address in addresses] == [True, True, True, False, False]
        assert "最多下载 3 张" in told[addresses[4]].refusal
        assert len(server.heard) == 3
        told = fetch_pictures(addresses, guard(server), replace(USUAL, all_bytes=3 * len(png())))
        assert sum(bool(fetched.data) for fetched in told.values()) == 3
        told = fetch_pictures(addresses, guard(server), replace(USUAL, all_seconds=0))
        assert all("时间已经用完" in fetched.refusal for fetched in told.values())


def test_no_more_than_four_are_fetched_at_once() -> None:
    together = threading.Barrier(4)

    def wait_for_three_others(wire: socket.socket) -> None:
        together.wait(5)
        wire.sendall(answer(png()))

    with serving({f"/{number}": wait_for_three_others for number in range(8)}) as server:
        addresses = [f"http://{NAME}:{server.port}/{number}" for number in range(8)]
        told = fetch_pictures(addresses, guard(server), USUAL)
    assert all(fetched.data for fetched in told.values())


# ---------------------------------------------------------------------------- secrets


def test_a_key_in_an_address_reaches_no_note_and_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    garbled = b"HTTP/1.1 200 OK\r\nno colon here\r\nContent-Length: 4\r\n\r\nnope"
    with serving({"/a.png?key=s3cret": garbled}) as server:
        told = fetch(server, "/a.png?key=s3cret").refusal
    assert f"http://{NAME}" in told
    assert "/a.png " in told
    assert "s3cret" not in told + caplog.text


@pytest.mark.parametrize(
    ("address", "seen"),
    [
        ("https://a.example/b.png?sig=1", "https://a.example/b.png"),
        ("https://me:word@a.example/b@c.png#x", "https://a.example/b@c.png"),
        ("//me:word@a.example/b.png", "//a.example/b.png"),
        ("https://a.example?sig=//me@x", "https://a.example"),
        ("https:me:word@a.example/b.png", "https:a.example/b.png"),
        ("https://a.example/b.png;session=1", "https://a.example/b.png"),
        ("https://a.example/" + "长" * 200, ("https://a.example/" + "长" * 200)[:120]),
    ],
)
def test_an_address_is_shown_without_what_may_be_a_key(address: str, seen: str) -> None:
    assert shown(address) == seen


# ---------------------------------------------------------------------------- whatever stands there

PARTS = st.lists(
    st.sampled_from(["http:", "https:", "//", "/", "\\", "@", ":", "[", "]", "?", "#", "%", ".", "1", "0x", "::", "。"])
    | st.text(max_size=3),
    max_size=8,
).map("".join)


@given(PARTS)
def test_whatever_an_address_looks_like_it_is_refused_without_an_error(address: str) -> None:
    told = refusal(address, replace(PUBLIC, is_allowed=lambda _: False, resolve=lambda *_: []))
    assert "没有下载" in told


@given(st.binary(max_size=200), st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", answer(b"", "302 Found", Location="x")]))
@settings(max_examples=60, deadline=None)
def test_whatever_a_server_says_it_is_refused_without_an_error(noise: bytes, begin: bytes) -> None:
    with serving({"/a": begin.removesuffix(b"\r\n") + noise}) as server:
        assert fetch(server, "/a", replace(USUAL, redirects=0)).refusal
