from __future__ import annotations

import re

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from publisher.document import (
    Align,
    Article,
    Block,
    Box,
    Cell,
    Code,
    Divider,
    Figure,
    Heading,
    Items,
    Level,
    Link,
    Mark,
    Masthead,
    Math,
    Metadata,
    Newsletter,
    Paragraph,
    Quote,
    Section,
    Table,
    Text,
)
from publisher.errors import Unpublishable
from publisher.rendering import check, placeholder_addresses, render, shipped_themes
from publisher.rendering.bounds import least_size
from publisher.rendering.layout import Part
from publisher.rendering.theme import parse_theme
from tests.specimen import GOLDEN, PICTURE, Tree, body, golden, letter, para, rendered, specimen, text, theme


@pytest.mark.parametrize("name", sorted(shipped_themes()))
def test_the_specimen_looks_as_it_did_when_somebody_looked_at_it(name: str) -> None:
    rendering = render(specimen(), theme(name), placeholder_addresses(specimen()), layout="sections")
    expected = [path.read_text(encoding="utf-8") for path in sorted((GOLDEN / name).glob("*.html"))]
    assert [golden(piece.content) for piece in rendering.pieces] == expected


@pytest.mark.parametrize("name", sorted(shipped_themes()))
def test_nothing_is_written_that_the_platform_drops(name: str) -> None:
    rendering = render(specimen(), theme(name), placeholder_addresses(specimen()))
    for piece in rendering.pieces:
        tree = Tree(piece.content)
        assert tree.deepest <= 8
        assert tree.attributes <= {"style", "src", "alt", "data-w", "href", "colspan", "rowspan"}
        assert not tree.tags & {"div", "style", "script", "input", "figure", "pre"}
        assert not [
            style
            for style in tree.styles
            if re.search(r"var\(|calc\(|!important|position|flex|grid|font-family|url\(|width:\d+px", style)
        ]
        assert not re.search(r">\s+<", re.sub(r"</(strong|em|u|s|a|code|span|sup|sub)>\s", "", piece.content))


def test_a_strict_allow_list_changes_nothing() -> None:
    spans = {tag: {"style", "colspan", "rowspan"} for tag in ("td", "th")}
    attributes = (
        {tag: {"style"} for tag in TAGS} | spans | {"img": {"style", "src", "alt", "data-w"}, "a": {"style", "href"}}
    )
    for piece in rendered(specimen()).pieces:
        cleaned = nh3.clean(piece.content, tags=TAGS, attributes=attributes, link_rel=None)
        # The parser behind nh3 spells three things differently; nothing else may change.
        for ours, theirs in (("<table", "<table"), ("</tbody></table>", "</table>"), ("<tbody>", ""), ("&quot;", '"')):
            cleaned = cleaned.replace(ours, theirs)
        assert cleaned == piece.content


TAGS = {"section", "p", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "li", "br", "hr", "img", "a"}
TAGS |= {"table", "tbody", "tr", "th", "td", "strong", "em", "u", "s", "sup", "sub", "span", "code"}


inlines = st.recursive(
    st.builds(Text, st.text(max_size=8), st.frozensets(st.sampled_from(Mark)), st.sampled_from(["", "#c00000"])),
    lambda inner: st.builds(Link, st.sampled_from(["https://mp.weixin.qq.com/s/a", "https://e.org"]), st.tuples(inner)),
    max_leaves=3,
)
lines = st.lists(inlines, max_size=3).map(tuple)
leaves = st.one_of(
    st.builds(Paragraph, lines, st.sampled_from(Align)),
    st.builds(Heading, st.integers(1, 6), lines),
    st.builds(Figure, st.sampled_from(["", PICTURE.fingerprint]), lines),
    st.builds(Code, st.text(max_size=20)),
    st.builds(Math, st.text(max_size=5)),
    st.just(Divider()),
)


def _containers(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    blocks = st.lists(inner, max_size=3).map(tuple)
    row = st.lists(st.builds(Cell, blocks, st.integers(1, 3), st.integers(1, 3)), max_size=5).map(tuple)
    return st.one_of(
        st.builds(Quote, blocks),
        st.builds(Box, st.text(max_size=5), blocks),
        st.builds(Items, st.booleans(), st.lists(blocks, max_size=3).map(tuple), st.integers(1, 3)),
        st.builds(Table, st.lists(row, max_size=3).map(tuple), st.integers(0, 2), lines, lines),
    )


@settings(max_examples=120, deadline=None)
@given(st.lists(st.recursive(leaves, _containers, max_leaves=12), max_size=4))
def test_whatever_the_blocks_the_html_is_closed_shallow_and_whole(blocks: list[Block]) -> None:
    newsletter = letter(*blocks, assets=(PICTURE,))
    (piece,) = render(newsletter, theme(), placeholder_addresses(newsletter)).pieces
    tree = Tree(piece.content)
    assert tree.depth == 0
    assert tree.deepest <= 8


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.recursive(leaves, _containers, max_leaves=12), max_size=4), st.sampled_from(sorted(shipped_themes()))
)
def test_no_article_is_shorter_than_it_was_held_to_be_before_it_was_written(blocks: list[Block], name: str) -> None:
    newsletter = letter(*blocks, assets=(PICTURE,))
    (piece,) = render(newsletter, theme(name), placeholder_addresses(newsletter)).pieces
    part = Part("标题", newsletter.sections, first=True, last=True)
    assert least_size(theme(name), newsletter, part) <= len(piece.content)


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_every_character_of_a_paragraph_is_in_the_html(words: str) -> None:
    (piece,) = rendered(letter(para("甲", words, "乙"))).pieces
    assert "".join(Tree(piece.content).seen) == f"甲{words}乙"


def test_the_preview_and_the_publication_differ_in_the_addresses_alone() -> None:
    newsletter = letter(Figure(PICTURE.fingerprint, (), "图"), assets=(PICTURE,))
    (here,) = render(newsletter, theme(), {PICTURE.fingerprint: "pictures/1.jpg"}).pieces
    (there,) = render(newsletter, theme(), {PICTURE.fingerprint: "https://mmbiz.qpic.cn/x"}).pieces
    assert here.content.split("pictures/1.jpg") == there.content.split("https://mmbiz.qpic.cn/x")
    assert here.pictures == there.pictures == (PICTURE.fingerprint,)


def test_placeholder_addresses_are_as_long_as_the_platforms() -> None:
    assert {len(address) for address in placeholder_addresses(specimen()).values()} == {150}


# ---------------------------------------------------------------------------- the frame


def test_a_title_that_the_platform_shows_is_not_repeated() -> None:
    assert body(para("正文"), title="标题") == "<p>正文</p>"


def test_a_title_that_was_shortened_stands_whole_in_the_body() -> None:
    title = "温州国金公司联手粤科金融组建全国性创投联盟，携手共促创投高质量发展"
    rendering = rendered(letter(para("正文"), title=title))
    assert rendering.pieces[0].title == "温州国金公司联手粤科金融组建全国性创投联盟"
    assert f">{title}</h3>" in rendering.pieces[0].content
    assert [(note.code, note.level) for note in rendering.notes] == [("title-shortened", Level.INFO)]


def test_the_first_piece_has_masthead_and_contents_and_the_last_the_notice() -> None:
    rendering = render(specimen(), theme(), placeholder_addresses(specimen()), layout="sections")
    first, last = (Tree(piece.content).seen for piece in rendering.pieces)
    assert first[:9] == [
        "江南联合信息",
        "2024 年第 6 期（总第 18 期）",
        "江南联合秘书处编\u30002024 年 7 月 31 日",
        "本期目录",
        "联合动态",
        "开篇：所有的行内样式",
        "重大成果",
        "块的样子",
        "转载的一篇",
    ]
    assert last[0] == "江南联合信息 2024 年第 6 期（总第 18 期）"
    assert last[-5:] == [
        "版权及免责声明：",
        "本刊内容仅作交流。",
        "地址：江南市环城路 1 号",
        "邮箱：a@example.org",
        "电话：0571-1",
    ]


def test_sources_stand_under_their_articles_and_their_addresses_are_notes() -> None:
    (piece,) = rendered(specimen()).pieces
    seen = "".join(Tree(piece.content).seen)
    assert "信息来源：虚构通讯社" in seen
    assert re.search(r"信息来源：虚构日报\[(\d)\].*\[\1\]\shttps://news\.example\.org/1", seen)


def test_the_address_of_a_lone_article_is_the_pieces_own() -> None:
    article = Article("题", (para("文"),), source="日报", source_url="https://e.org/1")
    (piece,) = rendered(Newsletter(None, (Section("", (article,)),))).pieces
    assert piece.source_url == "https://e.org/1"
    assert piece.content.endswith(">信息来源：日报</p></section>")


def test_an_author_stands_in_the_body_only_where_the_platform_does_not_show_him() -> None:
    article = Article("题", (para("文"),), author="张三")
    alone = Newsletter(None, (Section("", (article,)),))
    assert rendered(alone).pieces[0].author == "张三"
    assert "张三" not in rendered(alone).pieces[0].content
    both = Newsletter(None, (Section("", (article, replace(article, title="题二", author="李四"))),))
    (piece,) = render(both, theme(), {}, author="秘书处").pieces
    assert piece.author == "秘书处"
    assert "作者：张三" in piece.content
    assert "作者：李四" in piece.content


def test_who_edited_the_issue_signs_it_where_nobody_else_does_and_the_name_fits_whole() -> None:
    article = Article("题", (para("文"),))
    both = (Section("", (article, replace(article, title="题二"))),)
    assert rendered(Newsletter(Masthead("会刊", editor="会刊秘书处"), both)).pieces[0].author == "会刊秘书处"
    assert rendered(Newsletter(Masthead("会刊", editor="某某行业协会联合秘书处编辑部"), both)).pieces[0].author == ""
    (piece,) = render(Newsletter(Masthead("会刊", editor="秘书处"), both), theme(), {}, author="编辑部").pieces
    assert piece.author == "编辑部"


def test_the_digest_of_one_article_is_its_first_sentences_and_of_several_their_headlines() -> None:
    assert rendered(letter(para("第一句。"), para("第二句。"))).pieces[0].digest == "第一句。第二句。"
    assert rendered(letter(Code("x"))).pieces[0].digest == "标题"
    assert rendered(specimen()).pieces[0].digest == "开篇：所有的行内样式；块的样子；转载的一篇"


def test_more_headlines_than_fit_end_with_deng() -> None:
    articles = tuple(Article(f"第{number}篇文章的标题有二十来个字那么长啊", (para("文"),)) for number in range(9))
    digest = rendered(Newsletter(None, (Section("", articles),))).pieces[0].digest
    assert digest.endswith("长啊等")
    assert len(digest) <= 100
    long = (Article("长" * 120, (para("文"),)), Article("乙", (para("文"),)))
    assert len(rendered(Newsletter(None, (Section("", long),))).pieces[0].digest) <= 100


def test_the_editors_own_words_come_first() -> None:
    own = Metadata(title="特刊", author="编辑部", digest="自己的摘要", source_url="https://e.org")
    (piece,) = rendered(replace(specimen(), metadata=own)).pieces
    assert (piece.title, piece.author, piece.digest, piece.source_url) == (
        "特刊",
        "编辑部",
        "自己的摘要",
        "https://e.org",
    )


STEPS = """root { color: #333 } p { margin: 1em 0 1em 0 } code { padding: 8px } code-string { color: #1f6b45 }
@lean { p {} }"""


def long_article(paragraphs: int) -> Newsletter:
    """An article of `paragraphs` paragraphs of 100 characters, with much code."""
    code = Code("\n".join(f'name{number} = "text"' for number in range(40)), "python")
    return letter(code, *(para("字" * 100) for _ in range(paragraphs)))


@pytest.mark.parametrize(
    ("paragraphs", "without"),
    [(100, ""), (138, "代码配色"), (150, "代码配色和部分装饰")],
)
def test_an_article_that_is_too_long_loses_its_code_colours_then_its_decoration(paragraphs: int, without: str) -> None:
    rendering = render(long_article(paragraphs), parse_theme("steps", STEPS), {})
    said = [note.text for note in rendering.notes if note.code == "content-degraded"]
    assert [f"已略去{without}，" in text for text in said] == ([True] if without else [])
    assert len(rendering.pieces[0].content) < 20_000
    assert ("#1f6b45" in rendering.pieces[0].content) is (without == "")
    assert ("margin:1em" in rendering.pieces[0].content) is ("装饰" not in without)


def test_an_article_without_code_is_not_said_to_miss_its_colours() -> None:
    (note,) = render(letter(*(para("字" * 100) for _ in range(160))), parse_theme("steps", STEPS), {}).notes
    assert "已略去部分装饰，" in note.text


def test_what_is_too_long_even_so_is_divided_or_refused() -> None:
    theme_of_steps = parse_theme("steps", STEPS)
    article = long_article(150).articles[0]
    two = Newsletter(None, (Section("", (article, replace(article, title="另一篇"))),))
    assert len(render(two, theme_of_steps, {}).pieces) == 2
    divided = render(long_article(200), theme_of_steps, {})
    assert [piece.title for piece in divided.pieces] == ["标题（一）", "标题（二）"]
    assert "合为一篇超过平台的 20,000 字符，已分成 2 篇图文" in [note.text for note in divided.notes]
    with pytest.raises(Unpublishable):
        render(long_article(200), theme_of_steps, {}, layout="single")


@pytest.mark.parametrize(
    ("css", "entries"),
    [
        ("", "<section>开篇：所有的行内样式</section>"),
        ("contents-item{margin:0}", '<section><section style="margin:0">开篇：所有的行内样式</section></section>'),
    ],
)
def test_the_entries_of_the_contents_are_lines_unless_the_theme_gives_them_a_look(css: str, entries: str) -> None:
    (piece,) = render(specimen(), parse_theme("mine", "root{color:#333}" + css), {}, layout="single").pieces
    assert f"<p>联合动态</p>{entries}<p>重大成果</p>" in piece.content


def test_a_blank_between_chinese_and_latin_is_set_where_the_theme_wants_it_and_nowhere_else() -> None:
    paragraph = para("推进AI平台", text("pip安装", Mark.CODE), "和", text("GPU", Mark.BOLD), "集群")
    article = Article("用AI办刊", (paragraph, Box("关于GPU", (para("文"),))))
    newsletter = Newsletter(None, (Section("", (article, Article("乙", (para("丙"),)))),))
    tight, loose = (
        render(newsletter, parse_theme("mine", f"root{{color:#333;{more}}}"), {}, layout="single").pieces[0].content
        for more in ("", "text-autospace:normal")
    )
    assert "推进AI平台pip安装和<strong>GPU</strong>集群" in tight
    assert "用 AI 办刊" in loose
    assert "推进 AI 平台" in loose
    assert "pip安装" in loose
    assert "和 <strong>GPU</strong> 集群" in loose
    assert "关于 GPU" in loose
    assert "text-autospace" not in loose


def test_what_the_linter_finds_is_told_to_the_editor() -> None:
    faint = parse_theme("mine", "root { color: #aaa }")
    (note,) = check(render(letter(para("看不清")), faint, {}))
    assert note.code == "lint-low-contrast"
    assert note.text.startswith("《标题》排版检查：")
    assert check(render(specimen(), theme(), placeholder_addresses(specimen()))) == ()
