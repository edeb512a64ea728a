from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from publisher.document import Box
from publisher.errors import ConfigError
from publisher.issue import Layout
from publisher.lint.dark import appearance
from publisher.rendering import render, shipped_themes
from publisher.rendering.ink import CONTRAST
from publisher.rendering.roles import HEADINGS, INHERITED, ROLES
from publisher.rendering.theme import Ornament, Theme, parse_theme
from tests.specimen import letter, para, specimen

SHIPPED = sorted(shipped_themes())


def shipped(name: str) -> Theme:
    return parse_theme(name, shipped_themes()[name])


def faults(css: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        parse_theme("mine", "root { color: #333; }\n" + css)
    return caught.value.faults


def test_a_theme_gives_each_role_its_style() -> None:
    theme = parse_theme(
        "mine", "root{color:#333}\nh1, h2 { font-size: 18px;\n font-weight : bold }\nh2 { margin: 1em  0 }"
    )
    assert theme.name == "mine"
    assert theme.style("h1") == "font-size:18px;font-weight:bold"
    assert theme.style("h2", "", "color:red") == "font-size:18px;font-weight:bold;margin:1em 0;color:red"
    assert theme.style("h2", "margin:0") == "font-size:18px;font-weight:bold;margin:0"
    assert theme.style("td") == ""


def test_comments_and_rgb_colours_are_allowed() -> None:
    assert parse_theme("mine", "/* red */ root { color: rgb(1, 2, 3) }").style("root") == "color:rgb(1,2,3)"


@pytest.mark.parametrize(
    ("css", "reason"),
    [
        (
            ".red { color: red }",
            "mine.css:2: .red: the platform drops classes and ids; a selector is the name of a role",
        ),
        ("box-title::before { color: red }", "mine.css:2: box-title::before: content must be a text"),
        ("p::first-line { color: red }", "mine.css:2: p::first-line: the platform drops classes and ids"),
        ("list::before { content: '·' }", "mine.css:2: list::before: there is no place for text in list"),
        ("p { content: '·' }", "mine.css:2: content: content is for ::before and ::after"),
        ("p { text-autospace: normal }", "mine.css:2: text-autospace: text-autospace belongs to root"),
        ("cover { padding: 4px }", "mine.css:2: padding: a cover has background-color, border-color, border-style"),
        ("@lean {\n p { gap: 1em }\n}", "mine.css:3: gap: the platform drops this property"),
        ("@lean { h1 { color: red } }", "mine.css:1: h1: font-size must be stated"),
        ("heading { color: red }", "mine.css:2: heading: no such role; known are root, p, h1"),
        ("\n@media print { p { color: red } }", "mine.css:3: @media: the platform drops at-rules"),
        ("p { position: fixed }", "mine.css:2: position: the platform removes positioning"),
        ("p {\n font-family: Kai\n}", "mine.css:3: font-family: the platform allows its own fonts only"),
        ("p { gap: 1em }", "mine.css:2: gap: the platform drops this property"),
        ("p { color: red !important }", "mine.css:2: color: !important keeps the platform's dark mode"),
        ("p { color: var(--red) }", "mine.css:2: color: var(): the platform drops it"),
        ("p { width: calc(1% + 2%) }", "mine.css:2: width: calc(): the platform drops it"),
        ("p { background: linear-gradient(red, blue) }", "mine.css:2: background: linear-gradient(): the platform"),
        ("p { background: url(x.png) }", "mine.css:2: background: url(): the platform drops pictures"),
        ("p { text-align: start }", "mine.css:2: text-align: start and end are not understood"),
        ("p { display: flex }", "mine.css:2: display: flex: the platform keeps block, inline, inline-block only"),
        ("table { width: 600px }", "mine.css:2: width: fixed widths do not fit every phone; use %"),
        ("p { margin: 0 -8px }", "mine.css:2: margin: negative margins run out of the page"),
        ("p { line-height: .8 }", "mine.css:2: line-height: lines overlap below 1"),
        ("title { color: red }", "mine.css:1: title: font-size must be stated, since the platform resets headings"),
        ("p { color red }", "mine.css:2: not a declaration"),
        ("p", "mine.css:2: not valid CSS"),
    ],
)
def test_what_the_platform_would_drop_is_refused_with_its_line_and_reason(css: str, reason: str) -> None:
    assert faults(css)[0].startswith(reason)


def test_a_value_is_written_in_as_few_characters_as_it_can_have() -> None:
    theme = parse_theme("mine", "root { margin: 0px  0.5em; color: #AABBCC; background: rgb(10, 20, 30) }")
    assert theme.style("root") == "margin:0 .5em;color:#ABC;background:rgb(10,20,30)"


def test_what_stands_before_and_after_a_part_is_a_real_element() -> None:
    css = "root{color:#333} box-title::before { content: '◆ '; color: red } box-title::after { content: ' ◆' }"
    theme = parse_theme("mine", css)
    assert theme.ornaments["box-title::before"] == Ornament("◆ ", "color:red")
    box = letter(Box("故事", (para("正文"),)))
    (piece,) = render(box, theme, {}).pieces
    assert '<p><span style="color:red">◆ </span>故事<span> ◆</span></p>' in piece.content


def test_a_lean_variant_takes_the_place_of_roles_and_has_no_ornaments_but_its_own() -> None:
    css = """root { color: #333 } td { padding: 6px; border: 1px solid red } p { margin: 1em }
    p::before { content: '·' } code-string { color: green }
    @lean { td { padding: 4px } byline::before { content: '文' } }"""
    full, uncoloured, lean = parse_theme("mine", css).variants()
    assert ("和".join(full.without), full.style("td"), full.style("code-string")) == (
        "", "padding:6px;border:1px solid red", "color:green",
    )  # fmt: skip
    assert ("和".join(uncoloured.without), uncoloured.style("td"), uncoloured.style("code-string")) == (
        "代码配色", full.style("td"), "",
    )  # fmt: skip
    assert ("和".join(lean.without), lean.style("td"), lean.style("p")) == (
        "代码配色和部分装饰",
        "padding:4px",
        "margin:1em",
    )
    assert list(lean.ornaments) == ["byline::before"]


def test_a_theme_without_a_lean_variant_only_loses_its_ornaments() -> None:
    lean = parse_theme("mine", "root { color: #333 } p::before { content: '·' }").variants()[-1]
    assert (lean.style("root"), dict(lean.ornaments)) == ("color:#333", {})


def test_the_first_comment_says_what_the_theme_is_for() -> None:
    assert parse_theme("mine", "/* 红头、\n 双线。 */ root { color: #333 } /* red */").about == "红头、 双线。"


def test_all_faults_are_listed_at_once() -> None:
    assert len(faults("p { float: left; gap: 1em }\n#x { color: red }")) == 3


def test_a_theme_without_a_root_is_refused() -> None:
    with pytest.raises(ConfigError, match="root: missing"):
        parse_theme("mine", "p { margin: 0 }")


def test_the_role_around_each_role_is_a_role() -> None:
    assert {outer for outer in ROLES.values() if outer} <= set(ROLES)
    assert set(HEADINGS) <= set(ROLES)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_theme_repeats_nothing_that_is_inherited(name: str) -> None:
    theme = shipped(name)
    repeated = [
        f"{role}: {name}"
        for role, own in theme.declarations.items()
        for name, value in own.items()
        if name in INHERITED and role not in HEADINGS and value == _inherited(theme, ROLES[role], name)
    ]
    assert repeated == []


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("layout", ["single", "sections"])
def test_every_text_of_a_shipped_theme_can_be_read_by_day_and_by_night(name: str, layout: Layout) -> None:
    faint = [
        (variant.without, run.text, round(run.light.contrast, 1), round(run.dark.contrast, 1))
        for variant in shipped(name).variants()
        for piece in render(specimen(), replace(variant, lean=None), {}, layout=layout).pieces
        for run in appearance(piece.content)
        if min(run.light.contrast, run.dark.contrast) < CONTRAST
    ]
    assert faint == []


def _around(role: str) -> Iterator[str]:
    while role:
        yield role
        role = ROLES[role]


def _inherited(theme: Theme, role: str, name: str) -> str:
    stated = (theme.declarations.get(outer, {}).get(name) for outer in _around(role))
    return next((value for value in stated if value), "")
