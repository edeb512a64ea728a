"""The desk that shows a file as phones do: a real server on loopback, real files that change under it."""

from __future__ import annotations

import asyncio
import http.client
import io
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import pytest
from PIL import Image

from publisher.errors import WrongMove
from publisher.preview.desk import Desk
from publisher.preview.page import View
from publisher.preview.server import create_preview, preview
from publisher.web.server import Server, start
from tests.pages import CHROMIUM, chromium
from tests.world import issue_text, read_here

OWN_THEME = "/* 试用：绿。 */ root { color: #123456 }"
SCROLLED = """() => new Promise(done => {
  const frame = () => document.querySelector('iframe').contentWindow;
  const look = () => frame().scrollY === 600 ? done() : requestAnimationFrame(look);
  look();
})"""
READ = 2
"""The revision once the file has been read: reading begins, reading ends."""


class Turns:
    """The pause between two looks: it lasts until the test ends it."""

    def __init__(self) -> None:
        self._begun = threading.Event()
        self._queue: asyncio.Queue[None] = asyncio.Queue()

    async def tick(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._begun.set()
        await self._queue.get()

    def end(self) -> None:
        assert self._begun.wait(30)
        self._loop.call_soon_threadsafe(self._queue.put_nowait, None)


@dataclass
class Shown:
    """A file on the desk, and its page."""

    home: Path
    file: Path
    server: Server
    turns: Turns
    revision: int = READ
    answer: http.client.HTTPResponse | None = field(default=None, repr=False)

    def get(self, path: str = "/", host: str = "", **query: str) -> tuple[int, str]:
        status, body, _headers = self.fetch(f"{path}?{urlencode(query)}" if query else path, host)
        return status, body.decode()

    def fetch(self, path: str, host: str = "") -> tuple[int, bytes, dict[str, str]]:
        connection = http.client.HTTPConnection(self.server.host, self.server.port, timeout=30)
        connection.request("GET", path, headers={"Host": host} if host else {})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, body, {name.lower(): value for name, value in answer.getheaders()}

    def frame(self, **query: str) -> str:
        status, html = self.get("/frame", **{"shade": "light", **query})
        assert status == 200
        return html

    def write(self, text: str | bytes) -> None:
        """Save the file, and wait for the page to be told."""
        self.file.write_bytes(text.encode() if isinstance(text, str) else text)
        self.turn(READ)

    def write_theme(self, name: str, css: str) -> None:
        path = self.home / "config" / "themes" / f"{name}.css"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(css, encoding="utf-8")
        self.turn(1)

    def turn(self, changes: int) -> None:
        """Let the desk look once more, and wait for so many changes."""
        self.turns.end()
        self.revision += changes
        self.await_revision(self.revision)

    def await_revision(self, revision: int) -> None:
        assert self.answer is not None
        while line := self.answer.readline():
            if line.startswith(b"data: ") and int(line.removeprefix(b"data: ")) >= revision:
                return
        pytest.fail("the events ended")


@contextmanager
def desk_of(
    tmp_path: Path, text: str | bytes, preferred: View | None = None, name: str = "spring.txt"
) -> Iterator[Shown]:
    file = tmp_path / "drafts" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    turns = Turns()
    app = create_preview(Desk(tmp_path, file, read_newsletter=read_here), preferred or View(), turns.tick)
    with start(app) as server:
        connection = http.client.HTTPConnection(server.host, server.port, timeout=30)
        connection.request("GET", "/changes")
        shown = Shown(tmp_path, file, server, turns, answer=connection.getresponse())
        shown.await_revision(READ)
        try:
            yield shown
        finally:
            assert shown.answer is not None
            shown.answer.close()
            connection.close()


@pytest.fixture
def shown(tmp_path: Path) -> Iterator[Shown]:
    with desk_of(tmp_path, issue_text()) as made:
        yield made


# ---------------------------------------------------------------------------- what is seen


def test_the_article_stands_on_the_platforms_page_below_its_title(shown: Shown) -> None:
    html = shown.frame()
    assert '<h1 class="wx-title">春天通讯 2026 年第 3 期（总第 18 期）</h1>' in html
    assert "2026 年 3 月 31 日" in html
    assert "全体会员冒雨种下五百棵香樟树" in html


def test_the_dark_page_shows_what_the_platforms_dark_mode_makes_of_it(shown: Shown) -> None:
    light, dark = shown.frame(shade="light"), shown.frame(shade="dark")
    assert light.count("<section") == dark.count("<section")
    assert "wx-dark" in dark
    assert light.partition('wx-rich">')[2] != dark.partition('wx-rich">')[2]


def test_remarks_length_and_rules_stand_beside_the_article(shown: Shown) -> None:
    _status, html = shown.get()
    assert "刊头的期号、日期和各项名目已读出。" in html
    assert " / 20,000</b>" in html
    assert "这一篇都合规则。" in html


def test_what_the_linter_finds_is_listed(shown: Shown) -> None:
    shown.write_theme("pale", "root { color: #333 } p { color: #ddd }")
    _status, html = shown.get(theme="pale")
    assert "处不合" in html
    assert "对比度" in html


def test_the_pieces_of_a_draft_can_be_switched(shown: Shown) -> None:
    _status, html = shown.get(layout="sections", sheet="2")
    assert html.count('name="layout"') == 1
    assert "<i>2</i>产业观察" in html or "<i>2</i>园林产业观察" in html
    assert "全体会员冒雨" not in shown.frame(layout="sections", sheet="2")
    assert shown.frame(layout="sections", sheet="8") == shown.frame(layout="sections", sheet="2")


@pytest.mark.parametrize(("width", "shade", "frames"), [("375", "both", 2), ("all", "both", 6), ("677", "dark", 1)])
def test_widths_and_shades_stand_side_by_side_or_alone(shown: Shown, width: str, shade: str, frames: int) -> None:
    _status, html = shown.get(width=width, shade=shade)
    assert html.count("<iframe") == frames


def test_what_is_no_choice_is_the_usual(shown: Shown) -> None:
    odd = {"theme": "../official", "layout": "x", "sheet": "٣", "width": "1", "shade": "<b>"}
    status, html = shown.get(**odd)
    assert status == 200
    assert html == shown.get()[1]


@pytest.mark.parametrize(("shape", "size"), [("wide", (900, 383)), ("square", (384, 383))])
def test_the_drawn_cover_is_shown_as_lists_show_it(shown: Shown, shape: str, size: tuple[int, int]) -> None:
    _status, body, headers = shown.fetch(f"/cover?shape={shape}")
    assert headers["content-type"] == "image/jpeg"
    assert Image.open(io.BytesIO(body)).size == size


def test_the_drawn_cover_has_the_colours_of_the_theme(shown: Shown) -> None:
    assert shown.fetch("/cover?theme=festive")[1] != shown.fetch("/cover?theme=finance")[1]


def test_the_files_own_cover_and_pictures_are_shown(tmp_path: Path) -> None:
    picture = tmp_path / "drafts" / "spring.assets" / "hall.png"
    picture.parent.mkdir(parents=True)
    Image.new("RGB", (1200, 600), "#0a7a3c").save(picture)
    text = f"---\ncover: spring.assets/hall.png\n---\n\n{issue_text()}\n\n![会场](spring.assets/hall.png)\n"
    with desk_of(tmp_path, text, name="spring.md") as shown:
        cover = Image.open(io.BytesIO(shown.fetch("/cover")[1]))
        address = shown.frame().partition('src="')[2].partition('"')[0]
        status, _body, headers = shown.fetch(address)
    red, green, _blue = cover.convert("RGB").getpixel((cover.width // 2, cover.height // 2))  # type: ignore[misc]
    assert green > red + 60
    assert address.startswith("/picture/")
    assert (status, headers["content-type"].startswith("image/")) == (200, True)


# ---------------------------------------------------------------------------- what changes


def test_a_saved_file_is_read_and_the_page_is_told(shown: Shown) -> None:
    shown.write(issue_text(body="改过的一句话，已经保存。"))
    assert "改过的一句话" in shown.frame()
    assert f'data-revision="{READ + 2}"' in shown.get()[1]


def test_a_saved_theme_is_used_and_the_page_is_told(shown: Shown) -> None:
    shown.write_theme("own", OWN_THEME)
    assert "own（config/themes/own.css）" in shown.get()[1]
    assert "#123456" in shown.frame(theme="own")
    shown.write_theme("own", OWN_THEME.replace("#123456", "#654321"))
    assert "#654321" in shown.frame(theme="own")


def test_a_fault_in_a_theme_is_shown_with_file_and_line_until_it_is_mended(shown: Shown) -> None:
    shown.write_theme("own", "root { color: #333 }\np { position: fixed }")
    _status, html = shown.get(theme="own")
    assert "主题「own」（config/themes/own.css）有错" in html
    assert "own.css:2: position" in html
    assert "<iframe" not in html
    assert "<iframe" in shown.get(theme="official")[1]
    shown.write_theme("own", OWN_THEME)
    assert "<iframe" in shown.get(theme="own")[1]


def test_a_broken_file_says_so_in_chinese_until_it_is_mended(shown: Shown) -> None:
    shown.write(b"PK\x03\x04 no text at all")
    _status, html = shown.get()
    assert "这份稿件读不出来" in html
    assert "<iframe" not in html
    assert shown.get("/frame", shade="light")[0] == shown.get("/cover")[0] == 404
    shown.write(issue_text())
    assert "<iframe" in shown.get()[1]


def test_a_file_that_is_gone_is_waited_for(shown: Shown) -> None:
    shown.file.unlink()
    shown.turn(READ)
    assert "找不到或打不开文件「spring.txt」" in shown.get()[1]
    shown.write(issue_text())
    assert "<iframe" in shown.get()[1]


# ---------------------------------------------------------------------------- who may look


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example"])
def test_a_name_that_leads_here_from_elsewhere_is_refused(shown: Shown, host: str) -> None:
    for path in ("/", "/frame?shade=light", "/cover", "/own/desk.js", "/changes"):
        assert shown.get(path, host=host)[0] == 400


def test_this_machine_by_name_is_not(shown: Shown) -> None:
    assert shown.get(host=f"localhost:{shown.server.port}")[0] == 200


@pytest.mark.parametrize("path", ["/picture/..%2f..%2fetc%2fpasswd", "/own/..%2fpage.py", "/own/desk.html", "/drafts"])
def test_no_path_leads_out(shown: Shown, path: str) -> None:
    assert shown.get(path)[0] == 404


def test_texts_from_the_file_are_no_markup_on_the_desk(tmp_path: Path) -> None:
    with desk_of(tmp_path, "<b>题</b> & <script>alert(1)</script>\n\n正文在这里，写了一句完整的话。\n") as shown:
        html = shown.get()[1]
        assert "<script>alert" not in html
        assert "&lt;script&gt;" in html


def test_the_page_of_an_article_runs_no_script_and_loads_nothing_from_elsewhere(shown: Shown) -> None:
    policy = shown.fetch("/frame?shade=light")[2]["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-same-origin" in policy
    assert "script" not in policy
    assert 'sandbox="allow-same-origin"' in shown.get()[1]


# ---------------------------------------------------------------------------- the command


def test_the_commands_theme_comes_before_the_files(tmp_path: Path) -> None:
    with desk_of(tmp_path, issue_text(), View(theme="plain")) as shown:
        assert '<option value="plain" selected>' in shown.get()[1]
        assert '<option value="official" selected>' in shown.get(theme="official")[1]


def test_an_unknown_theme_and_a_taken_port_are_told(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    with pytest.raises(WrongMove, match="no theme 'nix'"):
        preview(tmp_path, file, View(theme="nix"), 0, print)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(WrongMove) as refused:
            preview(tmp_path, file, View(), port, print)
    assert f"端口 {port} 用不了" in refused.value.note


def test_the_command_prints_its_address_and_ends_when_interrupted(tmp_path: Path) -> None:
    file = tmp_path / "spring.txt"
    file.write_text(issue_text(), encoding="utf-8")
    command = [sys.executable, "-m", "publisher.cli", "--home", str(tmp_path), "preview", str(file), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(30) in {0, 130, -signal.SIGINT}
    assert line.startswith("预览：http://127.0.0.1:")


# ---------------------------------------------------------------------------- in the browser


@pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is missing: apt-get install chromium")
def test_the_page_follows_the_file_and_stays_where_the_reader_was(tmp_path: Path) -> None:
    long = issue_text(body="春风又绿江南岸。" * 300)
    with desk_of(tmp_path, long) as shown, chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.goto(shown.server.url)
        inside = page.frame_locator("iframe").first
        inside.locator("text=春风又绿").first.wait_for()
        page.evaluate("document.querySelector('iframe').contentWindow.scrollTo(0, 600)")
        shown.write(long.replace("春风又绿江南岸", "明月何时照我还"))
        inside.locator("text=明月何时").first.wait_for()
        page.evaluate(SCROLLED)
        widths = page.evaluate("[...document.querySelectorAll('iframe')].map(frame => frame.clientWidth)")
        over = page.evaluate(
            "[...document.querySelectorAll('iframe')].map(f => f.contentDocument.documentElement.scrollWidth)"
        )
        page.select_option("select[name=theme]", "plain")
        page.wait_for_url("**theme=plain**")
        assert widths == over == [375, 375]
        assert said == []
        page.close()
