"""Word's formulas, each form of them, as MathML that can be drawn."""

from __future__ import annotations

from html import escape

import pytest
from lxml import etree

from publisher.formulas.typesetting import draw
from publisher.formulas.words import Formula
from publisher.importers.docx.mathml import mathml

_SPACES = (
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
)


def t(text: str, properties: str = "") -> str:
    inner = f"<m:rPr>{properties}</m:rPr>" if properties else ""
    return f"<m:r>{inner}<m:t>{escape(text)}</m:t></m:r>"


def arg(content: str, name: str = "e") -> str:
    return f"<m:{name}>{content if content.startswith('<') else t(content)}</m:{name}>"


def form(name: str, *arguments: str, **properties: str) -> str:
    said = "".join(f'<m:{key} m:val="{value}"/>' for key, value in properties.items())
    return f"<m:{name}><m:{name}Pr>{said}</m:{name}Pr>{''.join(arguments)}</m:{name}>"


def converted(content: str, tag: str = "m:oMath") -> str:
    found = mathml(etree.fromstring(f"<{tag} {_SPACES}>{content}</{tag}>"))
    return found.removeprefix("<math>").removesuffix("</math>")


def rows(align: str, between: str, *cells: list[str]) -> str:
    inner = "".join(f"<mtr>{''.join(f'<mtd>{cell}</mtd>' for cell in row)}</mtr>" for row in cells)
    return f'<mtable columnalign="{align}" columnspacing="{between}">{inner}</mtable>'


HIGH = '<mo stretchy="true">'
BOTH = "<mn>0</mn><mi>n</mi>"
LIMITS = (arg("0", "sub"), arg("n", "sup"), arg("x"))
PLAIN = '<m:sty m:val="p"/>'


@pytest.mark.parametrize(
    ("word", "shape"),
    [
        (form("f", arg("a", "num"), arg("2", "den")), "<mfrac><mi>a</mi><mn>2</mn></mfrac>"),
        (form("f", arg("a", "num"), arg("b", "den"), type="lin"), "<mi>a</mi><mo>/</mo><mi>b</mi>"),
        (
            form("f", arg("n", "num"), arg("k", "den"), type="noBar"),
            '<mfrac linethickness="0"><mi>n</mi><mi>k</mi></mfrac>',
        ),
        (form("rad", "<m:deg/>", arg("y")), "<msqrt><mi>y</mi></msqrt>"),
        (form("rad", arg("3", "deg"), arg("y")), "<mroot><mi>y</mi><mn>3</mn></mroot>"),
        (form("rad", arg("3", "deg"), arg("y"), degHide="1"), "<msqrt><mi>y</mi></msqrt>"),
        (form("sSup", arg("x"), arg("2", "sup")), "<msup><mi>x</mi><mn>2</mn></msup>"),
        (form("sSub", arg("x"), arg("i", "sub")), "<msub><mi>x</mi><mi>i</mi></msub>"),
        (
            form("sSubSup", arg("x"), arg("i", "sub"), arg("2", "sup")),
            "<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup>",
        ),
        (
            form("sPre", arg("6", "sub"), arg("14", "sup"), arg("C")),
            "<mmultiscripts><mi>C</mi><mprescripts/><mn>6</mn><mn>14</mn></mmultiscripts>",
        ),
        (form("nary", *LIMITS), "<msubsup><mo>∫</mo><mn>0</mn><mi>n</mi></msubsup><mi>x</mi>"),
        (form("nary", *LIMITS, chr="∑"), "<munderover><mo>∑</mo><mn>0</mn><mi>n</mi></munderover><mi>x</mi>"),
        (form("nary", *LIMITS, chr="∑", limLoc="subSup"), f"<msubsup><mo>∑</mo>{BOTH}</msubsup><mi>x</mi>"),
        (form("nary", *LIMITS, chr="∏", supHide="1"), "<munder><mo>∏</mo><mn>0</mn></munder><mi>x</mi>"),
        (form("nary", *LIMITS, chr="∏", subHide="on"), "<mover><mo>∏</mo><mi>n</mi></mover><mi>x</mi>"),
        (form("nary", arg("x"), chr="∑"), "<mrow><mo>∑</mo></mrow><mi>x</mi>"),
        (
            form("d", arg("a"), arg("b")),
            f"<mrow>{HIGH}(</mo><mi>a</mi>{HIGH}|</mo><mi>b</mi>{HIGH})</mo></mrow>",
        ),
        (form("d", arg("a"), begChr="{", endChr=""), '<mrow><mo stretchy="true">{</mo><mi>a</mi></mrow>'),
        (
            form("limLow", arg(t("lim", PLAIN)), arg("n", "lim")),
            '<munder><mi mathvariant="normal">lim</mi><mi>n</mi></munder>',
        ),
        (form("limUpp", arg("x"), arg("n", "lim")), "<mover><mi>x</mi><mi>n</mi></mover>"),
        (form("func", arg("sin", "fName"), arg("x")), "<mi>sin</mi><mi>x</mi>"),
        (form("acc", arg("x")), '<mover accent="true"><mi>x</mi><mo>ˆ</mo></mover>'),
        (form("acc", arg("x"), chr="\u20d7"), '<mover accent="true"><mi>x</mi><mo>→</mo></mover>'),
        (form("bar", arg("x"), pos="top"), "<mover><mi>x</mi><mo>―</mo></mover>"),
        (form("bar", arg("x")), "<munder><mi>x</mi><mo>―</mo></munder>"),
        (form("groupChr", arg("x")), '<munder><mi>x</mi><mo stretchy="true">⏟</mo></munder>'),
        (form("groupChr", arg("x"), chr="⏞", pos="top"), '<mover><mi>x</mi><mo stretchy="true">⏞</mo></mover>'),
        (form("borderBox", arg("x")), '<menclose notation="box"><mi>x</mi></menclose>'),
        (form("box", arg("x")), "<mi>x</mi>"),
        (form("phant", arg("x"), show="0"), "<mphantom><mi>x</mi></mphantom>"),
        (form("phant", arg("x")), "<mi>x</mi>"),
        (
            form("m", f"<m:mr>{arg('1')}{arg('2')}</m:mr>", f"<m:mr>{arg('3')}{arg('4')}</m:mr>"),
            rows("center", "0.8em", ["<mn>1</mn>", "<mn>2</mn>"], ["<mn>3</mn>", "<mn>4</mn>"]),
        ),
        (
            form("eqArr", arg("a&=1"), arg("&=2")),
            rows("right left", "0.1em 1em", ["<mi>a</mi>", "<mo>=</mo><mn>1</mn>"], ["", "<mo>=</mo><mn>2</mn>"]),
        ),
    ],
)
def test_every_form_of_word_becomes_mathml_that_is_drawn(word: str, shape: str) -> None:
    assert converted(word) == shape
    assert draw(Formula(f"<math>{shape}<mi>z</mi></math>", displayed=True)).png


def test_characters_are_names_numbers_words_and_signs() -> None:
    assert converted(t("3.14ab-c'")) == "<mn>3.14</mn><mi>a</mi><mi>b</mi><mo>−</mo><mi>c</mi><mo>′</mo>"
    assert converted(t("收益率=5%")) == "<mtext>收益率</mtext><mo>=</mo><mn>5</mn><mo>%</mo>"
    assert converted(t("(x)<y z")) == (
        '<mo stretchy="false">(</mo><mi>x</mi><mo stretchy="false">)</mo><mo>&lt;</mo><mi>y</mi>'
        '<mspace width="0.2em"/><mi>z</mi>'
    )
    assert converted(t("a&b")) == "<mi>a</mi><mo>&amp;</mo><mi>b</mi>"


def test_looks_are_kept() -> None:
    assert converted(t("kg", PLAIN)) == '<mi mathvariant="normal">kg</mi>'
    assert converted(t("v", '<m:sty m:val="b"/>')) == '<mi mathvariant="bold">v</mi>'
    assert converted(t("R", '<m:scr m:val="double-struck"/>')) == '<mi mathvariant="double-struck">R</mi>'
    assert converted(t("L", '<m:scr m:val="script"/><m:sty m:val="b"/>')) == '<mi mathvariant="bold-script">L</mi>'
    assert converted(t("if x", "<m:nor/>")) == "<mtext>if x</mtext>"
    assert converted("<w:r><w:t>其中</w:t></w:r>") == "<mtext>其中</mtext>"


def test_formulas_of_one_paragraph_stand_one_below_the_other() -> None:
    one, two = (f"<m:oMath>{t(text)}</m:oMath>" for text in ("a", "b"))
    assert converted(one, "m:oMathPara") == "<mi>a</mi>"
    assert converted(one + two, "m:oMathPara") == rows("left", "0.8em", ["<mi>a</mi>"], ["<mi>b</mi>"])


def test_a_formula_without_a_bottom_is_not_drawn() -> None:
    inner = t("x")
    for _ in range(120):
        inner = f"<m:box><m:e>{inner}</m:e></m:box>"
    assert converted(inner) == "<mi>x</mi>"
    deep: etree._Element = etree.fromstring(f"<m:oMath {_SPACES}/>")
    below = deep
    for _ in range(2000):
        below = etree.SubElement(below, deep.tag)
    assert mathml(deep) == ""
