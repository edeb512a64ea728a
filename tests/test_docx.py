"""What stands in a Word file, thing by thing: runs, fields, tables, pictures, notes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.document import (
    Align,
    Box,
    Divider,
    Figure,
    Heading,
    Level,
    LineBreak,
    Link,
    Mark,
    Paragraph,
    Quote,
    Table,
    Text,
    fingerprint,
    plain_text,
    walk,
)
from publisher.importers.docx import import_docx
from publisher.importers.symbols import symbol
from tests.docx_files import (
    PNG,
    alternative,
    cell,
    field,
    p,
    part,
    picture,
    r,
    row,
    sdt,
    table,
    text_box,
    word_file,
)
from tests.docx_reading import inlines, note, only, read, shown

SAMPLE = Path(__file__).parent.parent.parent / "shared/samples/jinlian-2024-06.txt"


# ---------------------------------------------------------------------------- runs


def test_marks_and_colours_come_from_run_style_and_paragraph() -> None:
    body = p(
        style="mid",
        inside=r("红")
        + r("斜", '<w:i/><w:b w:val="0"/><w:color w:val="auto"/>')
        + r("反", '<w:rStyle w:val="strong"/><w:color w:val="000000"/>')
        + r("划", '<w:strike/><w:u w:val="single"/><w:highlight w:val="yellow"/>')
        + r("2", '<w:vertAlign w:val="superscript"/><w:u w:val="none"/>'),
    )
    document = read(body)
    red, bold = "#c00000", frozenset({Mark.BOLD})
    assert inlines(document) == (
        Text("红", bold, red),
        Text("斜", frozenset({Mark.ITALIC})),
        Text("反"),
        Text("划", bold | {Mark.STRIKE, Mark.UNDERLINE, Mark.HIGHLIGHT}, red),
        Text("2", bold | {Mark.SUPERSCRIPT}, red),
    )
    assert document.blocks[0] == Paragraph(document.blocks[0].inlines, Align.CENTER, document.blocks[0].span)  # type: ignore[union-attr]


def test_a_heading_is_not_bold_only_because_headings_are() -> None:
    document = read(p(style="2", inside=r("产业", "<w:b/>") + r("趋势", "<w:b/>")))
    assert only(document) == Heading(1, (Text("产业趋势"),), span=document.blocks[0].span)
    partly = only(read(p(style="2", inside=r("产业", "<w:b/>") + r("趋势"))))
    assert isinstance(partly, Heading)
    assert partly.inlines[0] == Text("产业", frozenset({Mark.BOLD}))


def test_tabs_breaks_hyphens_and_symbols_are_characters() -> None:
    inside = r(
        "a", inside="<w:tab/><w:t>b</w:t><w:br/><w:t>0571</w:t><w:noBreakHyphen/><w:t>8</w:t><w:cr/><w:softHyphen/>"
    )
    inside += r(inside='<w:sym w:font="Wingdings" w:char="F06E"/><w:t>c\nd</w:t><w:br w:type="page"/>')
    inside += r("\uf0a8", '<w:rFonts w:ascii="Wingdings"/>')
    document = read(p(inside=inside))
    assert inlines(document) == (
        Text("a\tb"),
        LineBreak(),
        Text("0571-8"),
        LineBreak(),
        Text("■c d"),
        LineBreak(),
        Text("◻"),
    )


def test_letters_in_a_font_of_signs_are_signs_as_libreoffice_writes_them() -> None:
    inside = r("R", '<w:rFonts w:ascii="Wingdings 2" w:hAnsi="Wingdings 2"/>') + r("已读R")
    document = import_docx(word_file(p(inside=inside)), "x.docx")
    assert inlines(document) == (Text("☑已读R"),)


def test_an_unknown_symbol_is_noted() -> None:
    document = read(
        p("星", inside=r(inside='<w:sym w:font="Webdings" w:char="F021"/><w:sym w:font="宋体" w:char="2605"/>'))
    )
    assert inlines(document) == (Text("星★"),)
    assert "Webdings" in note(document, "symbol-unknown").text
    assert symbol("Symbol", 0x61) == "α"
    assert not symbol("Wingdings", 0xF000 + 0x20)


def test_blanks_that_indent_go_and_blanks_between_words_stay() -> None:
    inside = r("\u3000\u3000首行 ") + r("AI 芯片", "<w:b/>") + r(" \u3000")
    assert inlines(read(p(inside=inside) + p(" \u3000") + p())) == (
        Text("首行 "),
        Text("AI 芯片", frozenset({Mark.BOLD})),
    )
    assert inlines(read("<w:p><w:r><w:t>\n  排版的文件 </w:t></w:r></w:p>")) == (Text("排版的文件"),)


def test_hidden_text_is_lost_with_a_note() -> None:
    document = read(p("看见", inside=r("看不见", "<w:vanish/>") + r("也见", '<w:vanish w:val="false"/>')))
    assert shown(document) == ["看见也见"]
    assert note(document, "hidden-text").lost == "看不见"
    assert note(document, "hidden-text").level is Level.INFO


def test_revisions_are_taken_as_accepted() -> None:
    deleted = "<w:del><w:r><w:delText>旧</w:delText></w:r></w:del><w:moveFrom><w:r><w:t>移</w:t></w:r></w:moveFrom>"
    body = p("现在", inside=f"{deleted}<w:ins>{r('新')}</w:ins>")
    body += p("前半", "2", more="<w:rPr><w:del/></w:rPr>") + p("后半")
    body += table(row(cell(p("删行")), properties="<w:del/>"), row(cell(p("增行")), properties="<w:ins/>"))
    body += f"<w:moveFrom>{p('搬走')}</w:moveFrom><w:ins>{p('搬来')}</w:ins>" + p("尾", more="<w:rPr><w:del/></w:rPr>")
    document = read(body)
    assert shown(document) == ["现在新", "前半后半", "增行", "搬来", "尾"]
    found = note(document, "tracked-changes")
    assert found.lost == "旧移删行搬走"
    assert found.text == "文件带有修订痕迹，已按接受修订处理。"


def test_a_drop_cap_is_the_first_letter_of_the_next_paragraph() -> None:
    assert shown(read(p("近", more='<w:framePr w:dropCap="drop"/>') + p("日，召开会议。"))) == ["近日，召开会议。"]
    assert shown(read(p("甲", more='<w:framePr w:dropCap="none"/>') + p("乙"))) == ["甲", "乙"]


def test_comments_are_dropped_and_macros_ignored_with_notes() -> None:
    comments = part("comments", f'<w:comment w:id="0">{p("请核对")}</w:comment>')
    document = read(
        p("正文", inside='<w:commentRangeStart w:id="0"/>'),
        parts={"word/comments.xml": comments, "word/vbaProject.bin": b"x"},
        relations=[("rK", "comments", "comments.xml")],
    )
    assert shown(document) == ["正文"]
    assert note(document, "comments-dropped").lost == "请核对"
    assert note(document, "macros-ignored").level is Level.INFO


# ---------------------------------------------------------------------------- fields, links, contents


def test_links_of_both_kinds_keep_only_web_addresses() -> None:
    relations = [
        ("rW", "hyperlink", "https://example.com/a b"),
        ("rF", "hyperlink", "file:///C:/x"),
        ("rJ", "hyperlink", "JavaScript:alert(1)"),
    ]
    link = '<w:hyperlink r:id="{}" w:anchor="p">{}</w:hyperlink>'
    body = p("见", inside=link.format("rW", r("这", "<w:u/><w:color w:val='0000FF'/>") + r("里")))
    body += p(inside=link.format("rF", r("本机")) + link.format("rJ", r("脚本")) + link.format("r404", r("无")))
    body += p(
        inside=field('HYPERLINK \\o "提示" "http://example.com/" \\l "s"', r("域"))
        + field("HYPERLINK \\l 书签", r("内"))
    )
    body += p(inside=field("HYPERLINK MAILTO:a@example.com", r("信")))
    document = read(body, relations=relations)
    link_one, link_two, mail = (document.blocks[at].inlines for at in (0, 2, 3))  # type: ignore[union-attr]
    assert link_one == (Text("见"), Link("https://example.com/a%20b#p", (Text("这里"),)))
    assert document.blocks[1].inlines == (Text("本机脚本无"),)  # type: ignore[union-attr]
    assert link_two == (Link("http://example.com/#s", (Text("域"),)), Text("内"))
    assert mail == (Link("MAILTO:a@example.com", (Text("信"),)),)
    assert [found.code for found in document.notes] == ["link-dropped", "link-dropped"]


def test_a_fields_result_is_kept_and_its_code_is_not() -> None:
    caption = p(
        "图表 ",
        "cap",
        inside=field("SEQ 图表 \\* ARABIC", r("1")) + '<w:fldSimple w:instr=" SEQ x ">' + r("2") + "</w:fldSimple>",
    )
    nested = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        + r("码")
        + field("PAGEREF x", r("7"))
        + '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    document = read(caption + p("前", inside=nested + r("后")))
    assert shown(document) == ["图表 12", "前后"]
    assert note(document, "field-code").lost == "码7"


@pytest.mark.parametrize("result", ["错误!未找到引用源。", "Error: Reference source not found"])
def test_a_reference_that_leads_nowhere_is_told(result: str) -> None:
    document = read(p("见", inside=field("REF _Ref1", r(result))))
    assert shown(document) == [f"见{result}"]
    assert "更新域" in note(document, "reference-broken").text


def test_broken_fields_swallow_nothing() -> None:
    char = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    body = p("甲", inside=char.format("begin")) + p(
        "乙", inside=char.format("end") * 3 + char.format("separate") + char.format("odd")
    )
    body += p("丙", inside=char.format("begin") * 200 + r("丁")) + p("戊")
    document = read(body)
    assert shown(document) == ["甲", "乙", "丙", "戊"]
    assert note(document, "field-code").lost == "丁"


def test_generated_contents_are_dropped_however_they_are_marked() -> None:
    gallery = '<w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj>'
    begin, end = field(' TOC \\o "1-3" ', "|").split("|")
    body = sdt(p("目录") + p("第一章", inside=picture()), gallery)
    body += (
        p(inside=begin + r("第二章")) + p("第三章", inside=field("PAGEREF _x", r("3"))) + p(inside=end + r("刊首语"))
    )
    body += p("第四章", "t1") + p("正文", "2")
    document = read(body)
    assert shown(document) == ["刊首语", "正文"]
    assert note(document, "contents-dropped").lost == "目录第一章第二章第三章3第四章"


def test_a_contents_list_without_an_end_stops_at_the_first_heading_or_table() -> None:
    begin, _ = field("TOC", "|").split("|")
    assert shown(read(p(inside=begin + r("目录")) + p("章", "2") + p("文"))) == ["章", "文"]
    assert shown(read(p(inside=begin + r("目录")) + table(row(cell(p("格")))) + p("文"))) == ["格", "文"]


# ---------------------------------------------------------------------------- tables


def test_merged_cells_become_spans_and_the_grid_is_rectangular() -> None:
    span, start, go_on = '<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    body = table(
        row(cell(p("头"), properties=span), cell(p("尾")), properties="<w:tblHeader/>"),
        row(
            cell(p("芯片"), properties=start), cell(p("CPU"), p("两段")), cell(p("国产", more='<w:jc w:val="center"/>'))
        ),
        row(cell(p("余"), properties=go_on), cell(p("GPU"))),
        row(cell(p("缩")), properties='<w:gridBefore w:val="1"/>'),
        row(cell(properties=go_on), cell(properties='<w:gridSpan w:val="2000000000"/>')),
    )
    found = only(read(body))
    assert isinstance(found, Table)
    assert found.header_rows == 1
    assert [
        [
            (plain_text(found_cell.blocks[0]) if found_cell.blocks else "", found_cell.colspan, found_cell.rowspan)
            for found_cell in cells
        ]
        for cells in found.rows
    ] == [
        [("头", 2, 1), ("尾", 1, 1), ("", 61, 1)],
        [("芯片", 1, 2), ("CPU", 1, 1), ("国产", 1, 1), ("", 61, 1)],
        [("GPU", 1, 1), ("", 62, 1)],
        [("", 1, 1), ("缩", 1, 1), ("", 62, 1)],
        [("", 1, 1), ("", 63, 1)],
    ]
    assert [plain_text(block) for block in found.rows[1][0].blocks] == ["芯片", "余"]
    assert found.rows[1][2].align is Align.CENTER
    assert found.rows[0][0].header
    assert not found.rows[1][0].header


def test_old_sideways_merging_nested_tables_and_wrapped_rows_are_read() -> None:
    wrapped = sdt(row(cell(p("包"), table(row(cell(p("里"))))), sdt(cell(p("格")))))
    merged = row(cell(p("左"), properties='<w:hMerge w:val="restart"/>'), cell(p("右"), properties="<w:hMerge/>"))
    found = only(read(table(wrapped, merged) + table()))
    assert isinstance(found, Table)
    assert [len(cells) for cells in found.rows] == [2, 1]
    assert found.rows[1][0].colspan == 2
    assert [plain_text(block) for block in walk((found,)) if isinstance(block, Paragraph)] == [
        "包",
        "里",
        "格",
        "左",
        "右",
    ]


def test_every_table_of_random_spans_is_rectangular() -> None:
    merges = ("", "<w:vMerge/>", '<w:vMerge w:val="restart"/>')

    @settings(max_examples=60, deadline=None)
    @given(
        st.lists(
            st.lists(st.tuples(st.integers(0, 4), st.sampled_from(merges)), min_size=1, max_size=5),
            min_size=1,
            max_size=5,
        )
    )
    def check(rows: list[list[tuple[int, str]]]) -> None:
        body = table(
            *(
                row(*(cell(p("x"), properties=f'<w:gridSpan w:val="{width}"/>{merge}') for width, merge in cells))
                for cells in rows
            )
        )
        found = only(read(body))
        assert isinstance(found, Table)
        taken = [0] * len(found.rows)
        for at, cells in enumerate(found.rows):
            for one in cells:
                for below in range(at, at + one.rowspan):
                    taken[below] += one.colspan
        assert len(set(taken)) == 1

    check()


# ---------------------------------------------------------------------------- pictures, boxes, quotes


def test_pictures_become_figures_in_place() -> None:
    body = (
        p(inside=picture(alt="会场"))
        + p("文字", inside=picture(kind="anchor"))
        + p(inside=picture() + r("图 1 前图后字"))
    )
    document = read(body + p(style="2", inside=r("题") + picture()))
    assert [type(block).__name__ for block in document.blocks] == [
        "Figure",
        "Paragraph",
        "Figure",
        "Figure",
        "Paragraph",
        "Heading",
        "Figure",
    ]
    assert document.blocks[0] == Figure(fingerprint(PNG), alt="会场", span=document.blocks[0].span)
    (asset,) = document.assets
    assert (asset.fingerprint, asset.media_type, asset.data, asset.name) == (
        fingerprint(PNG),
        "image/png",
        PNG,
        "image1.png",
    )


def test_pictures_that_cannot_be_shown_hold_the_issue() -> None:
    relations = [
        ("rL", "image", "https://example.com/x.png"),
        ("rM", "image", "media/none.png"),
        ("rB", "image", "media/bad.png"),
    ]
    body = p(inside=picture("rL", "外链", attribute="link")) + p(inside=picture("rM"))
    chart = '<a:graphic><a:graphicData uri="http://x/chart"/></a:graphic>'
    body += p(inside=picture("r404")) + p(inside=picture("rB"))
    body += p(inside=f"<w:r><w:drawing><wp:inline>{chart}</wp:inline></w:drawing></w:r>")
    document = read(body, relations=relations, parts={"word/media/bad.png": b"?"})
    assert all(isinstance(block, Figure) and not block.picture for block in document.blocks)
    assert [found.code for found in document.notes] == [
        "picture-linked",
        "picture-missing",
        "picture-missing",
        "picture-unreadable",
        "picture-chart",
    ]
    assert all(found.level is Level.ERROR for found in document.notes)
    assert document.assets == ()
    linked = document.blocks[0]
    assert isinstance(linked, Figure)
    assert linked.source == "https://example.com/x.png"


def test_old_drawings_give_pictures_word_art_and_rules() -> None:
    pict = "<w:r><w:pict>{}</w:pict></w:r>"
    body = p(inside=pict.format('<v:shape><v:imagedata r:id="rPng"/></v:shape>')) + p(
        inside=pict.format('<v:rect o:hr="t"/>')
    )
    body += p(inside=pict.format('<v:shape><v:textpath string="期刊"/></v:shape>'))
    picture_block, rule, art = read(body).blocks
    assert isinstance(picture_block, Figure)
    assert isinstance(rule, Divider)
    assert plain_text(art) == "期刊"


def test_a_text_box_is_read_once_after_its_paragraph() -> None:
    body = p("正文", inside=text_box(p("金联故事", "2") + p("两新行动") + table(row(cell(p("格"))))) + r("接着")) + p(
        "下文"
    )
    document = read(body)
    assert shown(document)[0] == "正文接着"
    assert isinstance(document.blocks[1], Box)
    assert [plain_text(block) for block in document.blocks[1].blocks] == ["金联故事", "两新行动", "格"]
    assert len(document.blocks) == 3
    unknown = alternative("<w:odd/>", "<w:t>旧</w:t>")
    assert shown(import_docx(word_file(p(inside=f"<w:r>{unknown}</w:r>")), "x.docx")) == ["旧"]
    deleted = read(p("留", inside=f"<w:del>{text_box(p('删'))}</w:del>"))
    assert note(deleted, "tracked-changes").lost == "删"


def test_quoted_paragraphs_in_a_row_are_one_quote() -> None:
    found = only(read(p("甲", "q") + p("乙", "q")))
    assert isinstance(found, Quote)
    assert len(found.blocks) == 2
