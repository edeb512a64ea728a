"""Tables: merged, headed, aligned, nested, uneven."""

from __future__ import annotations

from tests.corpus.docx.shelf import WORD_STYLES, item
from tests.docx_files import cell, p, r, row, sdt, table, word_file

_SPAN = '<w:gridSpan w:val="{}"/>'
_START = '<w:vMerge w:val="restart"/>'
_ON = "<w:vMerge/>"


@item
def table_plain() -> bytes:
    return word_file(
        p("表 1 会员", "Caption") + table(row(cell(p("名称")), cell(p("数量"))), row(cell(p("银行")), cell(p("12")))),
        WORD_STYLES,
    )


@item
def table_with_header_rows() -> bytes:
    head = "<w:tblHeader/>"
    return word_file(
        table(
            row(cell(p("机构")), cell(p("数量"), properties=_SPAN.format(2)), properties=head),
            row(cell(p()), cell(p("去年")), cell(p("今年")), properties=head),
            row(cell(p("银行")), cell(p("10")), cell(p("12"))),
        ),
        WORD_STYLES,
    )


@item
def table_merged() -> bytes:
    """Across, down, and a block of two by two."""
    return word_file(
        table(
            row(cell(p("全宽"), properties=_SPAN.format(3))),
            row(cell(p("两行"), properties=_START), cell(p("方块"), properties=_SPAN.format(2) + _START)),
            row(cell(p(), properties=_ON), cell(p(), properties=_SPAN.format(2) + _ON)),
            row(cell(p("甲")), cell(p("乙")), cell(p("丙"))),
        ),
        WORD_STYLES,
    )


@item
def table_merged_the_old_way() -> bytes:
    """w:hMerge, and text left in a cell that is merged away."""
    first, on = '<w:hMerge w:val="restart"/>', '<w:hMerge w:val="continue"/>'
    return word_file(
        table(
            row(cell(p("左"), properties=first), cell(p("并入"), properties=on), cell(p("右"))),
            row(cell(p("甲"), properties=_START), cell(p("乙")), cell(p("丙"))),
            row(cell(p("下"), properties=_ON), cell(p("丁")), cell(p("戊"))),
        ),
        WORD_STYLES,
    )


@item
def table_aligned() -> bytes:
    def at(text: str, side: str) -> str:
        return p(text, more=f'<w:jc w:val="{side}"/>')

    return word_file(
        table(
            row(cell(at("名称", "center")), cell(at("金额", "center"))),
            row(cell(at("左", "left")), cell(at("1,200", "right"))),
            row(cell(at("中", "center"), at("不同", "right")), cell(at("两端", "both"))),
        ),
        WORD_STYLES,
    )


@item
def table_nested() -> bytes:
    inner = table(row(cell(p("里一")), cell(p("里二"))))
    return word_file(table(row(cell(p("外"), inner, p("外下")), cell(p("右")))) + p("表后"), WORD_STYLES)


@item
def table_uneven() -> bytes:
    """Rows of different width, a gap before (gridBefore), a gap behind (gridAfter)."""
    return word_file(
        table(
            row(cell(p("一")), cell(p("二")), cell(p("三"))),
            row(cell(p("缩进")), properties='<w:gridBefore w:val="1"/>'),
            row(cell(p("短")), properties='<w:gridAfter w:val="2"/>'),
            row(cell(p("两列"), properties=_SPAN.format(2))),
        ),
        WORD_STYLES,
    )


@item
def table_of_paragraphs_and_breaks() -> bytes:
    return word_file(
        table(
            row(cell(p("第一段"), p("第二段")), cell(p(inside=r("上", inside="<w:br/><w:t>下</w:t>")))),
            row(cell(), cell(p("空格旁"))),
        ),
        WORD_STYLES,
    )


@item
def table_wrapped_in_controls() -> bytes:
    """Rows and cells inside content controls."""
    one = row(cell(p("甲")), sdt(cell(p("乙"))))
    return word_file(table(one, sdt(row(cell(p("丙")), cell(p("丁"))))) + sdt(table(row(cell(p("戊"))))), WORD_STYLES)


@item
def table_around_a_page() -> bytes:
    """Two tables with nothing but an empty paragraph between stay two; tables with text stay apart."""
    return word_file(table(row(cell(p("上表")))) + p() + table(row(cell(p("下表")))) + p("文"), WORD_STYLES)
