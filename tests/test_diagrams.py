"""Mermaid diagrams become pictures where mmdc is installed; elsewhere they stay code, and the editor is told."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from msgspec import structs
from PIL import Image

from publisher import diagrams
from publisher.diagrams import draw_diagrams, is_installed
from publisher.document import (
    Article,
    Block,
    Code,
    Figure,
    Footnote,
    Items,
    Level,
    Newsletter,
    Paragraph,
    Section,
    Span,
    Text,
    pictures_of,
    walk,
)
from publisher.reading import read

MMDC = shutil.which("mmdc")
GRAPH = "graph TD\n  甲[收稿] --> 乙[发布]"


def issue(*blocks: Block) -> Newsletter:
    return Newsletter(None, (Section("", (Article("题", blocks),)),))


def diagram(text: str = GRAPH, line: int = 3) -> Code:
    return Code(text, "mermaid", Span(line=line))


def png(width: int = 1080) -> bytes:
    buffer = BytesIO()
    Image.linear_gradient("L").resize((width, 300)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path that holds a stand-in for mmdc: it keeps what it is given, and gives a picture."""
    (tmp_path / "drawn.png").write_bytes(png())
    _write_program(
        tmp_path, 'cp diagram.mmd browser.json "$here"; echo "$@" >> "$here/said"; cp "$here/drawn.png" diagram.png'
    )
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


def _write_program(folder: Path, script: str) -> None:
    program = folder / "mmdc"
    program.write_text(f'#!/bin/sh\nhere="{folder}"\n{script}\n', encoding="utf-8")
    program.chmod(0o755)


def test_a_diagram_becomes_a_picture_and_the_note_keeps_its_text(folder: Path) -> None:
    drawn = draw_diagrams(issue(Paragraph((Text("前"),)), diagram()))
    (asset,) = drawn.assets
    assert drawn.articles[0].blocks[1] == Figure(asset.fingerprint, alt="流程图", span=Span(line=3))
    assert (asset.media_type, asset.data) == ("image/png", png())
    (note,) = drawn.notes
    assert (note.code, note.level, note.lost) == ("diagram-drawn", Level.INFO, GRAPH)
    assert note.text == "第 3 行的流程图（Mermaid）画成了图片，请核对。"


def test_the_program_is_asked_for_white_at_the_width_of_a_phone_and_speaks_to_its_browser_by_a_pipe(
    folder: Path,
) -> None:
    draw_diagrams(issue(diagram()))
    assert (folder / "diagram.mmd").read_text(encoding="utf-8") == GRAPH
    said = (folder / "said").read_text(encoding="utf-8")
    assert "--backgroundColor white --width 540 --scale 2" in said
    settings = json.loads((folder / "browser.json").read_text(encoding="utf-8"))
    assert settings["pipe"] is True
    assert "--no-sandbox" in settings["args"]


def test_a_script_of_nodes_is_run_without_a_compiler_which_systemd_forbids(folder: Path) -> None:
    shell = folder / "node"
    shell.write_text(f'#!/bin/sh\necho "$1" > "{folder}/switch"\nshift\nexec sh "$@"\n', encoding="utf-8")
    shell.chmod(0o755)
    script = (folder / "mmdc").rename(folder / "cli.js")
    (folder / "mmdc").symlink_to(script)
    assert draw_diagrams(issue(diagram())).assets
    assert (folder / "switch").read_text(encoding="utf-8") == "--jitless\n"


def test_diagrams_are_found_wherever_they_stand_and_each_is_drawn_once(folder: Path) -> None:
    items = Items(ordered=False, items=((structs.replace(diagram(), language="Mermaid"),),))
    given = structs.replace(
        issue(items, diagram(), Code("print()", "python")), footnotes=(Footnote("1", (diagram(),)),)
    )
    drawn = draw_diagrams(given)
    blocks = (*drawn.articles[0].blocks, *drawn.footnotes[0].blocks)
    assert [type(block) for block in walk(blocks)] == [Items, Figure, Figure, Code, Figure]
    assert len(drawn.assets) == 1
    assert len((folder / "said").read_text(encoding="utf-8").splitlines()) == 1


def test_an_issue_without_diagrams_is_left_alone(folder: Path) -> None:
    plain = issue(Code("graph TD"), Code("x", "plantuml"), diagram(" \n"))
    assert draw_diagrams(plain) is plain
    assert not (folder / "said").exists()


def test_without_the_program_a_diagram_stays_code_and_the_note_says_where_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    given = issue(diagram())
    drawn = draw_diagrams(given)
    assert drawn.articles == given.articles
    (note,) = drawn.notes
    assert (note.code, note.level, note.lost) == ("diagram-undrawn", Level.WARNING, "")
    assert note.text.startswith("第 3 行的流程图（Mermaid）没有画成图片，按代码排版：服务器上没有安装绘图程序 mmdc。")
    assert "PNG" in note.text
    assert not is_installed()


@pytest.mark.parametrize("script", ["exit 1", "true", "cp /dev/null diagram.png; exit 3"])
def test_a_diagram_that_the_program_refuses_stays_code(folder: Path, script: str) -> None:
    _write_program(folder, script)
    drawn = draw_diagrams(issue(diagram()))
    assert drawn.articles[0].blocks == (diagram(),)
    assert "mermaid.live" in drawn.notes[0].text


def test_a_program_that_does_not_come_to_an_end_is_stopped(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write_program(folder, "while :; do :; done")
    monkeypatch.setattr(diagrams, "LIMITS", replace(diagrams.LIMITS, seconds=1.0))
    drawn = draw_diagrams(issue(diagram()))
    assert drawn.articles[0].blocks == (diagram(),)
    assert "还没有画完" in drawn.notes[0].text


def test_too_many_and_too_long_diagrams_stay_code(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagrams, "_MOST", 2)
    texts = (GRAPH, "graph LR\n" + "%" * 20_000, "pie")
    drawn = draw_diagrams(issue(*(diagram(text) for text in texts)))
    assert [type(block) for block in drawn.articles[0].blocks] == [Figure, Code, Code]
    assert ["最多画" in note.text for note in drawn.notes] == [False, True, True]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("sequenceDiagram\n甲->>乙: 好", "时序图"),
        ("%%{init: {}}%%\npie title 占比", "饼图"),
        ("---\ntitle: x\n---\ngantt", "甘特图"),
        ("stateDiagram-v2", "状态图"),
        ("flowchart LR", "流程图"),
    ],
)
def test_the_picture_is_called_what_the_diagram_is(folder: Path, text: str, kind: str) -> None:
    (figure,) = draw_diagrams(issue(diagram(text))).articles[0].blocks
    assert isinstance(figure, Figure)
    assert figure.alt == kind


def test_a_drop_with_a_diagram_comes_with_its_picture_as_the_platform_takes_it(folder: Path) -> None:
    (folder / "drawn.png").write_bytes(png(2000))
    newsletter = read({"稿.md": f"# 流程\n\n各位会员：\n\n```mermaid\n{GRAPH}\n```\n".encode()})
    (asset,) = newsletter.assets
    assert asset.width == 1080
    assert pictures_of(newsletter.articles[0].blocks) == (asset.fingerprint,)


@pytest.mark.skipif(MMDC is None, reason="mmdc is missing: npm install -g @mermaid-js/mermaid-cli")
def test_the_real_program_draws_chinese_on_white() -> None:
    drawn = draw_diagrams(issue(diagram(), diagram("graph TD\n  A[")))
    (asset,) = drawn.assets
    with Image.open(BytesIO(asset.data)) as picture:
        image = picture.convert("RGB")
    assert image.width <= 1080
    assert image.getpixel((0, 0)) == (255, 255, 255)
    assert [note.code for note in drawn.notes] == ["diagram-drawn", "diagram-undrawn"]
