"""Formulas become pictures that stand in their lines; what cannot be drawn stays text, and that is said."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from publisher import formulas
from publisher.codec import load
from publisher.confinement import MEGABYTE, Limits
from publisher.document import (
    Article,
    Block,
    Cell,
    Document,
    Figure,
    Footnote,
    Heading,
    InlineMath,
    Inlines,
    Items,
    Level,
    Link,
    Math,
    Newsletter,
    Paragraph,
    Section,
    Span,
    Table,
    Text,
    pictures_of,
    plain_text,
    walk,
)
from publisher.formulas import draw_formulas, typesetting
from publisher.formulas.typesetting import Undrawable, draw
from publisher.formulas.words import EM, Drawing, Formula
from publisher.reading import read
from publisher.rendering import placeholder_addresses, render
from publisher.sandbox.sanitiser import sanitise
from tests.docx_files import p, r, word_file
from tests.specimen import theme

CHROMIUM = Path("/usr/bin/chromium")


def tex(source: str) -> InlineMath:
    return InlineMath(source, source)


def issue(*blocks: Block, footnotes: tuple[Footnote, ...] = ()) -> Newsletter:
    return Newsletter(None, (Section("", (Article("题", blocks),)),), footnotes=footnotes)


def blocks_of(newsletter: Newsletter) -> tuple[Block, ...]:
    return newsletter.articles[0].blocks


def shown(drawing: Drawing) -> Image.Image:
    return Image.open(BytesIO(drawing.png)).convert("RGB")


# ---------------------------------------------------------------------------- one formula


@pytest.mark.parametrize(
    "source",
    [
        r"\int_0^{\infty} \frac{e^{-x^2}}{1+x}\,dx",
        r"\begin{pmatrix}1&2\\3&4\end{pmatrix}",
        r"f(x)=\begin{cases}x^2,&x>0\\-x,&\text{其他}\end{cases}",
        r"\begin{aligned}a&=b\\c&=d\end{aligned}",
        r"\text{收益率}=\frac{\text{期末}-\text{期初}}{\text{期初}}\times 100\%",
        r"\alpha+\beta\le\Gamma\cdot\omega_\pi",
        r"\sqrt[3]{x}+\hat{x}+\vec{a}+\overline{ab}",
        r"\sum_{i=1}^n \left(\frac{a_i}{b_i}\right)^2 \tag{1}",
        r"\(E=mc^2\)",
        r"\[a \not= b\]",
        r"\label{eq}a<b",
        "∑_{i=1}^n α≤β，其中",
        "<math><mi>E</mi><mo>=</mo><mi>m</mi><msup><mi>c</mi><mn>2</mn></msup></math>",
        "<math><munderover><mo>∑</mo><mn>1</mn><mi>n</mi></munderover><mo>-</mo><mi mathvariant='bold'>v</mi></math>",
    ],
)
@pytest.mark.parametrize("displayed", [True, False])
def test_what_editors_write_is_drawn_dark_on_white(source: str, displayed: bool) -> None:
    drawing = draw(Formula(source, displayed))
    picture = shown(drawing)
    assert (drawing.width, drawing.height) == picture.size
    assert {picture.getpixel((0, 0)), picture.getpixel((picture.width - 1, picture.height - 1))} == {(255, 255, 255)}
    darkest, _ = picture.convert("L").getextrema()
    assert 0x20 < darkest < 0x60  # type: ignore[operator] # one channel
    assert len(drawing.png) < 20_000


def test_a_formula_in_a_line_is_lower_than_one_by_itself() -> None:
    assert draw(Formula(r"\sum_{i=1}^n x")).height < draw(Formula(r"\sum_{i=1}^n x", displayed=True)).height
    limits = "<math><munderover><mo>∑</mo><mn>1</mn><mi>n</mi></munderover></math>"
    assert draw(Formula(limits)).height < draw(Formula(limits, displayed=True)).height


def test_the_line_runs_through_the_formula_where_its_letters_stand() -> None:
    padding = typesetting._PADDING
    assert draw(Formula("H")).below == pytest.approx(padding, abs=1)
    assert draw(Formula(r"\frac{a}{b}")).below > EM / 4
    assert draw(Formula("<math><mi>y</mi></math>")).below > padding + EM / 8


def test_chinese_characters_are_drawn_each_as_itself() -> None:
    one, other = (draw(Formula(rf"\text{{{char}}}")) for char in "产量")
    assert one.png != other.png
    assert one.width == pytest.approx(EM, abs=EM / 6)


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (r"\frac{1}{", "写法有误"),
        ("^", "写法有误"),
        (r"\\", "写法有误"),
        (r"\phantom{x}", "写法有误"),
        (r"\newcommand{\x}{\x}\x", "写法有误"),
        (r"\ce{H2O}", r"不认识“\ce”"),
        (r"\text{𠮷}", "字体里没有“𠮷”"),
        ("🙂", "字体里没有“🙂”"),
        (r"a\hspace{100em}b", "太宽或太高"),
        ("<math><mspace width='1e30em'/><mi>x</mi></math>", "太宽或太高"),
        ("<math><mi>x</mi>", "写法有误"),
    ],
)
def test_what_cannot_be_drawn_says_why(source: str, why: str) -> None:
    with pytest.raises(Undrawable, match="^" + why.replace("\\", r"\\")):
        draw(Formula(source))


NESTED = "<math>" + "<mrow>" * 40 + "<mi>x</mi>" + "</mrow>" * 40 + "</math>"
"""Each row is measured twice: years of work."""


def test_a_formula_that_takes_for_ever_costs_only_itself() -> None:
    drawn = draw_formulas(issue(Paragraph((tex("x"), InlineMath("深", NESTED), tex("y")))))
    assert len(drawn.assets) == 2
    assert [("“深”" in note.text, "太复杂" in note.text) for note in drawn.notes] == [(True, True)]


def test_after_a_few_slow_formulas_no_more_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Formula] = []

    def draw_slowly(formula: Formula) -> Drawing:
        tried.append(formula)
        raise TimeoutError

    monkeypatch.setattr(typesetting, "draw", draw_slowly)
    drawings = list(typesetting._draw_all(tuple(Formula(letter) for letter in "abcdefg")))
    assert [drawing.refusal for drawing in drawings] == ["太复杂"] * 7
    assert len(tried) == typesetting._MOST_SLOW


# ---------------------------------------------------------------------------- an issue


def everywhere() -> Newsletter:
    """A formula wherever one can stand, each another."""
    items = Items(ordered=False, items=((Paragraph((Text("项"), tex("b"))),),))
    table = Table(
        ((Cell((Paragraph((tex("c"),)),)), Cell((Math("d", markup="d"),))),), caption=(tex("e"),), source=(tex("f"),)
    )
    return issue(
        Heading(2, (Text("题"), tex("a"))),
        items,
        table,
        Figure("", caption=(Text("图"), tex("g"))),
        Paragraph((Link("https://a.example", (tex("h"),)),)),
        Math("i", markup="i"),
        footnotes=(Footnote("1", (Paragraph((tex("j"),)),)),),
    )


def _formulas(newsletter: Newsletter) -> list[InlineMath | Math]:
    def inside(inlines: Inlines) -> list[InlineMath | Math]:
        return [found for inline in inlines for found in ([inline] if isinstance(inline, InlineMath) else [])]

    found: list[InlineMath | Math] = []
    for block in walk((*blocks_of(newsletter), *(block for note in newsletter.footnotes for block in note.blocks))):
        match block:
            case Math():
                found.append(block)
            case Paragraph(inlines=(Link(inlines=inlines),)) | Paragraph(inlines=inlines) | Heading(inlines=inlines):
                found += inside(inlines)
            case Figure(caption=caption):
                found += inside(caption)
            case Table(caption=caption, source=source):
                found += inside((*caption, *source))
            case _:
                pass
    return found


def test_formulas_are_drawn_wherever_they_stand() -> None:
    drawn = draw_formulas(everywhere())
    found = _formulas(drawn)
    assert sorted(formula.tex for formula in found) == [*"abcdefghij"]
    assert all(formula.picture and formula.width > 0 for formula in found)
    assert {formula.picture for formula in found} == {asset.fingerprint for asset in drawn.assets}
    footnote = drawn.footnotes[0].blocks
    assert {*pictures_of(blocks_of(drawn)), *pictures_of(footnote)} == {asset.fingerprint for asset in drawn.assets}
    assert [plain_text(block) for block in blocks_of(drawn)] == [plain_text(block) for block in blocks_of(everywhere())]
    assert drawn.notes == ()


def test_the_same_formula_is_one_picture_as_wide_as_it_says() -> None:
    drawn = draw_formulas(issue(Paragraph((tex("x^2"), Text("与"), tex("x^2")))))
    (asset,) = drawn.assets
    (paragraph,) = blocks_of(drawn)
    assert isinstance(paragraph, Paragraph)
    first, _, second = paragraph.inlines
    assert isinstance(first, InlineMath)
    assert first == second
    assert first.width * EM == pytest.approx(asset.width)
    assert (asset.media_type, asset.height > 0) == ("image/png", True)


def test_an_issue_without_formulas_that_can_be_drawn_is_left_alone() -> None:
    plain = issue(Paragraph((Text("文"), InlineMath("1/2"))), Math("a=b"))
    assert draw_formulas(plain) is plain


def test_a_formula_that_is_not_drawn_stays_text_and_the_note_names_it_and_its_line() -> None:
    bad = Paragraph((Text("见"), tex(r"\frac{1}{")), span=Span(line=7))
    drawn = draw_formulas(issue(bad, Math(r"\foo", markup=r"\foo"), Paragraph((tex("x"),))))
    assert blocks_of(drawn)[:2] == (bad, Math(r"\foo", markup=r"\foo"))
    assert [(note.code, note.level, note.span.line) for note in drawn.notes] == [
        ("formula-undrawn", Level.WARNING, 7),
        ("formula-undrawn", Level.WARNING, 0),
    ]
    assert drawn.notes[0].text.startswith(r"第 7 行的公式“\frac{1}{”没有画成图片（写法有误或不完整），按文字排出")
    assert drawn.notes[1].text.startswith(r"公式“\foo”")
    assert len(drawn.assets) == 1


def test_too_many_and_too_long_formulas_stay_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formulas, "_MOST", 1)
    long, mathml = "x" * 2001, f"<math><mi>{'x' * 20_000}</mi></math>"
    drawn = draw_formulas(issue(Paragraph((tex(long), InlineMath("长", mathml), tex("a"), tex("b")))))
    assert len(drawn.assets) == 1
    assert [note.text.partition("（")[2].partition("）")[0] for note in drawn.notes] == [
        "太长",
        "太长",
        formulas._TOO_MANY,
    ]


def test_where_the_child_does_not_live_all_formulas_stay_text() -> None:
    drawn = draw_formulas(issue(Paragraph((tex("x"),))), Limits(seconds=20, memory=40 * MEGABYTE))
    assert drawn.assets == ()
    assert "时间或内存" in drawn.notes[0].text


def test_an_issue_of_an_older_version_is_read_as_it_was() -> None:
    stored = '{"blocks":[{"kind":"Paragraph","inlines":[{"kind":"InlineMath","tex":"x"}]},{"kind":"Math","tex":"y"}]}'
    assert load(stored, Document).blocks == (Paragraph((InlineMath("x"),)), Math("y"))


@pytest.mark.parametrize("name", ["稿.md", "稿.docx", "稿.html"])
def test_a_drop_comes_with_its_formulas_drawn(name: str) -> None:
    word = (
        "<m:oMath><m:sSup><m:e><m:r><m:t>x</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup></m:oMath>"
    )
    page = "<p>今年的增速满足<math><msup><mi>x</mi><mn>2</mn></msup></math>这个关系，请各位会员知悉。</p>"
    files = {
        "稿.md": "# 春茶开采\n\n今年的增速满足 $x^2$ 这个关系，请各位会员知悉。\n".encode(),
        "稿.docx": word_file(p("春茶开采", "2") + p("今年的增速满足", inside=word + r("这个关系，请各位会员知悉。"))),
        "稿.html": f"<html><body><h1>春茶开采</h1>{page}</body></html>".encode(),
    }
    found = read({name: files[name]})
    (asset,) = found.assets
    assert [picture for article in found.articles for picture in pictures_of(article.blocks)] == [asset.fingerprint]
    assert found.notes == () or {note.code for note in found.notes}.isdisjoint({"equation", "formula-undrawn"})


# ---------------------------------------------------------------------------- on the page


def _html(newsletter: Newsletter, addresses: dict[str, str]) -> str:
    (piece,) = render(newsletter, theme(), addresses, layout="single").pieces
    return piece.content


def test_a_picture_of_a_formula_is_as_large_as_its_letters_and_on_their_line() -> None:
    formula = InlineMath("E=mc^2", "E=mc^2", "f", 3.875, 0.104)
    wide = Math("a=b", Span(), "a=b", "g", 12.5, 1.2)
    newsletter = issue(Paragraph((Text("能量"), formula)), wide)
    html = _html(newsletter, {"f": "https://a.example/f", "g": "https://a.example/g"})
    assert '<img src="https://a.example/f" alt="E=mc^2" style="width:3.88em;vertical-align:-0.1em">' in html
    assert '<img src="https://a.example/g" alt="a=b" style="width:12.5em;max-width:100%"></p>' in html
    assert "text-align:center" in html


def test_without_an_address_or_a_picture_a_formula_is_text() -> None:
    newsletter = issue(Paragraph((InlineMath("x", "x", "f", 1.0),)), Math("y"))
    assert "<em>x</em>" in _html(newsletter, {})
    assert "<em>y</em>" in _html(newsletter, {})


def test_pictures_of_formulas_are_uploaded_with_the_others_and_keep_their_place_on_the_platform() -> None:
    drawn = draw_formulas(everywhere())
    addresses = placeholder_addresses(drawn)
    (piece,) = render(drawn, theme(), addresses, layout="single").pieces
    assert {*piece.pictures} <= {asset.fingerprint for asset in drawn.assets}
    assert {*pictures_of(blocks_of(drawn))} <= {*piece.pictures}
    kept = sanitise(piece.content, ["mmbiz.qpic.cn"]).html
    assert kept.count("vertical-align:") == piece.content.count("vertical-align:")
    assert kept.count("em;vertical") == piece.content.count("em;vertical")


BASELINES = """() => [...document.querySelectorAll('img')].map(image => {
  const mark = document.createElement('span');
  mark.style.cssText = 'display:inline-block;width:0;height:0';
  image.after(mark);
  const size = parseFloat(getComputedStyle(image.parentElement).fontSize);
  const box = image.getBoundingClientRect();
  return [box.bottom - mark.getBoundingClientRect().bottom, box.width / size, box.right];
})"""


@pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is missing: apt-get install chromium")
def test_formulas_stand_on_the_line_at_the_width_of_a_phone() -> None:
    sources = ["E=mc^2", r"r=\frac{P_1-P_0}{P_0}", r"\sum_{i=1}^n x_i", r"\text{产量}_y"]
    line = tuple(part for source in sources for part in (Text("爱因斯坦说，质量与能量满足"), tex(source)))
    drawn = draw_formulas(issue(Paragraph(line)))
    (paragraph,) = blocks_of(drawn)
    assert isinstance(paragraph, Paragraph)
    found = [inline for inline in paragraph.inlines if isinstance(inline, InlineMath)]
    for formula, (below, width, right) in zip(found, _measured(drawn), strict=True):
        assert below / 16 == pytest.approx(formula.depth, abs=0.06), formula.tex
        assert width == pytest.approx(formula.width, abs=0.02)
        assert right < 390


def _measured(newsletter: Newsletter) -> list[tuple[float, float, float]]:
    """How far each picture of the page reaches below its line, how wide it is in em, and where it ends."""
    from playwright.sync_api import sync_playwright

    data = {f"https://a.example/{asset.fingerprint}": asset.data for asset in newsletter.assets}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.route("https://a.example/*", lambda route: route.fulfill(body=data[route.request.url]))
        page.set_content(_html(newsletter, {address[-64:]: address for address in data}))
        found: list[tuple[float, float, float]] = page.evaluate(BASELINES)
        browser.close()
    return found
