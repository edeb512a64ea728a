"""Word: notes, formulas, ruby, and a whole issue."""

from __future__ import annotations

import pytest

from publisher.document import (
    InlineMath,
    Level,
    NoteRef,
    Paragraph,
    Ruby,
    Table,
    Text,
    plain_text,
)
from publisher.importers.docx import import_docx
from tests.docx_files import (
    issue_file,
    p,
    part,
    r,
    text_in,
    text_out,
)
from tests.docx_reading import inlines, note, read
from tests.processes import SAMPLE

# ---------------------------------------------------------------------------- notes, formulas, ruby


def test_foot_and_endnotes_are_referred_to_and_defined() -> None:
    separator = '<w:footnote w:id="0" w:type="separator"><w:p/></w:footnote>'
    body = p(
        "正文",
        inside=r(inside='<w:footnoteReference w:id="2"/>')
        + r("完", inside='<w:endnoteReference w:id="2"/><w:footnoteReference w:id="9"/>'),
    )
    document = read(
        body,
        parts={
            "word/footnotes.xml": part(
                "footnotes",
                separator
                + f'<w:footnote w:id="2">{p("脚注", inside=r(inside="<w:footnoteRef/>"))}</w:footnote>'
                + f'<w:footnote w:id="3">{p("没用")}</w:footnote>',
            ),
            "word/endnotes.xml": part("endnotes", f'<w:endnote w:id="2">{p("尾注")}</w:endnote>'),
        },
        relations=[("rFn", "footnotes", "footnotes.xml"), ("rEn", "endnotes", "endnotes.xml")],
    )
    assert inlines(document) == (Text("正文"), NoteRef("footnote-2"), Text("完"), NoteRef("endnote-2"))
    assert [(found.id, plain_text(found.blocks[0])) for found in document.footnotes] == [
        ("footnote-2", "脚注"),
        ("endnote-2", "尾注"),
    ]
    assert note(document, "footnote-unused").lost == "没用"
    assert note(document, "footnote-missing").level is Level.WARNING
    assert document.footnotes[0].blocks[0].span.part == "footnotes"


def test_formulas_become_readable_text_and_what_can_be_drawn() -> None:
    def t(text: str) -> str:
        return f"<m:r><m:t>{text}</m:t></m:r>"

    def e(text: str) -> str:
        return f"<m:e>{t(text)}</m:e>"

    sum_sign = "<m:naryPr><m:chr m:val='∑'/></m:naryPr>"
    formulas = {
        f"<m:f><m:num>{t('a+b')}</m:num><m:den>{t('2')}</m:den></m:f>": "(a+b)/2",
        f"<m:sSup>{e('x')}<m:sup>{t('2')}</m:sup></m:sSup>": "x^2",
        f"<m:sSubSup>{e('x')}<m:sub>{t('i')}</m:sub><m:sup>{t('n-1')}</m:sup></m:sSubSup>": "x_i^(n-1)",
        f"<m:rad><m:deg/>{e('y')}</m:rad>": "√(y)",
        f"<m:nary>{sum_sign}<m:sub>{t('i=1')}</m:sub><m:sup>{t('n')}</m:sup>{e('i')}</m:nary>": "∑_(i=1)^n i",
        f"<m:nary>{e('z')}</m:nary>": "∫ z",
        f"<m:d>{e('a')}{e('b')}</m:d>": "(a,b)",
        f"<m:m><m:mr>{e('1')}{e('2')}</m:mr><m:mr>{e('3')}{e('4')}</m:mr></m:m>": "[1 2; 3 4]",
        f"<m:func><m:fName>{t('sin')}</m:fName>{e('x')}</m:func>": "sin x",
    }
    document = read(
        "".join(p("令", inside=f"<m:oMathPara><m:oMath>{formula}</m:oMath></m:oMathPara>") for formula in formulas)
    )
    found = [block.inlines[1] for block in document.blocks if isinstance(block, Paragraph)]
    assert [formula.tex for formula in found if isinstance(formula, InlineMath)] == [*formulas.values()]
    assert all(formula.markup.startswith("<math>") for formula in found if isinstance(formula, InlineMath))
    assert document.notes == ()


def test_ruby_keeps_base_and_annotation() -> None:
    ruby = f"<w:ruby><w:rubyPr/><w:rt>{r('zhé')}</w:rt><w:rubyBase>{r('喆')}</w:rubyBase></w:ruby>"
    assert inlines(read(p(inside=r(inside=ruby)))) == (Ruby("喆", "zhé"),)


def test_what_is_lost_inside_hidden_or_deleted_runs_is_all_said() -> None:
    ruby = f"<w:ruby><w:rt>{r('a')}</w:rt><w:rubyBase>{r('b')}</w:rubyBase></w:ruby>"
    ruby += "<w:footnoteReference w:id='1'/><w:sym w:char='zz'/>"
    document = read(p("留", inside=f"<w:del>{r(inside=ruby)}<m:oMath><m:r><m:t>c</m:t></m:r></m:oMath></w:del>"))
    assert note(document, "tracked-changes").lost == "bac"
    assert len(document.notes) == 1


# ---------------------------------------------------------------------------- a whole issue


def test_a_whole_issue_loses_no_character() -> None:
    if not SAMPLE.exists():
        pytest.skip("the real sample issue is not on this machine")
    data = issue_file(SAMPLE)
    document = import_docx(data, "issue.docx")
    assert text_out(document) == text_in(data)
    assert [block for block in document.blocks if isinstance(block, Table)]
