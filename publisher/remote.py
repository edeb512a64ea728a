"""Pictures that a file refers to on the web, fetched with guards: only from public addresses, only pictures, and
never much of anything.

An address comes from a stranger's file, so it must not lead into the office's own network. Its host is looked up
once, every answer is judged, and the connection goes to the very address that was judged: a second look-up could
answer otherwise. `http.client` does the talking, since libraries above it write whole addresses into their logs, and
an address may hold a key.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from queue import Empty, SimpleQueue
from threading import Lock, Thread, Timer
from time import monotonic
from typing import Final
from urllib.parse import quote, urljoin, urlsplit

from publisher import __version__
from publisher.importers.links import shown
from publisher.importers.signatures import media_type
from publisher.importers.supplies import Supply

Address = IPv4Address | IPv6Address

_MEGABYTE: Final = 1024 * 1024
_PIECE: Final = 64 * 1024
_MOST_TRIED: Final = 3
"""Of a host with many addresses, no more are tried."""
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_OK, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _GONE = 200, 401, 403, 404, 410
_HOST: Final = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?|[0-9a-f:.]*:[0-9a-f:.]*")
_NUMBER: Final = re.compile(r"(.*\.)?(0x[0-9a-f]*|\d+)")
"""A host whose last part is a number is an address in some spelling: decimal, octal, hexadecimal, shortened."""
_HEADERS: Final = {
    "Accept": "image/*",
    "Accept-Encoding": "identity",
    "Connection": "close",
    "User-Agent": f"wechat-publisher/{__version__}",
}
_SPECIAL: Final = tuple(
    map(
        ip_network,
        # Protocol assignments; 6to4, its relays and the local NAT64, which lead to embedded addresses; documentation;
        # the old site-local. Python's is_global counts them as public.
        ("192.0.0.0/24", "192.88.99.0/24", "2002::/16", "64:ff9b:1::/48", "3fff::/20", "fec0::/10"),
    )
)
_NAT64: Final = IPv6Address("64:ff9b::")
_LAST_32_BITS: Final = 0xFFFFFFFF


def is_public(address: Address) -> bool:
    """Whether an address is one of the public network, whatever it embeds."""
    if isinstance(address, IPv6Address):
        embedded = _embedded(address)
        if embedded is not None:
            return is_public(embedded)
    if any(address in network for network in _SPECIAL if network.version == address.version):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def look_up(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, by the system's resolver. OSError where there are none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Guard:
    """Whom we talk to: which addresses, found how, on which ports, and by whose certificates."""

    is_allowed: Callable[[Address], bool] = is_public
    resolve: Callable[[str, int], Sequence[str]] = look_up
    ports: frozenset[int] = frozenset(_DEFAULT_PORTS.values())
    tls: Callable[[], ssl.SSLContext] = ssl.create_default_context


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is fetched. `seconds` and `most_bytes` are one picture's, from the first look-up to the last byte;
    `all_seconds` and `all_bytes` those of an issue, which is done well before the worker's lease ends.
    """

    seconds: float = 10.0
    most_bytes: int = 10 * _MEGABYTE
    all_seconds: float = 40.0
    all_bytes: int = 60 * _MEGABYTE
    pictures: int = 50
    redirects: int = 5
    threads: int = 4


PUBLIC: Final = Guard()
"""The public web, and nothing else."""
USUAL: Final = Limits()


def fetch_pictures(addresses: Sequence[str], guard: Guard = PUBLIC, limits: Limits = USUAL) -> Mapping[str, Supply]:
    """What became of each address. Never fails: a picture that was not fetched says why."""
    wanted = list(dict.fromkeys(addresses))
    trip = _Trip(guard, limits)
    with ThreadPoolExecutor(limits.threads, thread_name_prefix="fetch") as pool:
        fetched = dict(zip(wanted, pool.map(trip.fetch, wanted[: limits.pictures]), strict=False))
    why = f"一期最多下载 {limits.pictures} 张网络图片"
    return fetched | {address: _refused(address, why) for address in wanted[limits.pictures :]}


class _Refusal(Exception):
    """Why a picture is not fetched, in Chinese, as a part of a sentence."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def _refused(address: str, why: str) -> Supply:
    return Supply(refusal=f"网络图片 {shown(address)} 没有下载：{why}。请把它保存下来，放进同一文件夹后重新投放。")


# ---------------------------------------------------------------------------- one issue, one picture


class _Trip:
    """The fetching of one issue's pictures; its threads share what an issue may take."""

    def __init__(self, guard: Guard, limits: Limits) -> None:
        self._guard = guard
        self._limits = limits
        self._ends = monotonic() + limits.all_seconds
        self._bytes_left = limits.all_bytes
        self._lock = Lock()

    def fetch(self, address: str) -> Supply:
        seconds = min(self._limits.seconds, self._ends - monotonic())
        if seconds <= 0:
            return _refused(address, f"一期的网络图片一共只等 {self._limits.all_seconds:g} 秒，时间已经用完")
        with closing(_Line(seconds)) as line:
            try:
                return Supply(self._follow(address, line))
            except _Refusal as refusal:
                return _refused(address, refusal.why)
            except (OSError, HTTPException, ValueError) as error:
                late = f"{max(1, round(seconds))} 秒内没有下载完"
                return _refused(address, late if line.is_over else _name_trouble(error))

    def _follow(self, address: str, line: _Line) -> bytes:
        """The picture, behind any number of redirects that is allowed; each of them is judged like the first."""
        for _ in range(self._limits.redirects + 1):
            place = _take_apart(address, self._guard.ports)
            with closing(_connect(place, self._guard, line)) as connection:
                connection.request("GET", place.target, headers={"Host": place.header, **_HEADERS})
                with closing(connection.getresponse()) as answer:
                    if answer.status not in _REDIRECTS:
                        return self._read(answer, line)
                    address = urljoin(place.url, _location(answer))
        raise _Refusal(f"网址转来转去，超过了 {self._limits.redirects} 次")

    def _read(self, answer: HTTPResponse, line: _Line) -> bytes:
        _check_head(answer, self._limits.most_bytes)
        declared, body = answer.length, bytearray()
        # Some servers keep the line open whatever they are asked: what was declared is all there is to wait for.
        while len(body) != declared and (piece := answer.read1(_PIECE)):
            body += piece
            if len(body) > self._limits.most_bytes:
                raise _too_large(self._limits.most_bytes)
            self._spend(len(piece))
        if line.is_over:  # the end of a line that we cut ourselves looks like any other
            raise TimeoutError
        if declared is not None and len(body) != declared:
            raise _Refusal("连接中断，没有下载完整")
        return _checked(bytes(body))

    def _spend(self, count: int) -> None:
        with self._lock:
            self._bytes_left -= count
            if self._bytes_left < 0:
                raise _Refusal(f"一期的网络图片一共不能超过 {self._limits.all_bytes // _MEGABYTE} MB")


class _Line:
    """A picture's time, and its connection, which is cut when the time is up: a server that sends a byte now and
    then would outlast every time limit on single reads.
    """

    def __init__(self, seconds: float) -> None:
        self._ends = monotonic() + seconds
        self._lock = Lock()
        self._held: socket.socket | None = None
        self._is_cut = False
        self._timer = Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    @property
    def left(self) -> float:
        """The seconds left. TimeoutError if there are none."""
        left = self._ends - monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    @property
    def is_over(self) -> bool:
        return self._is_cut or monotonic() >= self._ends

    def hold(self, connected: socket.socket) -> None:
        """Watch over a connection. What is held is a second handle: TLS takes the first one over."""
        with self._lock:
            self._let_go()
            self._held = connected.dup()
        if self.is_over:
            self._cut()

    def close(self) -> None:
        self._timer.cancel()
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None

    def _cut(self) -> None:
        with self._lock:
            self._is_cut = True
            if self._held is not None:
                try:
                    self._held.shutdown(socket.SHUT_RDWR)
                except OSError:  # the other side was quicker
                    return


# ---------------------------------------------------------------------------- where to


@dataclass(frozen=True, slots=True)
class _Place:
    """A web address, taken apart and found fit to be asked; `target` is what the request line says."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.header}{self.target}"


def _take_apart(address: str, ports: frozenset[int]) -> _Place:
    try:
        address = address.strip()
        parts = urlsplit(f"https:{address}" if address.startswith("//") else address)
        port, host = parts.port, (parts.hostname or "").encode("idna").decode().removesuffix(".").lower()
    except ValueError:
        raise _Refusal("网址写得不对") from None
    if parts.scheme not in _DEFAULT_PORTS:
        raise _Refusal("只能下载 http:// 和 https:// 开头的网址")
    if parts.username is not None or parts.password is not None:
        raise _Refusal("网址里写有用户名或密码")
    if not _HOST.fullmatch(host) or (_NUMBER.fullmatch(host) and not _is_literal(host)):
        raise _Refusal("网址写得不对")
    port = port if port is not None else _DEFAULT_PORTS[parts.scheme]
    if port not in ports:
        raise _Refusal(f"端口 {port} 不是网站通常用的端口（80、443）")
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    return _Place(parts.scheme, host, port, quote(target, safe="/?%:@!$&'()*+,;=~[]"))


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _embedded(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that packets to an IPv6 address end at, if any."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    number = int(address)
    return IPv4Address(number & _LAST_32_BITS) if number & ~_LAST_32_BITS == int(_NAT64) else None


# ---------------------------------------------------------------------------- connecting


def _connect(place: _Place, guard: Guard, line: _Line) -> HTTPConnection:
    """A connection to an address that was judged, with TLS to the host of that name."""
    found = [place.host] if _is_literal(place.host) else _ask(guard, place, line.left)
    if not all(guard.is_allowed(ip_address(each.partition("%")[0])) for each in found):
        raise _Refusal("网址指向内部网络，不是公开的网站")
    connected = _dial(found[:_MOST_TRIED], place.port, line)
    try:
        line.hold(connected)
        if place.scheme == "https":
            connected = guard.tls().wrap_socket(connected, server_hostname=place.host)
    except BaseException:
        connected.close()
        raise
    connection = HTTPConnection(place.host, place.port)
    connection.sock = connected
    return connection


def _ask(guard: Guard, place: _Place, seconds: float) -> Sequence[str]:
    """The addresses of a host. The system's resolver knows no time limit, so it is waited for from outside."""
    answers: SimpleQueue[Sequence[str] | Exception] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(guard.resolve(place.host, place.port))
        except (OSError, ValueError) as error:
            answers.put(error)

    Thread(target=ask, name="fetch-resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception) or not answer:
        raise _Refusal("找不到这个网站")
    return answer


def _dial(addresses: Sequence[str], port: int, line: _Line) -> socket.socket:
    """A connection to the first of the addresses that takes one, each given its share of the time."""
    for tried, address in enumerate(addresses, start=1):
        try:
            connected = socket.create_connection((address, port), line.left / (len(addresses) - tried + 1))
            connected.settimeout(line.left)
        except OSError:
            if tried == len(addresses):
                raise
        else:
            return connected
    raise OSError("no address")


# ---------------------------------------------------------------------------- what comes back


def _location(answer: HTTPResponse) -> str:
    """Where a redirect leads; http.client reads headers as Latin-1, and servers write UTF-8."""
    location = answer.getheader("Location") or ""
    if not location:
        raise _Refusal("网站没有给出图片")
    return location.encode("latin-1", "replace").decode("utf-8", "replace")


def _check_head(answer: HTTPResponse, most: int) -> None:
    if answer.status in {_UNAUTHORIZED, _FORBIDDEN}:
        raise _Refusal(f"网站不让下载（{answer.status}），可能要登录，或者不许别处引用")
    if answer.status in {_NOT_FOUND, _GONE}:
        raise _Refusal(f"网站上已经没有这张图片（{answer.status}）")
    if answer.status != _OK:
        raise _Refusal(f"网站没有给出图片（{answer.status}）")
    # A compressed answer that nobody asked for could unpack to any size; pictures are compressed already.
    if (answer.getheader("Content-Encoding") or "identity").strip().lower() != "identity":
        raise _Refusal("网站给的是压缩过的内容")
    if answer.length is not None and answer.length > most:
        raise _too_large(most)


def _too_large(most: int) -> _Refusal:
    return _Refusal(f"图片超过了 {most // _MEGABYTE} MB")


def _checked(data: bytes) -> bytes:
    """The data, if its first bytes are a picture's, whatever the server calls it."""
    if media_type(data).startswith("image/"):
        return data
    if not data:
        raise _Refusal("网站给的是空文件")
    if re.search(rb"<(?:!doctype )?html", data[:1024], re.IGNORECASE):
        raise _Refusal("网站给的是网页，不是图片，可能要登录，或者不许别处引用")
    raise _Refusal("网站给的不是图片，或者是不认识的格式")


def _name_trouble(error: Exception) -> str:
    """The kind of trouble alone: an error's text may hold the address."""
    match error:
        case ssl.SSLCertVerificationError():
            return "网站的证书无效"
        case ssl.SSLError():
            return "和网站建立不了安全连接"
        case HTTPException() | ValueError():
            return "网站的回答看不懂"
        case _:
            return "连不上网站，或者连接中断了"
