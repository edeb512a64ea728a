"""Every Word file of the corpus: what is read is what a person has checked, and what LibreOffice reads, too."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from lxml import etree
from PIL import Image

from publisher.codec import dump as dump_json
from publisher.codec import load
from publisher.document import (
    Block,
    Box,
    Document,
    Heading,
    Items,
    Math,
    NoteRef,
    Paragraph,
    Table,
    children,
    plain_text,
    walk,
)
from publisher.importers.docx import import_docx
from tests.corpus import GOLDEN
from tests.corpus.docx import ITEMS
from tests.corpus.docx.pictures import halves
from tests.docx_files import letters, text_in, text_out
from tests.dump import dump

NAMES = sorted(ITEMS)


@cache
def read(name: str) -> Document:
    return import_docx(ITEMS[name](), f"{name}.docx")


# ---------------------------------------------------------------------------- what a person has checked


@pytest.mark.parametrize("name", NAMES)
def test_what_is_read_is_what_a_person_has_checked(name: str) -> None:
    assert dump(read(name)) == (GOLDEN / "docx" / f"{name}.txt").read_text(encoding="utf-8")


def test_every_golden_has_its_file() -> None:
    assert sorted(path.stem for path in (GOLDEN / "docx").iterdir()) == NAMES


def test_a_cropped_picture_shows_what_word_shows() -> None:
    document = read("picture-cropped")
    assets = {asset.fingerprint: asset.data for asset in document.assets}
    shown = [assets[block.picture] for block in document.blocks if hasattr(block, "picture")]
    left, right = (Image.open(io.BytesIO(data)).convert("RGB") for data in shown[:2])
    assert (left.size, left.getcolors()) == ((40, 40), [(1600, (0xC0, 0, 0))])
    assert (right.size, right.getcolors()) == ((40, 40), [(1600, (0, 0, 0xC0))])
    assert shown[3] == halves()


# ---------------------------------------------------------------------------- the contract of an importer


@pytest.mark.parametrize("name", NAMES)
def test_no_character_is_lost_without_a_note(name: str) -> None:
    assert not text_in(ITEMS[name]()) - text_out(read(name))


@pytest.mark.parametrize("name", NAMES)
def test_every_table_is_rectangular(name: str) -> None:
    for table in _tables(read(name)):
        covered = Counter[tuple[int, int]]()
        for at, row in enumerate(table.rows):
            column = 0
            for cell in row:
                while covered[at, column]:
                    column += 1
                covered.update((at + down, column + on) for down in range(cell.rowspan) for on in range(cell.colspan))
        width = max(column for _, column in covered) + 1
        assert covered == Counter((at, column) for at in range(len(table.rows)) for column in range(width))


def _tables(document: Document) -> Iterator[Table]:
    yield from (block for block in walk(document.blocks) if isinstance(block, Table))


@pytest.mark.parametrize("name", NAMES)
def test_notes_are_referred_to_and_defined(name: str) -> None:
    document = read(name)
    texts = [block for block in walk(document.blocks) if isinstance(block, Paragraph | Heading)]
    referred = {inline.id for block in texts for inline in block.inlines if isinstance(inline, NoteRef)}
    assert referred == {footnote.id for footnote in document.footnotes}


@pytest.mark.parametrize("name", NAMES)
def test_documents_survive_the_journey_through_json(name: str) -> None:
    assert load(dump_json(read(name)), Document) == read(name)


# ---------------------------------------------------------------------------- LibreOffice's reading of the same files


class Apart(NamedTuple):
    """Why, lines that only LibreOffice prints, and lines that only we print; letters and digits, parted by blanks."""

    why: str
    theirs: str = ""
    ours: str = ""


_CONTENTS = "we drop generated contents, with a note"
_CLOSED = "it does not open the file; Word does"
_SIGNS = "it writes these numerals in plain digits"
DIFFERENT = {
    "box-in-a-cell-and-a-control": Apart("it loses a paragraph in a content control that holds a text box", "", "控件"),
    "circled-characters": Apart("it drops EQ fields", "见", "见③密⑫㊄12"),
    "contents-list-as-a-control": Apart(_CONTENTS, "目录 协会动态1 理事会召开1"),
    "contents-list-as-a-field": Apart(_CONTENTS, "目录 协会动态1 会员风采2"),
    "formulas": Apart("its text export leaves formulas out", "均值为平方为", "均值为ab2平方为x2 i1niy a1b2 limnfn"),
    "headings-numbered-through-the-numbering": Apart(
        "it does not ask the numbering (w:pStyle in w:lvl) for the level of a style; Word does",
        "第二章宗旨 第三章业务 第四章会员 第五章权利",
        "第一节宗旨 第二节业务 第二章会员 第一节权利",
    ),
    "headings-with-legal-numbers": Apart("it ignores w:isLgl", "一1宗旨 二1大会 二2理事会", "11宗旨 21大会 22理事会"),
    "hidden-text": Apart("its text export prints hidden text; we drop it, with a note", "可见隐藏也可见", "可见也可见"),
    "list-with-restart-rules": Apart("it ignores w:lvlRestart 0", "1寅", "3寅"),
    "notes": Apart("it prints the marks of notes as text", "规模增长1结构改善i 格2 缺3", "规模增长结构改善 格 缺"),
    "numerals-chinese-from-ninety-nine": Apart(
        "it counts, Word writes digit by digit",
        "九十九会员 一百活动 一百零一宣传",
        "九九会员 一〇〇活动 一〇一宣传",
    ),
    "numerals-in-signs": Apart(
        _SIGNS,
        "1会员 2活动 3宣传 1会员 2活动 3宣传 ①会员 ②活动 ③宣传",
        "⑴会员 ⑵活动 ⑶宣传 ⒈会员 ⒉活动 ⒊宣传 ㊀会员 ㊁活动 ㊂宣传",
    ),
    "odd-backslashes-in-names": Apart(_CLOSED, "", "协会动态 理事会召开"),
    "odd-field-without-end": Apart(_CONTENTS, "目录项"),
    "odd-no-content-types": Apart(_CLOSED, "", "协会动态 理事会召开"),
    "odd-no-relations": Apart(_CLOSED, "", "协会动态 理事会召开"),
    "odd-wrong-content-types": Apart(_CLOSED, "", "协会动态 理事会召开"),
    "revisions": Apart(
        "its text export prints deletions; we take changes as accepted, with a note",
        "会议顺利胜利召开 前半段 后半段 原处移走的话 删掉的行",
        "会议顺利召开 前半段后半段 原处",
    ),
    "ruby": Apart("its text export leaves annotations out", "李喆同志", "李喆zhé同志"),
    "table-merged-the-old-way": Apart("text of a cell that is merged away: we put it into the cell above", "下", "下"),
    "wps-contents-list": Apart(_CONTENTS, "目录 总体情况1"),
    "wps-no-styles-part": Apart(
        "without a styles part it forgets the numbers",
        "总体情况 会员发展 新增会员 退会会员 活动 安排",
        "一总体情况 一会员发展 1新增会员 2退会会员 二活动 二安排",
    ),
}
"""What the two readings do not share, to the letter."""


@pytest.fixture
def soffice() -> str:
    found = shutil.which("soffice")
    if found is None:
        pytest.skip("LibreOffice is not installed")
    return found


def test_text_and_numbers_agree_with_libreoffice(soffice: str, tmp_path: Path) -> None:
    """Line by line and in order, letters and digits only: it shows no look, and has bullets of its own."""
    exports = {
        path.stem: path.read_text(encoding="utf-8-sig").splitlines()
        for path in _export(soffice, tmp_path, NAMES, "txt:Text:UTF8")
    }
    readings = {name: (_plain(exports.get(name, ())), _plain(_printed(read(name).blocks))) for name in NAMES}
    assert {name: apart for name, lines in readings.items() if (apart := _compare(*lines))} == {
        name: (apart.theirs.split(), apart.ours.split()) for name, apart in DIFFERENT.items()
    }


def test_the_text_of_text_boxes_agrees_with_libreoffice(soffice: str, tmp_path: Path) -> None:
    """Its text export has no text boxes, its own format has."""
    names = [name for name in NAMES if any(isinstance(block, Box) for block in walk(read(name).blocks))]
    exports = _export(soffice, tmp_path, names, "fodt")
    assert {path.stem: _letters_of_fodt(path) for path in exports} == {
        name: letters("".join(map(plain_text, read(name).blocks))) for name in names
    }


def _export(soffice: str, folder: Path, names: list[str], kind: str) -> list[Path]:
    """LibreOffice's form of every file that it opens; its text has the numbers that it prints before paragraphs."""
    for name in names:
        (folder / f"{name}.docx").write_bytes(ITEMS[name]())
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [soffice, "--headless", "--norestore", profile, "--convert-to", kind, "--outdir", str(folder)]
    files = sorted(map(str, folder.glob("*.docx")))
    subprocess.run([*command, *files], check=False, capture_output=True, timeout=100)  # it fails if one file does
    made = sorted(folder.glob(f"*.{kind.partition(':')[0]}"))
    assert made, "LibreOffice converted nothing"
    return made


def _letters_of_fodt(path: Path) -> Counter[str]:
    office = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
    body = etree.parse(path).getroot().find(f"{office}body")
    assert body is not None
    description = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}desc"
    pictures = body.iter(f"{office}binary-data", description)
    shown = "".join(text for picture in pictures for text in map(str, picture.itertext()))
    return letters("".join(map(str, body.itertext()))) - letters(shown)


def _compare(theirs: list[str], ours: list[str]) -> tuple[list[str], list[str]] | tuple[()]:
    """The lines that only one of them has, in order."""
    same = [block for block in SequenceMatcher(None, theirs, ours, autojunk=False).get_matching_blocks() if block.size]
    in_theirs = {at for block in same for at in range(block.a, block.a + block.size)}
    in_ours = {at for block in same for at in range(block.b, block.b + block.size)}
    only = (
        [line for at, line in enumerate(theirs) if at not in in_theirs],
        [line for at, line in enumerate(ours) if at not in in_ours],
    )
    return only if any(only) else ()


def _printed(blocks: tuple[Block, ...]) -> Iterator[str]:
    """Lines as on paper, numbers before them; without text boxes, which LibreOffice's text export leaves out."""
    for block in blocks:
        match block:
            case Box():
                continue
            case Items(items=items, ordered=ordered, start=start, labels=labels):
                for at, item in enumerate(items):
                    first, *rest = tuple(_printed(item)) or ("",)
                    number = labels[at] if labels else str(start + at) if ordered else ""
                    yield from (number + first, *rest)
            case Table():
                yield from (line for row in block.rows for cell in row for line in _printed(cell.blocks))
            case Paragraph() | Heading() | Math():
                yield plain_text(block)
            case _:
                yield from (line for inner in children(block) for line in _printed(inner))


def _plain(lines: Iterable[str]) -> list[str]:
    split = (part for line in lines for part in line.split("\n"))
    return [plain for part in split if (plain := "".join(filter(str.isalnum, part)))]
