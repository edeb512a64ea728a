"""Articles as Chromium lays them out: what is found at which width, and what the article may not do meanwhile."""

from __future__ import annotations

import socket
import subprocess
import tempfile
import threading
from pathlib import Path

import pytest

from publisher import browser
from publisher.browser import measure
from publisher.confinement import Limits

TEXT = "首批鲜叶今日下山，茶农说今年的雨水比去年多，头采推迟了三天，品质却更好。"
PHONE = (375,)


def article(*blocks: str) -> str:
    return f'<section style="font-size:16px;line-height:1.75;color:#333">{"".join(blocks)}</section>'


def picture(style: str, attributes: str = 'data-w="800" data-ratio="0.5"') -> str:
    return f'<img src="https://mmbiz.qpic.cn/mmbiz_png/a/0" {attributes} style="{style}">'


def scroller(inside: str) -> str:
    return f'<section style="overflow-x:auto">{inside}</section>'


def row(*cells: str) -> str:
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def between_good_ones(*blocks: str) -> str:
    return article(*(f"<p>{TEXT}</p>{block}<p>{TEXT}</p>" for block in blocks))


def codes(html: str) -> list[str]:
    return [finding.code for finding in measure(html, PHONE)]


GOOD = {
    "a paragraph": f"<p>{TEXT}<sup style='font-size:10px;line-height:0'>1</sup></p>",
    "a picture as wide as the page": picture("max-width:100%;height:auto"),
    "a picture that is wider than a phone and may not be": picture("max-width:100%"),
    "a picture of unknown shape": picture("width:100%;height:90px", ""),
    "a cropped picture": picture("width:100%;height:90px;object-fit:cover"),
    "no line height around pictures": f'<section style="line-height:0">{picture("width:50%") * 2}</section>',
    "one line lower than its size": '<p style="line-height:12px">春茶开采</p>',
    "a wide table in a scroller": scroller(f'<table style="width:900px">{row(TEXT)}</table>'),
    "a long line of code in a scroller": f'<pre style="overflow-x:auto;white-space:pre">{TEXT * 3}</pre>',
    "a low scroller": f'<section style="height:60px;overflow-y:auto">{TEXT * 3}</section>',
    "what is told to be ignored": '<section data-ignore-width="" style="width:500px">宽</section>',
    "a narrow cell of one line": f"<table>{row('1', '二', TEXT)}</table>",
    "a drawing with small text": '<svg viewBox="0 0 100 50" width="100%"><text y="20" font-size="4">图</text></svg>',
    "a mark after a picture": f"<p>{TEXT}{picture('width:20px;height:20px;object-fit:cover')}，{TEXT}</p>",
    "marks that Chromium keeps from the start of a line": f"<p>{'春茶，' * 60}</p>",
    "a reading above its word": "<p><ruby>采<rt>cǎi</rt></ruby>茶</p>",
    "text that nobody sees": '<p style="visibility:hidden;width:900px;font-size:8px">无</p>',
}
BAD = {
    "too-wide": '<section style="width:500px">固定</section>',
    "table-too-wide": f'<table style="white-space:nowrap">{row(TEXT, TEXT)}</table>',
    "clipped-text": f'<p style="height:28px;overflow:hidden">{TEXT * 2}</p>',
    "line-height-low": f'<p style="line-height:14px">{TEXT}</p>',
    "lines-overlap": f'<p style="height:28px">{TEXT * 2}</p><p>{TEXT}</p>',
    "cell-squeezed": f'<table style="table-layout:fixed;width:100%">{row("说明", *"一" * 15)}</table>',
    "picture-distorted": picture("width:100%;height:400px"),
    "text-too-small": '<p style="font-size:11px">小字</p>',
    "line-starts-with-mark": f'<p style="line-break:anywhere">{"春，" * 60}</p>',
}


def test_a_good_article_has_no_findings() -> None:
    assert measure(article(*GOOD.values())) == ()


def test_what_is_wrong_is_found_once_and_nothing_else() -> None:
    assert sorted(codes(between_good_ones(*BAD.values()))) == sorted(BAD)


def test_it_is_found_in_other_guises() -> None:
    guises = [
        ("<p>https://example.org/" + "a" * 60 + "</p>", "too-wide"),
        ('<p style="margin-left:-20px">外</p>', "too-wide"),
        (f'<p style="white-space:nowrap;overflow:hidden;text-overflow:ellipsis">{TEXT}</p>', "clipped-text"),
        ('<p style="height:0;overflow:hidden">藏</p>', "clipped-text"),
        (f'<section style="overflow:hidden;height:30px"><p>{TEXT * 2}</p></section>', "clipped-text"),
        ('<p>春茶开采</p><p style="margin-top:-24px">首批下山</p>', "lines-overlap"),
        ('<img width="800" height="400" src="a.png" style="max-width:100%">', "picture-distorted"),
    ]
    found = codes(between_good_ones(*(block for block, _ in guises)))
    assert sorted(found) == sorted(code for _, code in guises)


def test_blanks_that_hang_over_the_end_of_a_line_are_no_fault() -> None:
    blanks = "\u3000" * 40
    assert codes(between_good_ones(f"<p>{TEXT}<b>{blanks}</b></p>")) == []


def test_a_short_run_that_is_broken_by_what_stands_before_it_does_not_make_its_cell_narrow() -> None:
    lines = "".join(f"{'字' * count}<em>甲乙</em><br>" for count in range(1, 30))
    assert codes(f"<table><tr><td>{lines}</td></tr></table>") == []


def test_a_picture_inside_the_html_is_measured_itself() -> None:
    square = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
    assert codes(article(f'<img src="{square}" style="width:100px;height:100px">')) == []
    assert codes(article(f'<img src="{square}" style="width:100px;height:50px">')) == ["picture-distorted"]


def test_a_finding_tells_the_widths_the_measure_and_the_element() -> None:
    (finding,) = measure(article('<section style="width:400px">固定</section>'))
    assert finding.rule == "1.4"
    assert finding.text.startswith("在 375、414 像素宽的屏幕上，比页面宽 57 像素")  # it ends at 416, the column at 359
    assert finding.where == '<section style="width:400px">固定</section>'


def test_an_element_is_shown_as_it_was_given_and_cut() -> None:
    (finding,) = measure(article(picture("width:500px")), PHONE)
    assert finding.where == picture("width:500px")
    (finding,) = measure(article(f'<p style="margin-left:-20px">{"😀" * 200}</p>'), PHONE)
    assert len(finding.where) == 120
    assert finding.where.endswith("😀")


def test_the_outermost_element_alone_is_told() -> None:
    wide = article(f'<section style="width:500px"><p>{TEXT}</p><section style="width:600px">{TEXT}</section></section>')
    assert codes(wide) == ["too-wide"]


def test_what_the_platform_takes_away_changes_nothing() -> None:
    assert codes("<style>p{width:900px;font-size:8px}</style>" + article(f"<p>{TEXT}</p>")) == []
    assert codes('<link rel="stylesheet" href="data:text/css,p{width:900px}">' + article(f"<p>{TEXT}</p>")) == []


def test_the_whole_specimen_of_html_around_an_article_is_taken() -> None:
    page = f"<!doctype html><html><head><title>春</title></head><body>{article(BAD['too-wide'])}</body></html>"
    assert codes(page) == ["too-wide"]
    assert codes("") == []


# ---------------------------------------------------------------------------- what an article may not do


def hostile(address: str) -> str:
    """An article that tries to run, to reach out, and to break out of the page that measures it."""
    deed = "parent.document.documentElement.textContent=[]"
    return article(
        f"<script>{deed}</script><img src=x onerror='{deed}'><svg onload='{deed}'><script>{deed}</script></svg>",
        f'<img src=\'data:image/svg+xml,&lt;svg xmlns="http://www.w3.org/2000/svg" onload="{deed}"/&gt;\'>',
        f'<iframe src="{address}"></iframe><iframe srcdoc="<script>{deed}</script>"></iframe>',
        f'<object data="{address}"></object><embed src="{address}"><video src="{address}" poster="{address}"></video>',
        f'<meta http-equiv="refresh" content="0;url={address}"><base href="{address}">',
        f'<link rel="stylesheet" href="{address}"><link rel="preload" as="image" href="{address}">',
        f'<style>@import "{address}";</style><p style="background:url({address})">字</p>',
        f'<img src="{address}" srcset="{address} 2x"><picture><source srcset="{address}"><img alt="图"></picture>',
        f'<svg><image href="{address}"/><use href="{address}#a"/></svg><a ping="{address}" href="{address}">链</a>',
        f'<input type="image" src="{address}"><table background="{address}"><tr><td>格</td></tr></table>',
        '<section style="width:500px">固定</section></body></html><!--</script><script>-->',
        f"</script><script>{deed}</script><plaintext>",
    )


def test_no_script_of_an_article_runs() -> None:
    assert "too-wide" in codes(hostile("https://tea.example/"))


def test_nothing_that_an_article_names_is_fetched(tmp_path: Path) -> None:
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_listen, args=(server, asked), daemon=True)
        thread.start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}/a"
        measure(hostile(address), PHONE)
        policed = browser._page(hostile(address), PHONE)
        unconfined(policed, tmp_path)  # the policy alone suffices where there is no confinement
        alone = len(asked)
        unconfined(hostile(address), tmp_path)
        with socket.create_connection(server.getsockname()) as bell:
            bell.sendall(b"over")
        thread.join()
    assert alone == 0
    assert len(asked) > 1, "it would have been asked for by a Chromium without guards"


def unconfined(page: str, folder: Path) -> None:
    (folder / "page.html").write_text(page, encoding="utf-8")
    command = [browser._program(), "--headless", "--no-sandbox", f"--user-data-dir={folder / 'profile'}", "--dump-dom"]
    command.append((folder / "page.html").as_uri())
    subprocess.run(command, check=True, capture_output=True, timeout=60, stdin=subprocess.DEVNULL)


def _listen(server: socket.socket, asked: list[bytes]) -> None:
    """Hears everybody who comes, up to the bell that ends the test."""
    while b"over" not in asked:
        connection, _ = server.accept()
        with connection:
            connection.settimeout(10)
            asked.append(connection.recv(200))
            connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


# ---------------------------------------------------------------------------- what can go wrong


def test_where_it_is_not_installed_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert not browser.is_installed()
    with pytest.raises(browser.NotMeasured, match="apt-get install chromium"):
        measure("<p>一</p>")


def test_its_time_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    browser._may_sandbox()
    monkeypatch.setattr(browser, "LIMITS", Limits(0.05, browser.LIMITS.memory))
    with pytest.raises(browser.NotMeasured, match=r"超过了 0\.05 秒"):
        measure("<p>一</p>")


def test_a_browser_that_does_not_start_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "chromium"
    program.write_text("#!/bin/sh\necho 'libnss3.so: cannot open' >&2\nexit 127\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(browser.NotMeasured, match=r"libnss3\.so: cannot open"):
        measure("<p>一</p>")


def test_where_no_sandbox_can_be_built_it_is_measured_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "_may_sandbox", lambda: False)
    assert "too-wide" in codes(hostile("https://tea.example/"))


def test_what_is_far_too_long_is_not_measured() -> None:
    with pytest.raises(browser.NotMeasured, match="1000001 字符"):
        measure("x" * (browser.LARGEST + 1))


def test_a_page_of_a_million_characters_ends() -> None:
    found = measure("<p style='width:900px;line-height:4px'>一<br>二</p>" * 20_000, PHONE)
    assert 0 < len(found) <= 200


def test_nothing_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own are too deep for the name of a socket
        monkeypatch.setattr("tempfile.tempdir", folder)
        measure("<p>一</p>", PHONE)
        assert list(Path(folder).iterdir()) == []
