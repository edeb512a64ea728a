"""Chromium, headless and alone: how an article is laid out on screens of several widths, and which rules that breaks.

What is measured may be anybody's. No script of it runs and nothing that it names is fetched (see measure.js); each run
has a folder and a profile of its own, no network where the system allows it, Chromium's own sandbox as well, limits,
and a time after which its whole process group is killed. One run at a time: it is large.
"""

from __future__ import annotations

import html as markup
import json
import re
import secrets
import shutil
import tempfile
import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from publisher.confinement import MEGABYTE, UNLIMITED, Ended, Limits, run_program
from publisher.lint import Finding

WIDTHS: Final = (375, 414, 677)
"""A small phone, a large one, and the article's column on a computer."""
LARGEST: Final = 1_000_000
"""Characters; the platform takes 20,000."""
LIMITS: Final = Limits(
    seconds=40,
    # The engine's script machine reserves a terabyte of addresses before it uses any: what may be bounded is the
    # memory that each of its processes writes to.
    memory=UNLIMITED,
    own_memory=1024 * MEGABYTE,
    file_size=64 * MEGABYTE,
    open_files=1024,
)
MISSING: Final = "服务器上没有装 Chromium，没有检查排版（溢出、截断、重叠）。可以安装：apt-get install chromium。"
TOO_LONG: Final = "HTML 有 {found} 字符，超过 {most}，没有检查排版。请检查是不是正确的文件。"
OVERRAN: Final = "Chromium 排版超过了 {seconds:g} 秒，没有检查排版。请把文章分短后再试。"
FAILED: Final = (
    "Chromium 没有排出版来（{complaint}），没有检查排版。请确认它能运行：{program} --headless --dump-dom about:blank"
)

_PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS: Final = (
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--disable-dev-shm-usage",
    "--force-device-scale-factor=1",
    "--hide-scrollbars",
    # Scripts are read, not compiled: less to attack, and it runs in units that forbid new executable memory.
    "--js-flags=--jitless",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-first-run",
    "--no-default-browser-check",
)
_NO_SANDBOX: Final = "--no-sandbox"
_CAN_SANDBOX: Final = ("/usr/bin/unshare", "--user", "--map-root-user", "/bin/true")
_TEXTS: Final = {
    "too-wide": ("1.4", "比页面宽 {figure} 像素，右边或左边看不全；请去掉固定宽度或负的边距，改用 max-width:100%"),
    "table-too-wide": ("1.4", "表格比页面宽 {figure} 像素，看不全；请减少列，或把表格放进 overflow-x:auto 的区块"),
    "clipped-text": ("1.5.2", "文字被截掉了（{figure} 像素）；请去掉固定高度、nowrap 或 overflow:hidden"),
    "line-height-low": ("1.3", "文字折行后行高（{figure} 像素）小于字号，行会叠在一起；请把 line-height 调到 1.5 以上"),
    "lines-overlap": ("1.3", "这里的文字和别的文字叠在一起；请检查行高、固定高度和负的边距"),
    "cell-squeezed": ("1.4", "单元格太窄，文字折成 {figure} 行，一行不到两个字；请减少列，或让表格可以横向滚动"),
    "picture-distorted": ("", "图片被拉伸或压扁了 {figure}%；请只写宽度，高度用 height:auto"),
    "text-too-small": ("", "文字只有 {figure} 像素，手机上看不清；请至少用 12 像素"),
    "line-starts-with-mark": ("", "有一行以标点开头；请去掉 word-break:break-all 和 line-break:anywhere"),
}
_lock = threading.Lock()


class NotMeasured(Exception):
    """Chromium told nothing about an article; the text says in Chinese why and what to do."""


@dataclass(frozen=True, slots=True)
class _Sighting:
    """One rule that one element, known by its number in the document, breaks at one width."""

    code: str
    width: int
    element: int
    figure: int
    where: str


def is_installed() -> bool:
    """Whether this machine has Chromium."""
    return bool(_program())


def measure(html: str, widths: Sequence[int] = WIDTHS) -> tuple[Finding, ...]:
    """What is wrong with an article's layout on screens so many pixels wide, by rule and in the article's order.

    Raises NotMeasured where there is no Chromium, or it fails, or takes too long.
    """
    if len(html) > LARGEST:
        raise NotMeasured(TOO_LONG.format(found=len(html), most=LARGEST))
    program = _program()
    if not program:
        raise NotMeasured(MISSING)
    with _lock, tempfile.TemporaryDirectory(prefix="publisher-browser-", ignore_cleanup_errors=True) as name:
        ended = _run(program, Path(name), _page(html, widths))
    if ended.overran:
        raise NotMeasured(OVERRAN.format(seconds=LIMITS.seconds))
    try:
        return _findings(_read(ended.output))
    except (ValueError, TypeError) as error:
        raise NotMeasured(FAILED.format(complaint=ended.complaint, program=program)) from error


def _run(program: str, folder: Path, page: str) -> Ended:
    path = folder / "page.html"
    path.write_text(page, encoding="utf-8", errors="replace")
    sandbox = () if _may_sandbox() else (_NO_SANDBOX,)
    profile = f"--user-data-dir={folder / 'profile'}"
    return run_program([program, *_ARGUMENTS, *sandbox, profile, "--dump-dom", path.as_uri()], folder, LIMITS)


@cache
def _may_sandbox() -> bool:
    """Whether a confined program may build a sandbox of its own, which many containers forbid: Chromium would then
    not start. It is asked before, since nothing in an article may bring about that it runs without one.
    """
    return run_program(_CAN_SANDBOX, Path("/"), Limits(seconds=5, memory=LIMITS.own_memory)).code == 0


def _page(html: str, widths: Sequence[int]) -> str:
    """The page that measures: our script alone may run in it, and only pictures inside the HTML are shown."""
    nonce = secrets.token_urlsafe()
    policy = f"default-src 'none'; script-src 'nonce-{nonce}'; style-src-elem 'nonce-{nonce}'; img-src data:"
    script = files(__name__).joinpath("measure.js").read_text(encoding="utf-8")
    # In a script element "<" alone could be read as markup; JSON has another spelling for it.
    given = json.dumps({"article": html, "widths": list(widths)}).replace("<", "\\u003c")
    return (
        f"<!doctype html><meta charset=utf-8>"
        f"<meta http-equiv=Content-Security-Policy content=\"{policy}; style-src-attr 'unsafe-inline'\">"
        f'<body><script type="application/json" id="given">{given}</script><script nonce="{nonce}">{script}</script>'
    )


def _read(output: bytes) -> tuple[_Sighting, ...]:
    """What the script left in the page. ValueError or TypeError if it left nothing, or something else."""
    text = markup.unescape(
        re.sub(r"^.*?<html[^>]*>|</html>\s*$", "", output.decode("utf-8", "replace"), flags=re.DOTALL)
    )
    return tuple(_Sighting(**each) for each in json.loads(text))


def _findings(sightings: Sequence[_Sighting]) -> tuple[Finding, ...]:
    """One finding for all widths at which one element breaks one rule."""
    together: dict[tuple[str, int], list[_Sighting]] = defaultdict(list)
    for sighting in sightings:
        together[sighting.code, sighting.element].append(sighting)
    order = list(_TEXTS)
    return tuple(
        _finding(together[code, element])
        for code, element in sorted(together, key=lambda key: (order.index(key[0]), key[1]))
    )


def _finding(seen: Sequence[_Sighting]) -> Finding:
    worst = max(seen, key=lambda sighting: sighting.figure)
    rule, text = _TEXTS[worst.code]
    widths = "、".join(str(sighting.width) for sighting in seen)
    return Finding(rule, worst.code, f"在 {widths} 像素宽的屏幕上，{text.format(figure=worst.figure)}。", worst.where)


def _program() -> str:
    return next((found for name in _PROGRAMS if (found := shutil.which(name))), "")
