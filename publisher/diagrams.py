"""Mermaid's diagrams -> pictures, where its program mmdc is installed; elsewhere they stay code, and that is said.

mmdc draws in Chromium. It gets a folder of its own, no network where the system allows it, limits, and a time after
which it is killed; one diagram at a time, since a browser is large.
"""

from __future__ import annotations

import json
import logging
import re
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeGuard

from msgspec.structs import replace

from publisher.confinement import MEGABYTE, Limits, run_program
from publisher.document import (
    Asset,
    Block,
    Code,
    Figure,
    Level,
    Newsletter,
    Note,
    fingerprint,
    plain_text,
    walk,
)
from publisher.importers.changing import change_newsletter
from publisher.importers.remarks import Remarks

log = logging.getLogger("publisher.diagrams")

LIMITS: Final = Limits(seconds=60, memory=1 << 46, file_size=512 * MEGABYTE, open_files=1024)
"""The memory is no limit: Chromium sets terabytes of addresses aside, and uses 200 MB."""
PROGRAM: Final = "mmdc"
INSTALL: Final = "npm install -g @mermaid-js/mermaid-cli && apt-get install chromium fonts-noto-cjk"

_LANGUAGE: Final = "mermaid"
_MOST: Final = 10
_LONGEST: Final = 20_000
_WIDTH, _SCALE = 540, 2
"""Pixels of Chromium's, which are 1080 of the picture: as many as a phone shows."""
_ARGUMENTS: Final = (
    *("--input", "diagram.mmd", "--output", "diagram.png", "--puppeteerConfigFile", "browser.json"),
    *("--backgroundColor", "white", "--width", str(_WIDTH), "--scale", str(_SCALE), "--quiet"),
)
_SWITCHES: Final = (
    *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--js-flags=--jitless"),
    *("--proxy-server=127.0.0.1:9", "--proxy-bypass-list=<-loopback>"),
)
_BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_KINDS: Final = {
    "sequenceDiagram": "时序图",
    "gantt": "甘特图",
    "pie": "饼图",
    "mindmap": "思维导图",
    "timeline": "时间线",
    "classDiagram": "类图",
    "stateDiagram": "状态图",
    "erDiagram": "关系图",
}

_SET: Final = re.compile(r"\A\s*---\s*\n.*?\n---\s|^[^\S\n]*%%[^\n]*$", re.DOTALL | re.MULTILINE)
"""Settings and remarks, before a diagram says what it is."""
_INSTEAD: Final = "请把图导出为 PNG 插入稿件后重新投放"
_MISSING: Final = f"服务器上没有安装绘图程序 {PROGRAM}。{_INSTEAD}；也可以请管理员安装：{INSTALL}"
_FAILED: Final = f"写法有误，或绘图程序 {PROGRAM} 出错。请在 mermaid.live 里检查写法，或{_INSTEAD[1:]}"
_OVERRAN: Final = f"画了 {LIMITS.seconds:g} 秒还没有画完。请简化，或{_INSTEAD[1:]}"
_TOO_MANY: Final = f"一份稿件最多画 {_MOST} 张，每张最多 {_LONGEST} 字。{_INSTEAD}"

_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Drawing:
    """The PNG of a diagram; or, in Chinese for the editor, why there is none and what to do."""

    png: bytes = b""
    refusal: str = ""


_Drawings = Mapping[str, Drawing]
"""By the text of the diagram."""


def is_installed() -> bool:
    """Whether this machine has Mermaid's program."""
    return shutil.which(PROGRAM) is not None


def draw_diagrams(newsletter: Newsletter) -> Newsletter:
    """The newsletter with a picture for each Mermaid diagram; a note tells of each, drawn or not. Any thread may call
    it.
    """
    found = [block for blocks in _texts(newsletter) for block in walk(blocks) if _is_diagram(block)]
    if not found:
        return newsletter
    texts = dict.fromkeys(plain_text(block) for block in found)
    drawings = {text: _drawn(text, number) for number, text in enumerate(texts)}
    return replace(
        change_newsletter(newsletter, partial(_with_picture, drawings)),
        assets=(*newsletter.assets, *(_asset(drawing.png) for drawing in drawings.values() if drawing.png)),
        notes=(*newsletter.notes, *_notes(found, drawings)),
    )


def _texts(newsletter: Newsletter) -> Iterator[tuple[Block, ...]]:
    yield from (article.blocks for article in newsletter.articles)
    yield from (note.blocks for note in newsletter.footnotes)


def _is_diagram(block: Block) -> TypeGuard[Code]:
    return isinstance(block, Code) and block.language.lower() == _LANGUAGE and bool(block.text.strip())


def _with_picture(drawings: _Drawings, block: Block) -> tuple[Block, ...]:
    if _is_diagram(block) and (png := drawings[block.text].png):
        return (Figure(fingerprint(png), alt=_kind(block.text), span=block.span),)
    return (block,)


def _kind(text: str) -> str:
    """What an editor calls the diagram: its first line says it, after what is set for it."""
    said = _SET.sub("", text).lstrip()
    return next((kind for name, kind in _KINDS.items() if said.startswith(name)), "流程图")


def _asset(png: bytes) -> Asset:
    name = fingerprint(png)
    return Asset(name, "image/png", png, f"mermaid-{name[:8]}.png")


def _notes(found: list[Code], drawings: _Drawings) -> tuple[Note, ...]:
    remarks = Remarks()
    for code in found:
        what = (
            f"{code.span.words}的{_kind(code.text)}（Mermaid）" if code.span.words else f"{_kind(code.text)}（Mermaid）"
        )
        if refusal := drawings[code.text].refusal:
            remarks.say("diagram-undrawn", f"{what}没有画成图片，按代码排版：{refusal}。", Level.WARNING, code.span)
        else:
            remarks.say("diagram-drawn", f"{what}画成了图片，请核对。", Level.INFO, code.span, code.text)
    return remarks.notes()


# ---------------------------------------------------------------------------- mmdc


def _drawn(text: str, number: int) -> Drawing:
    program = shutil.which(PROGRAM)
    if program is None:
        return Drawing(refusal=_MISSING)
    if number >= _MOST or len(text) > _LONGEST:
        return Drawing(refusal=_TOO_MANY)
    with _lock, tempfile.TemporaryDirectory(prefix="publisher-mermaid-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "diagram.mmd").write_text(text, encoding="utf-8")
        (folder / "browser.json").write_text(json.dumps(_browser()), encoding="utf-8")
        ended = run_program([*_command(program), *_ARGUMENTS], folder, LIMITS)
        if ended.overran:
            return Drawing(refusal=_OVERRAN)
        made = folder / "diagram.png"
        if ended.code or not made.exists():
            log.warning("mermaid: %s: %s", ended.code, ended.complaint)
            return Drawing(refusal=_FAILED)
        return Drawing(made.read_bytes())


def _command(program: str) -> list[str]:
    """How mmdc is started: without a compiler in Node, as in Chromium, since systemd lets the worker make no executable
    memory.
    """
    script, node = Path(program).resolve(), shutil.which("node")
    return [node, "--jitless", str(script)] if node and script.suffix == ".js" else [program]


def _browser() -> dict[str, object]:
    """How Puppeteer starts Chromium: it finds none by itself, since its home is not the one of whoever installed it.

    They speak by a pipe: without a network there is no port. Chromium's own sandbox cannot begin inside of ours.
    Where the system leaves us the network, a proxy that is not there keeps a diagram from it.
    """
    found = next((path for name in _BROWSERS if (path := shutil.which(name))), "")
    return {"args": _SWITCHES, "pipe": True} | ({"executablePath": found} if found else {})
