"""The long Markdown article that `make bench` converts: invented, the same at every call, with its pictures.

As long, and as mixed, as the article on which other tools were measured before: about 17,000 characters, of which
14,199 are Chinese (Han characters and full-width signs).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Final

NAME: Final = "article.md"
CHINESE: Final = 14_199
_CHINESE: Final = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff01-\uff65“”]")

_CHAPTERS: Final = ("缘起与目标", "调研与选址", "设计与施工", "运营与服务", "财务与采购", "志愿者队伍", "问题与改进")
_TOPICS: Final = ("从一次走访说起", "数字背后的变化", "三条可以照做的经验")
_WHO: Final = (
    "青禾社区图书协会", "云杉读书会", "松涛志愿服务队", "河湾街道书屋", "白鹭少年阅览室", "南坡流动书车",
    "石桥老年读报组",
)  # fmt: skip
_WHEN: Final = ("去年入冬以后", "今年开春以来", "试运行的头三个月里", "每逢周末", "暑期开放的那几周", "雨季来临之前")
_DID: Final = (
    "把借阅台搬到了靠窗的位置", "逐户登记了居民的阅读需要", "重新核对了全部馆藏目录", "同物业商定了夜间开放的办法",
    "给每一层书架换上了清楚的标签", "请退休教师带着孩子们朗读", "把捐来的旧书分类消毒后上架",
    "按月公布收支和借阅的明细", "为行动不便的老人送书上门", "和邻近的三个站点互换了图书", "在入口处添置了饮水和雨具",
)  # fmt: skip
_HENCE: Final = (
    "到馆的人因此多了将近一半", "排队等候的时间明显缩短", "原先空着的座位也渐渐坐满", "居民提出的意见大多得到了答复",
    "丢失和污损的图书比往年少得多", "值班的人手也终于周转得开", "孩子们养成了自己还书的习惯",
    "来访的同行都愿意照着试一试", "开支却没有超出原来的预算",
)  # fmt: skip
_BOLD: Final = (
    "先问清楚需要，再动手添置",
    "账目公开（按月张贴）",
    "一人值班、一人替补",
    "小步试行，随时调整",
    "旧书新用",
)
_ITEMS: Final = (
    "开馆前检查门窗、照明与消防通道",
    "当天归还的图书当天上架",
    "每周汇总一次读者留言并答复",
    "月底盘点并公示结果",
)
_HEADS: Final = (("站点", "座位", "藏书", "借阅"), ("项目", "预算", "支出", "结余"))
_STEMS: Final = (
    ("河湾", "南坡", "石桥", "白鹭", "松涛", "云杉", "青禾"),
    ("书架", "图书", "照明", "饮水", "印刷", "运输", "保险"),
)
_PYTHON: Final = '''def overdue(loans, today):
    """Loans that should be back."""
    return [
        loan
        for loan in loans
        if loan.due < today
    ]


def remind(reader, loans):
    """One letter for all that a reader kept."""
    titles = ", ".join(loan.title for loan in loans)
    return f"Dear {reader.name}, please bring back: {titles}"'''
_SQL: Final = """SELECT branch, COUNT(*) AS loans
FROM loan
JOIN reader ON reader.id = loan.reader
WHERE returned IS NULL
  AND loan.due < CURRENT_DATE
GROUP BY branch
HAVING COUNT(*) > 10
ORDER BY loans DESC;"""
_COLUMN: Final = 14
_SITE: Final = "https://books.example.org/2026"


def article() -> str:
    """The article's Markdown."""
    writer = _Writer()
    blocks = ["# 一间社区书屋的七个月：青禾社区图书协会工作回顾"]
    for number, chapter in enumerate(_CHAPTERS):
        blocks += [f"## {chapter}", *_chapter(writer, number)]
    blocks.append("## 结语")
    return "\n\n".join([*blocks, *_ending(writer, CHINESE - chinese("".join(blocks)))]) + "\n"


def files() -> dict[str, bytes]:
    """The article and its pictures, as they lie in one folder."""
    from PIL import Image

    found = {NAME: article().encode()}
    for number in range(1, 6):
        data = io.BytesIO()
        Image.new("RGB", (720, 405), (40 * number, 90, 120)).save(data, "PNG")
        found[f"photo-{number}.png"] = data.getvalue()
    return found


def chinese(text: str) -> int:
    """How many Han characters and full-width signs there are."""
    return len(_CHINESE.findall(text))


@dataclass(slots=True)
class _Writer:
    """Makes sentences that do not repeat: each bank of phrases has its own pace."""

    numbers: Iterator[int] = field(default_factory=count)

    def sentence(self) -> str:
        n = next(self.numbers)
        when, who = _WHEN[n * 5 % len(_WHEN)], _WHO[n * 3 % len(_WHO)]
        return f"{when}，{who}{_DID[n * 7 % len(_DID)]}，{_HENCE[n * 4 % len(_HENCE)]}。"

    def paragraph(self, sentences: int = 3) -> str:
        return "".join(self.sentence() for _ in range(sentences))


def _chapter(writer: _Writer, number: int) -> Iterator[str]:
    for place, topic in enumerate(_TOPICS):
        yield f"### {number + 1}.{place + 1} {topic}"
        yield _emphatic(writer, number + place) if place == 0 else writer.paragraph(6)
        yield from _extra(writer, number, place)
        yield writer.paragraph(6)
    yield _linked(writer, number)


def _emphatic(writer: _Writer, n: int) -> str:
    return f"{writer.sentence()}大家常说**{_BOLD[n % len(_BOLD)]}**，{writer.paragraph()}"


def _linked(writer: _Writer, number: int) -> str:
    """A paragraph with two links; in the last two chapters, with one."""
    first = f"[第{number + 1}期简报]({_SITE}/bulletins/{number + 1:02}.html)"
    second = f"，也可参看[读者来信]({_SITE}/letters/{number + 1:02}.html)"
    return f"{writer.paragraph(2)}详情见{first}{second if number < 5 else ''}。"


def _extra(writer: _Writer, number: int, place: int) -> Iterator[str]:
    """What stands among the paragraphs: a picture, a list, a quotation, a table, code."""
    if place == 0 and number < 5:
        yield f"![{_WHO[number]}的阅览角](photo-{number + 1}.png)"
    if place == 1 and number in (1, 3):
        yield f"> {writer.sentence()}"
    if place == 2 and number in (3, 4):
        yield _table(number - 3)
    if place == 2 and number in (1, 5):
        yield f"```python\n{_PYTHON}\n```" if number == 1 else f"```sql\n{_SQL}\n```"
    if place == 2 and number in (0, 2):
        yield _list(number + 1)


def _list(number: int) -> str:
    return "\n".join(f"{f'{place}.' if number % 2 else '-'} {item}" for place, item in enumerate(_ITEMS, 1))


def _table(number: int) -> str:
    """Seven rows of four cells under a head."""
    rows = [
        (stem, *(str((row + 3) * (column + 5) * 17) for column in range(3))) for row, stem in enumerate(_STEMS[number])
    ]
    heads = _HEADS[number]
    lines = (heads, tuple("-" * _COLUMN for _ in heads), *rows)
    return "\n".join(f"| {' | '.join(cell.ljust(_COLUMN) for cell in line)} |" for line in lines)


def _ending(writer: _Writer, wanted: int) -> Iterator[str]:
    """Paragraphs of so many Chinese characters in all; nothing else is in them."""
    while wanted > 0:
        text = writer.paragraph()
        if wanted < 2 * len(text):
            text = f"{(text + writer.paragraph())[: wanted - 1]}。"
        yield text
        wanted -= len(text)
