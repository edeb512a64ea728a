"""Nothing here leaves this machine: servers are on loopback, and every name is answered by the test."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from publisher.importers.supplies import Supply
from publisher.remote import PUBLIC, Guard, fetch_pictures
from tests.picture_host import NAME, Wire, answer, fetch, guard, png, redirect, refusal, serving

# ---------------------------------------------------------------------------- what arrives


def test_a_picture_arrives_whole() -> None:
    with serving({"/a.png": answer(png())}) as server:
        assert fetch(server, "/a.png") == Supply(png())


def test_the_request_says_who_asks_and_nothing_about_the_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with serving({"/a.png?k=1": answer(png(), Set_Cookie="id=1"), "/b.png": answer(png())}) as server:
        fetch(server, "/a.png?k=1")
        fetch(server, "/b.png")
        heard = "".join(server.heard)
        assert f"Host: {NAME}:{server.port}\r\n" in heard
    assert heard.startswith("GET /a.png?k=1 HTTP/1.1\r\n")
    assert "User-Agent: wechat-publisher/" in heard
    assert "Accept-Encoding: identity\r\n" in heard
    assert not {"cookie", "referer"} & {line.partition(":")[0].lower() for line in heard.splitlines()}


def test_addresses_as_editors_and_pages_write_them_are_understood() -> None:
    path = "/%E5%9B%BE/1%202.png"
    with serving({path: answer(png()), "/": answer(png())}) as server:
        for written in ("/图/1 2.png", path, f"{path}#x", ""):
            assert fetch(server, written).data == png()


def test_a_picture_without_its_length_and_one_in_chunks_arrive() -> None:
    body = png()
    chunked = b"".join(f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in (body[:9], body[9:])) + b"0\r\n\r\n"
    pages = {
        "/a": answer(body, Content_Length=""),
        "/b": answer(b"", Content_Length="", Transfer_Encoding="chunked") + chunked,
    }
    with serving(pages) as server:
        assert [fetch(server, path).data for path in pages] == [body, body]


def test_a_server_that_keeps_the_line_open_is_not_waited_for() -> None:
    body = png()

    def keep(said: bytes) -> Wire:
        def page(wire: socket.socket) -> None:
            wire.sendall(said)
            wire.recv(1)

        return page

    chunked = f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
    pages = {
        "/a": keep(answer(body)),
        "/b": keep(answer(b"", Content_Length="", Transfer_Encoding="chunked") + chunked),
        "/c": keep(redirect("/a")),
    }
    with serving(pages) as server:
        assert [fetch(server, path).data for path in pages] == [body] * 3


def test_the_bytes_say_what_it_is_whatever_the_server_calls_it() -> None:
    pages = {
        "/a": answer(png(), Content_Type="text/html"),
        "/b": answer(b"<!DOCTYPE html><html><body>login</body></html>", Content_Type="image/png"),
        "/c": answer(b"%PDF-1.7", Content_Type="image/png"),
        "/d": answer(b""),
    }
    with serving(pages) as server:
        told = [fetch(server, path) for path in pages]
    assert told[0].data == png()
    for fetched, words in zip(told[1:], ("网页", "不是图片", "空文件"), strict=True):
        assert words in fetched.refusal
        assert "保存下来" in fetched.refusal


@pytest.mark.parametrize(
    ("status", "words"), [("403 Forbidden", "可能要登录"), ("404 Not Found", "已经没有"), ("500 Broken", "500")]
)
def test_what_the_server_refuses_is_said(status: str, words: str) -> None:
    with serving({"/a": answer(png(), status)}) as server:
        assert words in fetch(server, "/a").refusal


def test_nobody_there_is_said() -> None:
    with serving({}) as server:
        given, port = guard(server), server.port
    assert "连不上" in refusal(f"http://{NAME}:{port}/a", given)


def test_the_second_address_of_a_host_is_tried() -> None:
    with serving({"/a": answer(png())}) as server:
        given = Guard(lambda ip: ip.is_loopback, lambda *_: ["127.0.0.3", "127.0.0.1"], frozenset({server.port}))
        address = f"http://{NAME}:{server.port}/a"
        assert fetch_pictures([address], given)[address].data == png()


def test_a_host_nobody_knows_is_said() -> None:
    def unknown(_host: str, _port: int) -> Sequence[str]:
        raise socket.gaierror(-2, "unknown")

    assert "找不到这个网站" in refusal("https://nowhere.example/a", replace(PUBLIC, resolve=unknown))
    assert "找不到这个网站" in refusal("https://nowhere.example/a", replace(PUBLIC, resolve=lambda *_: []))


# ---------------------------------------------------------------------------- TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for NAME that nobody has signed but itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    today = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + built.public_bytes(serialization.Encoding.PEM))
    return path


def test_tls_is_made_with_the_name_and_checked_against_it(certificate: Path) -> None:
    asked: list[str] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda _wire, name, _context: asked.append(name)
    with serving({"/a": answer(png())}, context) as server:
        trusting = replace(guard(server), tls=lambda: ssl.create_default_context(cafile=str(certificate)))
        address = f"https://{NAME}:{server.port}/a"
        assert fetch_pictures([address], trusting)[address].data == png()
        assert asked == [NAME]
        assert "证书无效" in refusal(f"https://other.example:{server.port}/a", trusting)
        assert "证书无效" in refusal(address, guard(server))


def test_a_server_that_speaks_no_tls_is_said() -> None:
    with serving({"": answer(png())}) as server:
        assert "安全连接" in refusal(f"https://{NAME}:{server.port}/a", guard(server))
