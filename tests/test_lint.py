"""Each rule, broken and kept; what is told, and how long it takes to find out."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.lint import Finding, lint
from publisher.lint.rules import RULES

LONG = "全省茶业协会第三次会员代表大会在临江召开，会议听取了秘书处关于上半年工作的报告。"
PICTURE = 'src="https://mmbiz.qpic.cn/mmbiz_png/a/0" data-w="1080"'
ARTICLE = "https://mp.weixin.qq.com/s/abc"


class Case(NamedTuple):
    """A rule in a sentence, HTML that breaks it, and HTML beside it that keeps it."""

    sentence: str
    code: str
    broken: str
    kept: str


def styled(style: str, text: str = "字") -> str:
    return f'<section style="{style}">{text}</section>'


def nested(levels: int, inner: str = "字") -> str:
    return "<section>" * levels + inner + "</section>" * levels


CASES = [
    Case(
        "a picture is to be seen",
        "unseen-picture",
        f'<p><img {PICTURE} style="opacity:0"></p>',
        f'<p><img {PICTURE} style="opacity:0.9"></p>',
    ),
    Case("text is to be seen", "unseen-text", styled("opacity:0"), styled("opacity:0", "")),
    Case("a caret is to be seen", "transparent-caret", styled("caret-color:transparent"), styled("caret-color:#c00")),
    Case(
        "a caret without cover is not seen",
        "transparent-caret",
        styled("caret-color:rgba(0,0,0,0)"),
        styled("color:#333"),
    ),
    Case(
        "lines are at least as high as their letters",
        "overlapping-lines",
        styled("font-size:20px;line-height:16px", LONG),
        styled("font-size:16px;line-height:16px", LONG),
    ),
    Case(
        "a single line may be lower than its letters",
        "overlapping-lines",
        styled("line-height:0", "甲<br>乙"),
        styled("line-height:0", "[12]"),
    ),
    Case(
        "a line's height is inherited",
        "overlapping-lines",
        styled("line-height:18px", f'<p style="font-size:150%">{LONG}</p>'),
        styled("line-height:1.5", f'<p style="font-size:150%">{LONG}</p>'),
    ),
    Case(
        "a line's height in percent is that of where it is said",
        "overlapping-lines",
        styled("font-size:10px;line-height:120%", f'<p style="font-size:20px">{LONG}</p>'),
        styled("font-size:10px;line-height:120%", f'<p style="font-size:20px;line-height:normal">{LONG}</p>'),
    ),
    Case("widths follow the screen", "fixed-width", styled("width:300px"), styled("width:50%")),
    Case(
        "a fixed width may be wanted",
        "fixed-width",
        styled("width:20em"),
        f'<section data-ignore-width="">{styled("width:20em")}</section>',
    ),
    Case(
        "pictures have a width of their own",
        "fixed-width",
        '<span style="width:30px">字</span>',
        f'<img {PICTURE} style="width:30px"><svg style="width:30px" viewBox="0 0 1 1"></svg>',
    ),
    Case(
        "columns follow the screen",
        "cell-width",
        '<table><tbody><tr><td style="width:120px">字</td></tr></tbody></table>',
        '<table><tbody><tr><td style="width:30%">字</td></tr></tbody></table>',
    ),
    Case(
        "columns follow the screen in their attributes, too",
        "width-attribute",
        '<table width="600"><tbody><tr><td>字</td></tr></tbody></table>',
        '<table width="100%"><tbody><tr><td data-ignore-width="" width="90">字</td></tr></tbody></table>',
    ),
    Case(
        "what is wider than a phone can be scrolled",
        "wide-minimum",
        styled("min-width:500px"),
        styled("overflow-x:auto", styled("min-width:500px")),
    ),
    Case("margins are not negative", "negative-margin", styled("margin:0 -8px"), styled("margin:0 8px -0px")),
    Case(
        "a picture tells its own width",
        "picture-without-width",
        '<img src="https://mmbiz.qpic.cn/a">',
        f'<img {PICTURE}><img data-ignore-width="" src="pictures/a.png">',
    ),
    Case(
        "a drawing fits the page",
        "too-wide",
        '<svg width="900" viewBox="0 0 9 9"></svg>',
        '<svg width="900" viewBox="0 0 9 9" style="max-width:100%"></svg>',
    ),
    Case("text has room", "no-height", styled("height:0"), styled("height:0", "")),
    Case(
        "what moves may have no height",
        "no-height",
        styled("height:0px"),
        f'<section data-mode="svg">{styled("height:0px")}</section>',
    ),
    Case(
        "text is not cut off", "fixed-height", styled("height:40px", LONG), styled("height:40px;overflow-y:auto", LONG)
    ),
    Case(
        "a short line fits its height",
        "fixed-height",
        styled("height:24px", "第一章<br>茶"),
        styled("height:24px;line-height:24px", "第一章"),
    ),
    Case(
        "a greatest height cuts off only what is hidden",
        "fixed-height",
        styled("max-height:90px;overflow:hidden", LONG),
        styled("max-height:90px", LONG),
    ),
    Case("text stands left or right", "relative-alignment", styled("text-align:start"), styled("text-align:left")),
    Case(
        "a click moves what a finger moves",
        "touch-alone",
        '<svg><animate begin="touchstart"></animate></svg>',
        '<svg><animate begin="touchstart; click"></animate></svg>',
    ),
    Case("text wraps", "preformatted", "<pre>x = 1</pre>", "<section>x = 1</section>"),
    Case("eight levels survive", "too-deep", nested(9), nested(8)),
    Case(
        "a browser puts rows into a body",
        "too-deep",
        nested(5, "<table><tr><td>字</td></tr></table>"),
        nested(4, "<table><tr><td>字</td></tr></table>"),
    ),
    Case("drawings may be deep", "too-deep", nested(8, "<b>字</b>"), nested(7, f"<svg>{'<g>' * 9}{'</g>' * 9}</svg>")),
    Case(
        "empty elements don't crowd",
        "hollow-crowd",
        styled("margin:0", "<p></p>" * 16 + "<p>字</p>" * 5),
        styled("margin:0", "<p></p>" * 15 + "<p>字</p>" * 6 + f"<p><img {PICTURE}></p>" * 3),
    ),
    Case(
        "a leaf holds text only",
        "block-in-leaf",
        '<span leaf=""><section>字</section></span>',
        '<span leaf=""><b>字</b></span>',
    ),
    Case(
        "a node leaf holds components only",
        "stranger-in-nodeleaf",
        '<section nodeleaf=""><span>字</span></section>',
        f'<section nodeleaf=""><mp-common-profile data-id="a"></mp-common-profile><img {PICTURE}></section>',
    ),
    Case(
        "fonts are the platform's",
        "foreign-font",
        styled("font-family:SimSun"),
        styled("font-family:'mp-quote', PingFang SC, system-ui, -apple-system, sans-serif"),
    ),
    Case("the short form names a font, too", "foreign-font", styled("font:16px serif"), styled("font-size:16px")),
    Case(
        "no text stands on a gradient",
        "gradient-under-text",
        styled("background:linear-gradient(#fff,#eee)"),
        styled("background:linear-gradient(#fff,#eee)", ""),
    ),
    Case(
        "a gradient may be meant so",
        "gradient-under-text",
        styled("background-image:linear-gradient(#fff,#eee)"),
        f'<section data-ignore-dm="text-bg-gradient">{styled("background-image:linear-gradient(#fff,#eee)")}</section>',
    ),
    Case(
        "letters have a colour, not a gradient",
        "gradient-in-text",
        styled("-webkit-background-clip:text;background-color:#fff"),
        styled("background-clip:padding-box"),
    ),
    Case("nothing is more important", "important", styled("color:#333 !important"), styled("color:#333")),
    Case(
        "writing in a drawing follows the page",
        "dark-writing",
        "<svg><text>字</text></svg>",
        '<svg><text fill="currentColor">字</text></svg><svg><rect fill="#fff"></rect><text>字</text></svg>',
    ),
    Case(
        "what is drawn for the light may be meant so",
        "dark-writing",
        "<p><svg><text>字</text></svg></p>",
        '<p data-ignore-dm="low-contrast"><svg><text>字</text></svg></p>',
    ),
    Case("scripts and forms are lost", "lost-element", "<p>字</p><script>x()</script>", "<p>字</p>"),
    Case(
        "frames are lost unless they show the platform's videos",
        "lost-element",
        '<iframe src="https://example.com/v"></iframe>',
        '<iframe src="https://v.qq.com/x"></iframe><svg><style>a{}</style></svg>',
    ),
    Case("a div is a section", "div", "<div>字</div>", "<section>字</section>"),
    Case(
        "elements are known to the platform",
        "unknown-element",
        "<article>字</article>",
        "<mp-style-type></mp-style-type><svg><g></g></svg><ruby>字<rt>zì</rt></ruby>",
    ),
    Case("classes are lost", "class", '<p class="a">字</p>', '<mp-common-profile class="a"></mp-common-profile>'),
    Case("ids are lost, in drawings, too", "id", '<svg><g id="a"></g></svg>', "<svg><g></g></svg>"),
    Case("scripts don't wait", "event-handler", '<p onclick="x()">字</p>', "<p>字</p>"),
    Case(
        "attributes are known to the platform",
        "lost-attribute",
        '<p data-tool="x">字</p>',
        f'<img {PICTURE} alt="" data-ratio="0.5"><ol start="3"><li value="4">字</li></ol><svg fill="#c00"></svg>',
    ),
    Case(
        "addresses are no scripts",
        "script-address",
        '<a href=" java\tscript:x()">字</a>',
        f'<a href="{ARTICLE}">字</a>',
    ),
    Case(
        "addresses in styles are no scripts",
        "script-address",
        styled("background-image:url(javascript:x)"),
        styled("background-image:url(https://mmbiz.qpic.cn/a)"),
    ),
    Case(
        "pictures are uploaded",
        "data-address",
        '<img data-w="1" src="data:image/png;base64,AAAA">',
        f'<img {PICTURE}><img data-w="1" src="/preview/1/a.png">',
    ),
    Case(
        "pictures in styles are uploaded",
        "data-address",
        styled("background-image:url('data:image/png;base64,AA;AA')"),
        styled("background-image:url(/preview/1/a.png)"),
    ),
    Case(
        "pictures are on the platform or here",
        "outside-picture",
        '<img data-w="1" src="https://example.com/a.png">',
        f'<img {PICTURE}><img data-w="1" src="http://127.0.0.1:8080/a.png">',
    ),
    Case(
        "pictures in styles are on the platform or here",
        "outside-picture",
        styled("background:url(//example.com/a.png)"),
        styled("background:url(http://mmbiz.qpic.cn/a.png)"),
    ),
    Case("a picture has an address", "picture-without-address", '<img data-w="1" src="">', f"<img {PICTURE}>"),
    Case("a link leads somewhere", "dead-anchor", '<a href="#top">字</a>', f'<a href="{ARTICLE}">字</a>'),
    Case(
        "a link without an address leads nowhere",
        "dead-anchor",
        "<a>字</a>",
        '<a data-miniprogram-appid="wx1" href="">字</a>',
    ),
    Case(
        "a link leads to an article",
        "foreign-link",
        '<a href="https://example.com/mp.weixin.qq.com">字</a>',
        f'<a href="{ARTICLE}">字</a>',
    ),
    Case("a mail is no article", "foreign-link", '<a href="mailto:a@example.com">字</a>', "<span>a@example.com</span>"),
    Case(
        "an address that is none is foreign",
        "foreign-link",
        '<a href="http://[1">字</a>',
        f'<a href="{ARTICLE}">字</a>',
    ),
    Case("values are written out", "variable", styled("color:var(--red)"), styled("color:#c00000")),
    Case("no property is one's own", "variable", styled("--red:#c00"), styled("color:#c00000")),
    Case("lengths are worked out", "calculation", styled("width:calc(100% - 8px)"), styled("width:98%")),
    Case("nothing is lifted out of its place", "position", styled("position:absolute"), styled("position:static")),
    Case("nothing is moved from its place", "offset", styled("z-index:2"), styled("padding-top:2px")),
    Case("there is no grid", "grid", styled("display:grid"), styled("display:inline-block")),
    Case("a grid has no columns", "grid", styled("grid-template-columns:1fr"), styled("display:block")),
    Case("nothing flexes", "flex", styled("display:inline-flex"), styled("display:inline-block")),
    Case("nothing is aligned by flexing", "flex", styled("justify-content:center"), styled("text-align:center")),
    Case("nothing floats", "float", styled("float:left"), styled("vertical-align:top")),
    Case("nothing is animated", "lost-property", styled("animation:a 1s"), styled("transform:rotate(2deg)")),
    Case(
        "code has its style around it",
        "styled-code",
        '<code style="padding:2px">x</code>',
        '<span style="padding:2px"><code>x</code></span>',
    ),
    Case(
        "no white space stands between blocks",
        "blank-between-blocks",
        "<section><p>甲</p>\n<p>乙</p></section>",
        "<section><p>甲</p><p>乙\n<b>丙</b> <b>丁</b></p></section>",
    ),
    Case(
        "no white space stands before the first block",
        "blank-between-blocks",
        "<section> <p>甲</p></section>",
        "<section>甲<p>乙</p></section>",
    ),
    Case(
        "lists have two levels",
        "deep-list",
        "<ul><li>甲<ul><li>乙<ol><li>丙</li></ol></li></ul></li></ul>",
        "<ul><li>甲<ul><li>乙</li></ul></li></ul>",
    ),
    Case("items say something", "hollow-item", "<ul><li><br></li></ul>", f"<ul><li><img {PICTURE}></li></ul>"),
    Case(
        "no line breaks behind a bold beginning",
        "break-after-bold",
        "<ul><li><strong>时间</strong><br>三月</li></ul>",
        "<ul><li><strong>时间</strong>三月<br>四月</li><li>甲<b>乙</b><br>丙</li></ul>",
    ),
    Case(
        "drawings name no parts",
        "drawing-reference",
        '<svg><use href="#a"></use></svg>',
        '<svg><path fill="#c00" d="M0 0"></path></svg>',
    ),
    Case(
        "drawings link to no parts",
        "drawing-reference",
        '<svg><path fill="url(#a)"></path><a xlink:href="#b"></a></svg>',
        '<svg viewBox="0 0 1 1"></svg>',
    ),
    Case(
        "styles name no parts",
        "drawing-reference",
        styled("background:url(#a)"),
        styled("background:url(https://mmbiz.qpic.cn/a)"),
    ),
    Case(
        "a drawing's window holds sections",
        "stranger-in-drawing",
        "<svg><foreignObject><div>字</div></foreignObject></svg>",
        "<svg><foreignObject><section>字</section></foreignObject></svg>",
    ),
    Case("an article ends somewhere", "too-long", f"<p>{'字' * 19_993}</p>", f"<p>{'字' * 19_992}</p>"),
    Case("an article weighs little", "too-big", f"<p>{'字' * 350_000}</p>", f"<p>{'字' * 340_000}</p>"),
    Case("text is read by day", "low-contrast", styled("color:#999999"), styled("color:#666666")),
    Case(
        "text is read by night",
        "low-contrast-dark",
        styled("color:#666666"),
        styled("color:#333333"),
    ),
    Case(
        "pale text may be meant so",
        "low-contrast",
        styled("color:#999999"),
        f'<section data-ignore-dm="low-contrast">{styled("color:#999999")}</section>',
    ),
    Case("ornaments are not read", "low-contrast", styled("color:#dddddd"), styled("color:#dddddd", "❝ — ·")),
]


def codes(html: str) -> list[str]:
    return [finding.code for finding in lint(html)]


def sentences(case: Case) -> str:
    return case.sentence


@pytest.mark.parametrize("case", CASES, ids=sentences)
def test_what_breaks_a_rule_is_found(case: Case) -> None:
    assert case.code in codes(case.broken)


@pytest.mark.parametrize("case", CASES, ids=sentences)
def test_what_keeps_a_rule_is_not_found(case: Case) -> None:
    assert case.code not in codes(case.kept)


def test_every_rule_of_the_table_is_broken_and_kept_above() -> None:
    assert {rule.code for rule in RULES} <= {case.code for case in CASES}


def test_an_article_as_it_should_be_has_no_finding() -> None:
    html = (
        '<section style="font-size:16px;line-height:1.75;color:#333333;text-align:justify">'
        '<h2 style="background:#b3181e;color:#ffffff;padding:6px 0">协会动态</h2>'
        f'<p style="margin:0 0 1em">{LONG}<a href="{ARTICLE}">往期</a><sup>[1]</sup></p>'
        f'<section style="text-align:center"><img {PICTURE} style="max-width:100%"></section>'
        '<section style="overflow-x:auto"><table style="min-width:40em"><tbody><tr><td>甲</td></tr></tbody></table>'
        '</section><ul><li>甲</li><li>乙<ul><li>丙</li></ul></li></ul><hr style="border-top:1px solid #ddd"></section>'
    )
    assert lint(html) == ()


def test_a_finding_tells_the_section_what_to_do_and_where() -> None:
    assert lint(styled("width:300px")) == (
        Finding(
            "1.4",
            "fixed-width",
            "宽度写死（width:300px），手机上会溢出或走样。请用百分比或 max-width。",
            '<section style="width:300px">字',
        ),
    )


def test_a_finding_shows_only_the_beginning_of_long_markup() -> None:
    (finding,) = lint(styled("width:300px", LONG * 5))
    assert len(finding.where) == 120
    assert finding.where.endswith("…")


def test_of_each_kind_ten_are_told_and_the_others_counted() -> None:
    findings = lint('<p class="a">字</p>' * 12)
    assert [finding.code for finding in findings] == ["class"] * 10
    assert "共 12 处" in findings[-1].text


def test_two_colours_are_told_once() -> None:
    assert codes(styled("color:#999999") * 3) == ["low-contrast"]


def test_a_whole_page_is_checked_like_an_article() -> None:
    page = "<!doctype html><html><head><meta charset=utf-8></head><body><p class=a>字</p></body></html>"
    assert codes(page) == ["lost-element", "class"]


def test_depth_is_told_once_for_each_branch() -> None:
    assert codes(nested(12)) == ["too-deep"]


PIECES = [
    "<p",
    "<svg>",
    "<table><tr>",
    "<li>",
    ' style="',
    '"',
    ">",
    "width:",
    "calc(",
    "url(",
    "#",
    ";",
    "</",
    "<a href=",
]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=8)).map("".join))
def test_whatever_the_html_is_it_is_checked_without_an_error(html: str) -> None:
    assert all(len(finding.where) <= 120 for finding in lint(html))


@given(st.text(max_size=30), st.sampled_from(["style", "href", "src", "width", "data-w", "begin", "fill", "bgcolor"]))
def test_whatever_an_attribute_is_it_is_checked_without_an_error(value: str, name: str) -> None:
    quoted = value.replace('"', "")
    assert all(finding.text for finding in lint(f'<svg {name}="{quoted}">字</svg><a><td><img {name}="{quoted}">字'))
