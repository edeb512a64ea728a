"""Pictures: with captions, floating, old, vector, cropped, linked; and text boxes, which are drawings, too."""

from __future__ import annotations

import io
import struct

from PIL import Image

from tests.corpus.docx.shelf import WORD_STYLES, item
from tests.docx_files import alternative, field, p, picture, r, sdt, table, text_box, word_file
from tests.docx_files import cell as tc
from tests.docx_files import row as tr

WMF = (
    b"\xd7\xcd\xc6\x9a"
    + struct.pack("<HhhhhHIH", 0, 0, 0, 10, 10, 96, 0, 0)
    + struct.pack("<HHHIHIH", 1, 9, 0x300, 12, 0, 3, 0)
)
WMF += struct.pack("<IH", 3, 0)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><rect width="4" height="4"/></svg>'
PICT = "<w:r><w:pict>{}</w:pict></w:r>"
INLINE = (
    "<w:r><w:drawing><wp:inline><a:graphic><a:graphicData{}>{}</a:graphicData></a:graphic>"
    "</wp:inline></w:drawing></w:r>"
)


def halves(kind: str = "PNG") -> bytes:
    """A picture with a red left half and a blue right half."""
    image = Image.new("RGB", (80, 40), "#c00000")
    image.paste("#0000c0", (40, 0, 80, 40))
    stream = io.BytesIO()
    image.save(stream, kind)
    return stream.getvalue()


def blip(inside: str, around: str = "") -> str:
    """A run with a picture whose a:blip is as given."""
    return INLINE.format("", f"<pic:pic><pic:blipFill>{inside}{around}</pic:blipFill></pic:pic>")


@item
def picture_captions() -> bytes:
    """Below and above; typed, with a SEQ field, and 图表 in a style for captions."""
    seq = field(" SEQ 图 \\* ARABIC ", r("2"))
    body = p(inside=picture(alt="会场")) + p("图 1：会场全景", "Caption")
    body += p(inside=picture(alt="签约")) + p("图 ", "Caption", inside=seq + r(" 签约仪式"))
    body += p("图表 3 会员数量", "Caption") + p(inside=picture(alt="数量")) + p("资料来源：东湖数字金融协会")
    return word_file(body, WORD_STYLES)


@item
def picture_in_a_line() -> bytes:
    """Before, between and behind text of one paragraph."""
    body = p(inside=picture(alt="左") + r("图在前")) + p("文字", inside=picture(alt="中") + r("再文字"))
    return word_file(body + p("图在后", inside=picture(alt="右")), WORD_STYLES)


@item
def picture_floating() -> bytes:
    return word_file(p("环绕文字。", inside=picture(kind="anchor", alt="浮动")) + p("下一段。"), WORD_STYLES)


@item
def picture_twice() -> bytes:
    """The same part twice is one asset."""
    return word_file(p(inside=picture(alt="一")) + p("文") + p(inside=picture(alt="二")), WORD_STYLES)


@item
def picture_old() -> bytes:
    """VML: in w:pict, and as the picture of an embedded object."""
    shape = '<v:shape style="width:10pt;height:10pt"><v:imagedata r:id="rPng"/></v:shape>'
    ole = '<w:r><w:object>{}<o:OLEObject Type="Embed" ProgID="Excel.Sheet.12" r:id="rOle"/></w:object></w:r>'
    return word_file(p("甲", inside=PICT.format(shape)) + p("乙", inside=ole.format(shape)), WORD_STYLES)


@item
def picture_word_art_and_rule() -> bytes:
    body = p(inside=PICT.format('<v:shape><v:textpath string="金融通讯"/></v:shape>'))
    return word_file(
        body + p(inside=PICT.format('<v:rect style="width:0;height:1.5pt" o:hr="t"/>')) + p("正文"), WORD_STYLES
    )


@item
def picture_emf_and_wmf() -> bytes:
    """Kept as they are: the pictures' edge converts them."""
    body = p(inside=picture("rEmf", "增强图元")) + p("图 1 走势") + p(inside=picture("rWmf", "图元"))
    return word_file(
        body, WORD_STYLES, parts={"word/media/image3.wmf": WMF}, relations=[("rWmf", "image", "media/image3.wmf")]
    )


@item
def picture_emf_with_pixels_beside_it() -> bytes:
    """A file that holds both forms shows the one that everybody can."""
    choice = picture("rEmf", "矢量").removeprefix("<w:r>").removesuffix("</w:r>")
    fallback = '<w:pict><v:shape><v:imagedata r:id="rPng"/></v:shape></w:pict>'
    return word_file(p("图", inside=f"<w:r>{alternative(choice, fallback)}</w:r>"), WORD_STYLES)


@item
def picture_svg() -> bytes:
    """With the PNG that Word puts beside it, and alone."""
    space = "http://schemas.microsoft.com/office/drawing/2016/SVG/main"
    link = f'<asvg:svgBlip xmlns:asvg="{space}" r:embed="rSvg"/>'
    svg = f'<a:extLst><a:ext uri="{{96DAC541-7B7A-43D3-8B79-37D633B846F1}}">{link}</a:ext></a:extLst>'
    body = p(inside=blip(f'<a:blip r:embed="rPng">{svg}</a:blip>')) + p(inside=blip(f"<a:blip>{svg}</a:blip>"))
    return word_file(
        body, WORD_STYLES, parts={"word/media/image4.svg": SVG}, relations=[("rSvg", "image", "media/image4.svg")]
    )


@item
def picture_cropped() -> bytes:
    """Only what Word shows goes out: the left half; the right half by VML; a vector cannot be cut."""
    body = p(inside=blip('<a:blip r:embed="rHalves"/>', '<a:srcRect r="50000"/>'))
    body += p(inside=PICT.format('<v:shape><v:imagedata r:id="rHalves" cropleft="32768f"/></v:shape>'))
    body += p(inside=blip('<a:blip r:embed="rEmf"/>', '<a:srcRect t="10000"/>'))
    body += p(inside=blip('<a:blip r:embed="rHalves"/>', '<a:srcRect l="-5000" t="200"/>'))
    return word_file(
        body,
        WORD_STYLES,
        parts={"word/media/halves.png": halves()},
        relations=[("rHalves", "image", "media/halves.png")],
    )


@item
def picture_linked() -> bytes:
    """Outside the file: on the web, on a disk, above the file. Nothing is fetched."""
    relations = [
        ("rWeb", "image", "https://example.com/a.png"),
        ("rDisk", "image", "file:///C:/图片/a.png"),
        ("rUp", "image", "../../../etc/passwd"),
    ]
    body = p(inside=picture("rWeb", "网上", attribute="link")) + p(inside=picture("rDisk", "本机", attribute="link"))
    return word_file(body + p(inside=picture("rUp", "上级")), WORD_STYLES, relations=relations)


@item
def picture_missing() -> bytes:
    relations = [("rGone", "image", "media/gone.png"), ("rBad", "image", "media/bad.png")]
    body = (
        p(inside=picture("rGone", "没有")) + p(inside=picture("rBad", "坏的")) + p(inside=picture("rNone", "没有关系"))
    )
    return word_file(body + p("文"), WORD_STYLES, parts={"word/media/bad.png": b"not a picture"}, relations=relations)


@item
def picture_chart() -> bytes:
    chart = ' uri="http://schemas.openxmlformats.org/drawingml/2006/chart"'
    art = ' uri="http://schemas.openxmlformats.org/drawingml/2006/diagram"'
    return word_file(p("图 1 走势", inside=INLINE.format(chart, "")) + p(inside=INLINE.format(art, "")), WORD_STYLES)


@item
def box_once() -> bytes:
    """A text box is in the file twice; it is read once, after its paragraph, whose text goes on."""
    inside = text_box(p("会员故事", "Heading2") + p("东湖银行的两项行动。"))
    return word_file(p("正文在前", inside=inside + r("，接着正文。")) + p("下一段。"), WORD_STYLES)


@item
def box_with_all_in_it() -> bytes:
    content = p("一", numbered=(9, 0)) + p(inside=picture(alt="框内图")) + table(tr(tc(p("格")), tc(p("子"))))
    return word_file(p(inside=text_box(content)) + p("文"), WORD_STYLES)


@item
def box_old() -> bytes:
    """A text box of Word 2003, and one in a group of shapes with a picture."""
    box = "<v:textbox><w:txbxContent>{}</w:txbxContent></v:textbox>"
    old = PICT.format(f'<v:shape style="width:90pt;height:30pt">{box.format(p("旧文本框"))}</v:shape>')
    shapes = f'<v:shape><v:imagedata r:id="rPng"/></v:shape><v:shape>{box.format(p("组合里的文字"))}</v:shape>'
    return word_file(p("甲", inside=old) + p("乙", inside=PICT.format(f"<v:group>{shapes}</v:group>")), WORD_STYLES)


@item
def box_in_a_cell_and_a_control() -> bytes:
    body = table(tr(tc(p("格", inside=text_box(p("格里的框"))))))
    return word_file(body + sdt(p("控件", inside=text_box(p("控件里的框")))), WORD_STYLES)
