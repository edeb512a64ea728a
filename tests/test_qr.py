"""The account's code at the end of an issue: read back, and on its way through the platform."""

from __future__ import annotations

from io import BytesIO

import pytest
import segno
from PIL import Image

from publisher.document import Article, Asset, Masthead, Newsletter, Paragraph, Section, Text, fingerprint
from publisher.issue import Status
from publisher.rendering import render, shipped_themes
from publisher.rendering.qr import LEAST, QUIET, qr_code
from publisher.rendering.theme import parse_theme
from tests.world import APPID, World, issue_text

SHORT = "http://weixin.qq.com/r/spring-2026"
LONG = "http://weixin.qq.com/r/" + "Ab0-" * 44


def modules_of(code: Asset) -> list[list[bool]]:
    """The squares of a code as a phone sees them, True where dark, without the quiet zone."""
    with Image.open(BytesIO(code.data)) as image:
        grey = image.convert("L")
    left, top, right, bottom = grey.point(lambda value: 255 - value).getbbox() or (0, 0, 0, 0)
    # The upper edge of the code begins with a finder: seven dark squares.
    scale = next(x for x in range(right) if grey.getpixel((left + x, top)) == 255) // 7
    size = (right - left) // scale
    assert size * scale == bottom - top
    half = scale // 2
    return [
        [grey.getpixel((left + x * scale + half, top + y * scale + half)) == 0 for x in range(size)]
        for y in range(size)
    ]


def read_code(dark: list[list[bool]]) -> str:
    """The text of a code of version 2 or 3 and error level M, by the steps of the standard; errors are not mended."""
    size = len(dark)
    assert size in {25, 29}
    format_bits = [dark[8][column] for column in (0, 1, 2, 3, 4, 5, 7, 8)]
    plain = [bit ^ (mask == "1") for bit, mask in zip(format_bits, "10101000", strict=True)]
    assert (plain[0], plain[1]) == (False, False)  # error level M
    mask = plain[2] * 4 + plain[3] * 2 + plain[4]
    bits = [dark[y][x] ^ MASKS[mask](y, x) for y, x in way(size)]
    assert bits[:4] == [False, True, False, False]  # bytes
    values = [sum(bit << 7 - place for place, bit in enumerate(bits[at : at + 8])) for at in range(4, len(bits) - 7, 8)]
    return bytes(values[1 : 1 + values[0]]).decode()


MASKS = (
    lambda y, x: (y + x) % 2 == 0,
    lambda y, x: y % 2 == 0,
    lambda y, x: x % 3 == 0,
    lambda y, x: (y + x) % 3 == 0,
    lambda y, x: (y // 2 + x // 3) % 2 == 0,
    lambda y, x: y * x % 2 + y * x % 3 == 0,
    lambda y, x: (y * x % 2 + y * x % 3) % 2 == 0,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2 == 0,
)


def way(size: int) -> list[tuple[int, int]]:
    """The places of the data: pairs of columns from the right, up and down by turns, around the patterns."""
    pairs = [right for right in range(size - 1, 0, -2) if right > 6] + [5, 3, 1]
    rows = [range(size - 1, -1, -1), range(size)]
    walked = [(y, x) for turn, right in enumerate(pairs) for y in rows[turn % 2] for x in (right, right - 1)]
    return [place for place in walked if not is_pattern(size, *place)]


def is_pattern(size: int, y: int, x: int) -> bool:
    finder = (y < 9 and (x < 9 or x >= size - 8)) or (y >= size - 8 and x < 9)
    return finder or 6 in {y, x} or (abs(y - (size - 7)) <= 2 and abs(x - (size - 7)) <= 2)


# ---------------------------------------------------------------------------- the picture


def test_a_code_reads_back_as_its_address() -> None:
    assert read_code(modules_of(qr_code(SHORT))) == SHORT


@pytest.mark.parametrize("address", [SHORT, LONG])
def test_a_code_is_of_level_m_and_every_square_is_where_it_belongs(address: str) -> None:
    meant = segno.make_qr(address, error="m", boost_error=False)
    assert meant.error == "M"
    assert modules_of(qr_code(address)) == [[bool(square) for square in row] for row in meant.matrix]


@pytest.mark.parametrize("address", [SHORT, LONG])
def test_a_code_is_large_and_stands_in_a_white_quiet_zone(address: str) -> None:
    code = qr_code(address)
    with Image.open(BytesIO(code.data)) as image:
        assert (image.format, image.size) == ("PNG", (code.width, code.height))
        assert {value for _count, value in image.convert("RGB").getcolors() or []} == {(0, 0, 0), (255, 255, 255)}
        left, top, right, bottom = image.convert("L").point(lambda value: 255 - value).getbbox() or (0, 0, 0, 0)
    assert code.width == code.height >= LEAST >= 360
    quiet = QUIET * (right - left) // len(modules_of(code))
    assert (left, top, code.width - right, code.height - bottom) == (quiet,) * 4


def test_a_code_is_known_by_its_bytes() -> None:
    code = qr_code(SHORT)
    assert code.fingerprint == fingerprint(code.data)
    assert code.fingerprint != qr_code(LONG).fingerprint
    assert code.media_type == "image/png"


# ---------------------------------------------------------------------------- at the end of an issue


def newsletter(name: str = "春天通讯") -> Newsletter:
    text = "全体会员冒雨种下五百棵香樟树，活动圆满结束。"
    sections = tuple(
        Section(section, (Article(title, (Paragraph((Text(text),)),)),))
        for section, title in (("动态", "植树"), ("观察", "园林"))
    )
    return Newsletter(Masthead(name=name) if name else None, sections, copyright="内部资料，注意保存。")


def contents(given: Newsletter, qr: str, address: str = "https://mmbiz.qpic.cn/qr") -> list[str]:
    theme = parse_theme("official", shipped_themes()["official"])
    rendering = render(given, theme, {qr: address}, layout="sections", qr=qr)
    return [piece.content for piece in rendering.pieces]


def test_the_last_piece_ends_with_the_code_and_an_invitation() -> None:
    first, last = contents(newsletter(), "f" * 64)
    assert "二维码" not in first
    assert last.count("https://mmbiz.qpic.cn/qr") == 1
    assert (
        last.index("内部资料") < last.index("https://mmbiz.qpic.cn/qr") < last.index("长按识别二维码，关注「春天通讯」")
    )


def test_a_newsletter_without_a_name_says_us() -> None:
    assert "长按识别二维码，关注我们" in contents(newsletter(""), "f" * 64)[-1]


def test_without_a_code_there_is_no_invitation() -> None:
    assert all("二维码" not in content for content in contents(newsletter(), ""))


def test_the_code_goes_out_with_every_issue_and_is_uploaded_once(world: World) -> None:
    publisher = world.open(qr=SHORT, finish="draft")
    world.drop("spring.txt", issue_text(18))
    world.drop("summer.txt", issue_text(19))
    world.work(publisher)
    world.finish(publisher)
    assert {issue.status for issue in publisher.issues()} == {Status.DRAFTED}
    assert world.calls("/cgi-bin/media/uploadimg") == 1
    drafts = world.platform.account(APPID).drafts.values()
    ends = [draft.articles[-1].content for draft in drafts]
    assert len(ends) == 2
    (data,) = [picture.data for picture in world.platform.pictures.values() if picture.format == "png"]
    (identity,) = [name for name, picture in world.platform.pictures.items() if picture.format == "png"]
    assert read_code(modules_of(Asset("", "image/png", data))) == SHORT
    assert all(f"/{identity}/" in end and "长按识别二维码，关注「春天通讯」" in end for end in ends)


def test_the_address_of_the_day_counts_when_the_draft_is_made(world: World) -> None:
    publisher = world.open(finish="draft", slots=["30 17 * * *"])
    world.drop("spring.txt", issue_text())
    world.fault("/cgi-bin/draft/add", "errcode", 45009)
    world.work(publisher)
    publisher = world.open(finish="draft", slots=["30 17 * * *"], qr=SHORT)
    world.wake(publisher, hours=30)
    world.finish(publisher)
    (draft,) = world.platform.account(APPID).drafts.values()
    assert "长按识别二维码" in draft.articles[-1].content
