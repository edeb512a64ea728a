"""Documents that read like documents: an invented association's issue, in any notation, and what it must come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from publisher.document import (
    Align,
    Block,
    Document,
    Flow,
    Heading,
    Mark,
    Masthead,
    Newsletter,
    Paragraph,
    Span,
    Text,
    plain_text,
)
from publisher.newsletter import recover

# ---------------------------------------------------------------------------- the invented issue


@dataclass(frozen=True)
class Story:
    """One article as its author meant it."""

    title: str
    paragraphs: tuple[str, ...]
    source: str = ""


@dataclass(frozen=True)
class Edition:
    """One issue as its editors meant it."""

    sections: tuple[tuple[str, tuple[Story, ...]], ...]
    name: str = "临江茶业简讯"
    numbers: str = "2025 第〔3〕期（总第 41 期）"
    date: str = "2025 年 3 月 28 日"
    editor: str = "临江市茶业协会秘书处编"
    contacts: tuple[str, ...] = (
        "地址：临江市清水街道 12 号茶业大厦 B308",
        "邮箱：desk@linjiang-tea.example",
        "电话：0123-4567890",
    )
    copyright: tuple[str, ...] = (
        "版权及免责声明：",
        "本刊内容除原创外仅供会员交流，转载文章版权归原作者所有，如有侵权请联系秘书处处理。",
    )

    @property
    def stories(self) -> tuple[Story, ...]:
        return tuple(story for _, stories in self.sections for story in stories)


TITLES = (
    "临江茶协举办春茶机采与品质管理培训班",
    "清源茶场：首批“白毫早”春茶开采上市",
    "云岭集团“茶旅融合”示范园一期工程顺利完工",
    "青禾银行推出春茶收购专项贷款",
    "南坡合作社获评 2024 年度省级示范社",
    "龙潭镇联手农科院组建茶树良种繁育联盟，携手共建种质资源库",
    "协会赴邻省考察“数字茶园”建设",
    "新芽科技发布 AI+茶园巡检系统",
    "三月茶叶市场行情分析",
    "农业部门召开春季茶园病虫害绿色防控工作座谈会",
    "五部门联合印发《关于支持茶产业高质量发展 促进茶农持续增收的若干意见》",
    "全国茶叶标准化技术委员会年会在我市召开",
)
SECTION_NAMES = ("协会动态", "会员风采", "产业观察", "政策速递")
SENTENCES = (
    "三月上旬，临江市茶业协会在清水镇举办春茶机采与品质管理培训班，来自全市六十余家会员单位的技术骨干参加了培训。",
    "培训邀请农科院专家讲解鲜叶分级、摊青控温和机采园改造等内容，并组织学员到示范园现场观摩。",
    "项目总投资 3600 万元，占地 120 亩，建成后预计每年可接待游客 8 万人次，带动周边 300 余户茶农增收。",
    "截至 3 月 20 日，全市春茶开采面积达 18.6 万亩，名优茶产量同比增长 7.5%，均价每公斤上涨 12 元。",
    "会议强调，要坚持“统防统治”与绿色防控相结合，推广色板诱杀、以螨治螨等技术，减少化学农药使用量。",
    "该系统依托无人机与 AI 识别算法，可对茶园长势、虫情和土壤墒情进行巡检，识别准确率超过 95%。",
    "下一步，协会将继续发挥桥梁纽带作用，组织会员单位开展技术交流、品牌推介和产销对接。",
    "文件提出（以下简称“意见”），到 2027 年，全省茶产业综合产值力争达到 800 亿元，培育一批区域公用品牌。",
    "合作社负责人表示，将把示范社建设与助农增收结合起来，让更多茶农分享产业链增值收益。",
    "联盟由龙潭镇牵头，联合三家科研院所和十二家企业共同发起，首批收集地方群体种资源 240 份。",
)
_PLACES = ("清水镇", "清源", "云岭", "青禾", "南坡", "龙潭", "邻省", "新芽", "三月", "春季", "五部门", "我市")


def make_edition(counts: Sequence[int] = (1, 4, 1, 2), sentences: int = 2) -> Edition:
    """An issue with so many articles in each of its sections."""
    titles = iter(TITLES)
    sections, number = [], 0
    for name, count in zip(SECTION_NAMES, counts, strict=False):
        stories = []
        for _, title in zip(range(count), titles, strict=False):
            stories.append(Story(title, _paragraphs(number, sentences), "茶业日报" if number % 3 == 2 else ""))
            number += 1
        sections.append((name, tuple(stories)))
    return Edition(tuple(sections))


def _paragraphs(number: int, sentences: int) -> tuple[str, ...]:
    chosen = [SENTENCES[(number * 3 + step) % len(SENTENCES)] for step in range(sentences * 2)]
    whole = ["".join(chosen[place : place + sentences]) for place in range(0, len(chosen), sentences)]
    return tuple(f"在{_PLACES[number]}，{paragraph}" for paragraph in whole)


# ---------------------------------------------------------------------------- how an office writes it


@dataclass(frozen=True)
class Notation:
    """The habits of one office."""

    section: str = "◆ {}"
    number: str = "{}. {}"
    end: str = "。"
    leaders: str = ""
    listed: bool = True
    heading: str = ""
    repeated_sections: bool = False
    title_pieces: int = 1
    cut: bool = False
    noise: tuple[str, ...] = ()
    blank_lines: bool = True
    indent: str = ""
    newline: str = "\n"
    quotes: str = ""
    extra: dict[str, str] = field(default_factory=dict)


def write_edition(edition: Edition, notation: Notation | None = None) -> str:
    """The issue as a text file."""
    way = notation or Notation()
    lines = [edition.name, edition.numbers, edition.editor, edition.date]
    lines += [*_contents(edition, way), *edition.contacts] if way.listed else list(edition.contacts)
    page = 1
    for section, stories in edition.sections:
        lines += [way.section.format(section)] if way.repeated_sections else []
        for story in stories:
            lines += broken(_reworded(story.title, way), way.title_pieces)
            for paragraph in story.paragraphs:
                lines += _printed(paragraph, way, page)
                page += 1
            lines += [f"信息来源：{story.source}"] if story.source else []
    lines += edition.copyright
    between = way.newline * (2 if way.blank_lines else 1)
    return between.join(way.indent + line for line in lines) + way.newline


def _contents(edition: Edition, way: Notation) -> list[str]:
    lines = [way.heading] if way.heading else []
    page = 1
    for section, stories in edition.sections:
        lines.append(way.section.format(section))
        for number, story in enumerate(stories, start=1):
            entry = way.number.format(_in_style(number, way), story.title)
            lines.append(f"{entry}{way.end}{way.leaders}{page if way.leaders else ''}")
            page += 2
    return lines


def _in_style(number: int, way: Notation) -> str:
    wide = str(number).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    return wide if way.extra.get("digits") == "wide" else str(number)


def _reworded(title: str, way: Notation) -> str:
    marks = {"corner": ("“”", "「」"), "half": ("：，（）", ":,()")}
    return title.translate(str.maketrans(*marks[way.quotes])) if way.quotes else title


def broken(title: str, pieces: int) -> list[str]:
    """A title over so many lines, about equally long."""
    size = -(-len(title) // pieces)
    return [piece for start in range(0, len(title), size) if (piece := title[start : start + size].strip())]


def _printed(paragraph: str, way: Notation, page: int) -> list[str]:
    """A paragraph, cut by a page's end if the notation says so, with what the page prints there."""
    place = _cut_place(paragraph)
    if not way.cut or not place:
        return [paragraph]
    noise = [line.format(page=page) for line in way.noise]
    return [paragraph[:place], *noise, paragraph[place:]]


def _cut_place(paragraph: str) -> int:
    """A place in the second line of the page where no sentence ends and no number is cut."""
    for place in range(28, len(paragraph) - 8):
        around = paragraph[place - 2 : place + 1]
        if all("\u4e00" <= char <= "\u9fff" for char in around) and paragraph[place - 1] != paragraph[place]:
            return place
    return 0


# ---------------------------------------------------------------------------- as importers give it


def lines_document(text: str) -> Document:
    """The document that a text importer makes of text."""
    blocks: list[Block] = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        clean = line.replace("\u200b", "").lstrip(" \u3000\u00a0").rstrip()
        if clean.strip():
            blocks.append(Paragraph((Text(clean),), span=Span(line=number)))
    return Document(tuple(blocks), Flow.LINES)


def paragraphs_document(blocks: Iterable[Block | str]) -> Document:
    """The document that an importer of a word processor's file makes; text stands for a plain paragraph."""
    return Document(tuple(Paragraph((Text(block),)) if isinstance(block, str) else block for block in blocks))


def styled_blocks(edition: Edition, style: str, *, listed: bool) -> list[Block | str]:
    """The issue as a word processor has it: titles as "heading", as "bold" and centred text, or as "plain" text."""
    blocks: list[Block | str] = [edition.name, edition.numbers, edition.editor, edition.date]
    if listed:
        blocks += _contents(edition, Notation())
    blocks += edition.contacts
    for section, stories in edition.sections:
        if not listed:
            blocks.append(_styled(section, style, 1))
        for story in stories:
            blocks += [_styled(story.title, style, 2), *story.paragraphs]
            blocks += [f"信息来源：{story.source}"] if story.source else []
    return [*blocks, *edition.copyright]


def _styled(text: str, style: str, level: int) -> Block | str:
    match style:
        case "heading":
            return Heading(level, (Text(text),))
        case "bold":
            return Paragraph((Text(text, frozenset({Mark.BOLD})),), Align.CENTER)
        case _:
            return text


# ---------------------------------------------------------------------------- what must hold


def recover_text(text: str) -> Newsletter:
    """The newsletter in a text, after a look at conservation."""
    document = lines_document(text)
    newsletter = recover(document)
    assert_conserved(document, newsletter)
    return newsletter


def recover_blocks(blocks: Iterable[Block | str]) -> Newsletter:
    """The newsletter in blocks, after a look at conservation."""
    document = paragraphs_document(blocks)
    newsletter = recover(document)
    assert_conserved(document, newsletter)
    return newsletter


def titles_of(newsletter: Newsletter) -> list[tuple[str, list[str]]]:
    """The sections with the titles of their articles."""
    return [(section.name, [article.title for article in section.articles]) for section in newsletter.sections]


def meant_titles(edition: Edition) -> list[tuple[str, list[str]]]:
    """What `titles_of` must say of an edition."""
    return [(name, [story.title for story in stories]) for name, stories in edition.sections]


def codes_of(newsletter: Newsletter) -> set[str]:
    """The codes of all notes."""
    return {note.code for note in newsletter.notes}


def assert_conserved(document: Document, newsletter: Newsletter) -> None:
    """Letters, digits and Han of the document are those of the newsletter and of what its notes call lost."""
    given = _counted(plain_text(block) for block in document.blocks)
    said = (document.metadata.author, document.properties.author)
    _assert_equal(given, _letters_of(newsletter, [note.lost for note in document.notes], said))


def assert_nothing_vanished(text: str, newsletter: Newsletter) -> None:
    """Letters, digits and Han of a manuscript are those of the newsletter and of what any note calls lost."""
    _assert_equal(_counted([text]), _letters_of(newsletter, [], ()))


def _assert_equal(given: Counter[str], found: Counter[str]) -> None:
    assert given - found == Counter(), f"characters vanished without a note: {given - found}"
    assert found - given == Counter(), f"characters came from nowhere: {found - given}"


def _letters_of(newsletter: Newsletter, told_before: Sequence[str], authors: Sequence[str]) -> Counter[str]:
    """What the newsletter shows and its notes call lost, what was lost or said before it apart."""
    made = {note.code for note in newsletter.notes} & {"title-made"}
    told = Counter(note.lost for note in newsletter.notes) - Counter(told_before)
    shown: list[str] = [newsletter.copyright, *told.elements(), *_head_texts(newsletter.masthead)]
    for section in newsletter.sections:
        shown.append(section.name)
        for article in section.articles:
            shown += [] if made else [article.title]
            shown += ["" if article.author in authors else article.author, article.source]
            shown += [plain_text(block) for block in article.blocks]
    return _counted(shown)


def _head_texts(head: Masthead | None) -> list[str]:
    return [head.name, head.editor, head.address, head.email, head.phone] if head else []


def _counted(texts: Iterable[Any]) -> Counter[str]:
    return Counter(char for text in texts for char in text if char.isalnum())
