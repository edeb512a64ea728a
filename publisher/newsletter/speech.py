"""How Chinese newsletters speak: which lines are captions, sources, contacts, headings, and which text is whole."""

from __future__ import annotations

import re
from typing import Final

_NUMERAL: Final = r"[0-9０-９一二三四五六七八九十]{1,3}(?:[-.－—][0-9０-９]{1,3})?"
_CAPTION: Final = re.compile(rf"(?:图表|图片|动图|插图|图|照片|表格|表)\s*{_NUMERAL}\s*(?:[:：]|[.．、]?[ \u3000]+|$)")
_CAPTION_LENGTH: Final = 60
_SOURCE: Final = re.compile(
    r"[（(【\[]?\s*(?P<label>(?:信息|文章|稿件|内容|资料|数据|图片)?(?:来源|来源于|来源自)|摘自|转自|供稿单位|供稿)\s*[:：]"
    r"\s*(?P<name>[^。；]{1,80}?)[。\s]*[）)】\]]?"
)
_BELONGS_TO_TABLE: Final = re.compile(r"[（(]?\s*(?:资料|数据|图片)?来源")
_BYLINE: Final = re.compile(
    r"[（(]?\s*(?:作\s*者|撰\s*稿|撰\s*文|文|记\s*者|通\s*讯\s*员|供\s*稿)\s*[:：/／|]\s*(?P<name>[^。，；：:]{2,30}?)\s*[)）]?"
)
_REPORTER: Final = re.compile(
    r"[□■◎○●◇]?\s*(?:本刊|本报)?(?:记者|通讯员)[ \u3000]+(?P<name>[^\W\d_]{2,4}(?:[ \u3000、]+[^\W\d_]{2,4}){0,3})"
)
_LABELS: Final = {
    "address": r"(?:通讯|联系|编辑部|本刊)?地\s*址|ADDRESS",
    "email": r"(?:电子|投稿|联系)?邮\s*箱|电子邮件|投稿(?:邮箱|信箱)?|E-?MAIL",
    "phone": r"(?:联系|咨询|编辑部)?电\s*话|联系方式|热\s*线|TEL",
    "editor": r"编\s*辑(?:部|单位)?|主办(?:单位|方)?|编印(?:单位)?|编写(?:单位)?|编制(?:单位)?|主\s*编",
    "other": r"责任编辑|执行主编|执行编辑|总\s*编|校\s*对|排\s*版|承办(?:单位)?|协办(?:单位)?|指导单位|传\s*真"
    r"|邮\s*编|邮政编码|网\s*址|网\s*站|联系人|(?:准印证|刊)号|印\s*数|发送|微信公众号|公众号|出版(?:日期|时间)?|日\s*期|时\s*间|签\s*发|审\s*核|报\s*送|抄\s*[送报]|[报送发]|分\s*送",
}
_LABEL: Final = re.compile(
    r"(?:^|(?<=[\s|｜；;，,/／]))(?:"
    + "|".join(f"(?P<{name}>{words})" for name, words in _LABELS.items())
    + r")\s*[:：]",
    re.IGNORECASE,
)
_PRINTED: Final = re.compile(r"[（(]?\s*共?印(?:发|数|刷)?\s*[:：]?\s*[0-9０-９]{1,6}\s*[份册本]\s*[）)]?")
_CLOSING: Final = "”’\"'」』】〉》）)〕］]"
_ENDS: Final = "。！？；…：.!?;:"
_BOX: Final = re.compile(r"[-—–─━=＝_*＊~～]{2,}\s*[【\[〖](?P<title>[^】\]〗]{1,40})[】\]〗]\s*[-—–─━=＝_*＊~～]{2,}")
_RULE_LENGTH: Final = 400
_RULE: Final = re.compile(r"(?:[-—–─━=＝_*＊~～]\s*){3,}")
_APART: Final = re.compile(r"[-—–─━=＝_*＊~～（(【\[\s图表动插照信文稿内资数来摘转供]")
_COPYRIGHT: Final = re.compile(
    r"[【（(]?\s*(?:版权|免责|(?:特别|郑重|重要|本刊)?声明)[^，。；：:]{0,12}[】）)]?\s*[:：】]"
)
_COPYRIGHT_NAME: Final = re.compile(r"[【（(]?\s*(?:版权|免责)[^，。；：:]{0,8}(?:声明|说明|提示|须知)[】）)]?")
_PAIRS: Final = ("（）", "《》", "“”", "「」", "『』", "()")


def may_stand_apart(text: str) -> bool:
    """Whether a line begins as a box's title, a rule, a caption or a source does; few lines do."""
    return bool(_APART.match(text))


def is_caption(text: str) -> bool:
    """Whether a line is «图表 1: …», «图 1 …», «表 2：…», rather than a sentence on a figure."""
    match = _CAPTION.match(text)
    if not match or len(text) > _CAPTION_LENGTH or "。" in text:
        return False
    return "：" in match[0] or ":" in match[0] or not any(mark in text for mark in "，；")


def is_table_caption(text: str) -> bool:
    """Whether a caption names a table and nothing else."""
    return is_caption(text) and text.startswith("表")


def is_source(text: str) -> bool:
    """Whether a line says where an article or a table comes from."""
    return bool(_SOURCE.fullmatch(text))


def is_table_source(text: str) -> bool:
    """Whether a source line may belong to the table or picture above it, rather than to the article."""
    return is_source(text) and bool(_BELONGS_TO_TABLE.match(text))


def source_name(text: str) -> str:
    """The name in a source line."""
    match = _SOURCE.fullmatch(text)
    return match["name"].strip() if match else ""


def byline_name(text: str) -> str:
    """The author in «作者：…», «文/…», «□ 通讯员 …», or ""."""
    match = _BYLINE.fullmatch(text) or _REPORTER.fullmatch(text)
    return match["name"].strip() if match else ""


def is_field(text: str) -> bool:
    """Whether a line is one of a head or imprint: 地址：, 电话：, 主办：, 抄送：, （共印 120 份）."""
    return bool(_PRINTED.fullmatch(text)) or (len(text) <= _CAPTION_LENGTH * 2 and bool(_LABEL.match(text)))


def fields(text: str) -> list[tuple[str, str]]:
    """The labelled values of one line: ("address" | "email" | "phone" | "editor" | "other", value)."""
    found = list(_LABEL.finditer(text))
    ends = [*(match.start() for match in found[1:]), *([len(text)] if found else [])]
    return [
        (str(match.lastgroup), text[match.end() : end].strip(" \t\u3000|｜；;，,/／"))
        for match, end in zip(found, ends, strict=True)
    ]


def before_fields(text: str) -> str:
    """What stands in a line before its first label: 第 18 期　主编：…, "" where it has none."""
    first = _LABEL.search(text)
    return text[: first.start()].strip(" \t\u3000|｜；;，,/／") if first else ""


def is_whole(text: str) -> bool:
    """Whether a text ends as a sentence does, closing quotes and brackets apart."""
    bare = text.rstrip(_CLOSING + " \u3000")
    return bool(bare) and bare[-1] in _ENDS


def unclosed(text: str) -> str:
    """The closing brackets and quotation marks that a text still owes."""
    return "".join(pair[1] for pair in _PAIRS if text.count(pair[0]) > text.count(pair[1]))


def box_title(text: str) -> str:
    """The title in «-----【…】-----», or ""."""
    match = _BOX.fullmatch(text)
    return match["title"].strip() if match else ""


def is_rule(text: str) -> bool:
    """Whether a line is drawn with dashes."""
    return len(text) <= _RULE_LENGTH and bool(_RULE.fullmatch(text))


def opens_copyright(text: str) -> bool:
    """Whether a line begins the closing notice: «版权及免责声明：», alone or with its text."""
    match = _COPYRIGHT.match(text)
    return bool(match) or bool(_COPYRIGHT_NAME.fullmatch(text))


def names_notice(title: str) -> bool:
    """Whether a title is that of the closing notice and of nothing else: 声明, 版权声明, 免责声明."""
    return title.strip() == "声明" or bool(_COPYRIGHT_NAME.fullmatch(title))
