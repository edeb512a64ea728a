"""Bytes to characters: which encoding a text file is in, judged by what its characters would be in each.

GB18030, Big5 and UTF-16 decode each other's bytes, mostly to characters that nobody uses. So every encoding
that fits is tried, and the one whose text has the most everyday characters and the fewest rare ones wins.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Final

from publisher.document import Level, Note, Span
from publisher.errors import Unreadable

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LABELS: Final = {
    # Word and WPS label GBK and GB18030 bytes as gb2312: the largest of the family reads all of it.
    **dict.fromkeys(("gb2312", "gb_2312-80", "gbk", "x-gbk", "cp936", "hz", "hz-gb-2312", "gb18030"), "gb18030"),
    **dict.fromkeys(("big5", "big5-hkscs", "x-x-big5", "cp950"), "big5hkscs"),
}
_FAMILY: Final = {"gb18030": -2.0, "big5hkscs": -2.0, "utf-16-le": 0.0, "utf-16-be": 0.0}
"""What a text must score in each, on average, to be one. Any even number of bytes is UTF-16, so that it must
convince where no mark says so.
"""
_SAVE_AS_UTF8: Final = "请用记事本、Word 或 WPS 打开原文件，选择“另存为”，编码选 UTF-8，再重新投放。"
_UNDECODED: Final = re.compile("[\ud800-\udfff]+")
_BROKEN: Final = re.compile("[\ud800-\udfff\ufffd]+")
_SOUND_FOR_BROKEN: Final = 40
"""So many characters outside ASCII must be sound for each broken place; a wrong encoding breaks far more."""
_MOST_BROKEN: Final = 1000
"""One broken place in so many characters: more is no text with a flaw, it is a wrecked file."""
_MOST_PLACES: Final = 5

# By frequency in simplified Chinese, then their traditional forms; marks count as much as words.
_COMMON: Final = (
    "，。、：；“”（）《》！？—…·「」"
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民"
    "得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社"
    "义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并"
    "提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强"
    "放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己"
    "美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群"
    "广石记需段研界拉林律叫且究观越织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往"
    "酸历市克何除消构府称太准精值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局"
    "照参红细引听该铁价严企银融投创协浙杭州监督项贷款股票券贸税预服客户席秘副网址邮箱刊编辑简态讯版免责源息"
    "這個為國時來們於對會發動過說產種後學經進著電現實兩體機當點從業應開還義間樣與關線內數麼質氣變條沒結問無軍並題黨員總設長頭資"
    "邊級圖統較將組見計別論運農幾區強決乾戰則據處隊給門規熱領東導壓爭濟階術極聯認權證採轉單風帶場車務萬達積議聲報鬥類離華確張馬"
    "節話況溫傳許廣記觀織裝眾書復兒須際驗連斷難礦備辦習響約勞團歷構稱號維選標寫親養層卻專狀廠識適屬圓調滿縣參紅細聽該鐵價嚴銀創"
    "協監項貸稅預戶網郵編輯簡態訊責"
)
_COMMON_GAIN: Final = 2.5
_ASCII_GAIN: Final = 0.3
_RARE_LOSS: Final = -3.5
_ODD_LOSS: Final = -8.0
_BROKEN_LOSS: Final = -20.0
_LABEL_GAIN: Final = 12.0
"""What a page says of itself weighs as much as five everyday characters: programs label by habit."""
_DAILY: Final = (
    ("gb2312", (0xA1, 0xA3)),
    ("gb2312", (0xA9, 0xA9)),
    ("gb2312", (0xB0, 0xD7)),
    ("big5", (0xA1, 0xA3)),
    ("big5", (0xA4, 0xC6)),
)
"""The first bytes of symbols, lines of tables and characters of daily use; the standards put the others behind."""


@dataclass(frozen=True, slots=True)
class Characters:
    """A file's text; `notes` tell where its bytes are broken. Each broken place is one U+FFFD in the text."""

    text: str
    notes: tuple[Note, ...] = ()


def read_characters(data: bytes, label: str = "") -> Characters:
    """The characters of a text file: by its BOM, else UTF-8, else what fits best; `label` is what HTML says of itself.

    Raises Unreadable, which tells the editor how to save the file anew, where none of them fits.
    """
    text = _decoded(data, _LABELS.get(label.strip().lower(), ""))
    odd = sum(map(_is_odd, "".join(word for word in text.split() if not word.isprintable())))
    if "\0" in text or odd > 3 + len(text) // 100:
        raise Unreadable(f"binary data: {odd} odd characters of {len(text)}", f"文件内容不是文字。{_SAVE_AS_UTF8}")
    return _noted(text)


def decode(data: bytes, label: str = "") -> str:
    """The text of read_characters(), for what is not the editor's own words."""
    return read_characters(data, label).text


def _decoded(data: bytes, labelled: str) -> str:
    bom, encoding = next((known for known in _BOMS if data.startswith(known[0])), (b"", "utf-8"))
    text = _attempt(data[len(bom) :], encoding)
    return text if (bom or b"\0" not in data) and _is_sound(text) else _guess(data, labelled)


def _guess(data: bytes, labelled: str) -> str:
    """The likeliest text of those that are sound and not unlikely by themselves."""
    best_score, best = 0.0, ""
    for encoding, floor in _FAMILY.items():
        text = _attempt(data, encoding)
        score = _score(text) + _LABEL_GAIN * (encoding == labelled)
        if _is_sound(text) and score > floor * len(text) and (not best or score > best_score):
            best_score, best = score, text
    if not best:
        raise Unreadable("no encoding fits", f"文件的文字编码认不出来。{_SAVE_AS_UTF8}")
    return best


def _attempt(data: bytes, encoding: str) -> str:
    """The text; what does not fit in becomes surrogates, as many as there are bad bytes."""
    if not encoding.startswith("utf-16"):
        return data.decode(encoding, "surrogateescape")
    whole = data[: len(data) // 2 * 2]
    return whole.decode(encoding, "surrogatepass") + ("\udc80" if len(whole) < len(data) else "")


def _is_sound(text: str) -> bool:
    """Whether all was decoded, or nearly all of a text that is long enough to tell."""
    if _is_whole(text):
        return True
    broken = len(_UNDECODED.findall(text))
    sound = sum(not char.isascii() for char in text) if broken else 0
    return broken * _SOUND_FOR_BROKEN <= sound and broken <= 1 + len(text) // _MOST_BROKEN


def _is_whole(text: str) -> bool:
    """Whether all was decoded: UTF-8 has no surrogates, and tells so faster than any search for them."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _score(text: str) -> float:
    weights = _weights()
    return sum(count * _weight(char, weights) for char, count in Counter(text).items())


def _weight(char: str, weights: dict[str, float]) -> float:
    known = weights.get(char)
    if known is not None:
        return known
    if "\ud800" <= char <= "\udfff":
        return _BROKEN_LOSS
    return _ODD_LOSS if _is_odd(char) else _RARE_LOSS


@cache
def _weights() -> dict[str, float]:
    """What a character says for the encoding that gives it; what is not here is rare, and speaks against it."""
    daily = {char: 0.0 for encoding, leads in _DAILY for char in _led_by(encoding, leads)}
    ascii_ = {chr(code): _ASCII_GAIN for code in range(0x20, 0x7F)} | dict.fromkeys("\t\r\n\u3000\u00a0", 0.0)
    return daily | ascii_ | dict.fromkeys(_COMMON, _COMMON_GAIN)


def _led_by(encoding: str, leads: tuple[int, int]) -> Iterator[str]:
    for pair in product(range(leads[0], leads[1] + 1), range(0x40, 0xFF)):
        yield from bytes(pair).decode(encoding, "ignore")[:1]


def _is_odd(char: str) -> bool:
    """Word's symbol fonts leave private characters from U+F000 on, as bullets; the lower ones nobody has."""
    if char.isprintable() or char.isspace():
        return False
    return unicodedata.category(char) in {"Cc", "Cn"} or "\ue000" <= char < "\uf000"


def _noted(text: str) -> Characters:
    """The text with its broken places marked, and a note that names their lines."""
    if "\ufffd" not in text and _is_whole(text):
        return Characters(text)
    places = [place.start() for place in _BROKEN.finditer(text)]
    numbers = sorted({text.count("\n", 0, place) + 1 for place in places[:_MOST_PLACES]})
    lines = "、".join(map(str, numbers)) + ("等" if len(places) > _MOST_PLACES else "")
    remark = (
        f"文件有 {len(places)} 处文字已损坏，认不出来，在第 {lines} 行，正文里用“\ufffd”代替。"
        "可能是没有复制完，或者几种编码混在一起。请对照原稿改正后重新投放。"
    )
    lost = "".join("\ufffd" * len(place) for place in _BROKEN.findall(text))
    note = Note("characters-broken", remark, Level.ERROR, Span(line=numbers[0]), lost)
    return Characters(_BROKEN.sub("\ufffd", text), (note,))
