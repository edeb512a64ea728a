"""A reader's word finds the right articles, whatever is asked and whatever became of them."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from threading import Event

import pytest
from alembic import command
from alembic.config import Config
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher import codec
from publisher.document import Article, Cell, Footnote, Link, Newsletter, NoteRef, Paragraph, Section, Table, Text
from publisher.errors import Unavailable
from publisher.issue import ArticleRow, Content, Issue, Move, Status
from publisher.segmentation import SCHEME, ask, share_out, text_of_sections, text_terms, title_terms
from publisher.store import Store
from publisher.store.database import open_database
from publisher.worker import work_once
from tests.clock import Clock
from tests.scene import quick_folder
from tests.world import World, issue_text

HAN = "算力网络发展数据企业技术新能源汽车政策的在和"
TITLES = [
    "浙江发布算力网络行动计划", "GPT-4o 与大模型的未来", "5G 基站突破 3.5 万个", "秋茶开采", "A轮融资完成",
    "Machine Learning 入门", "C++ 与 C# 之争", "半导体与台湾产业", "高新技术企业认定办法",
]  # fmt: skip
QUESTIONS = {
    "算力": 0, "算力网络": 0, "網絡": 0, "算 力 网 络": 0, "有没有关于算力的文章？": 0, "请问，行动计划": 0,
    "我想看浙江的算力": 0, "浙江算力": 0, "ＧＰＴ－４ｏ": 1, "gpt4o": 1, "gpt": 1, "GPT 4o": 1, "5g": 2,
    "5G基站": 2, "3.5": 2, "3.5万": 2, "茶": 3, "有没有茶的文章": 3, "A轮": 4, "a轮融资": 4, "machinelearning": 5,
    "Machine Learning": 5, "learning": 5, "c++": 6, "C#": 6, "臺灣": 7, "半導體": 7,
    "怎么申请高新技术企业认定": None, "高新技术企业怎么办": 8, "认定办法是什么": 8, "企业 认定": 8, "算\u200b力": 0,
    "火星": None, "力算": None, "网路": None, "3.6": None, "": None, "？！": None, "🙂": None, "有没有": None,
}  # fmt: skip
"""What is sent, and which of the titles it finds."""


@dataclass
class Library:
    """A database with published issues."""

    store: Store
    clock: Clock = field(default_factory=Clock)
    numbers: Iterator[int] = field(default_factory=count)

    def publish(
        self, *titles: str, text: str = "", account: str = "main", at: datetime | None = None, links: int | None = None
    ) -> Issue:
        """An issue of articles that all have the same text, published now or at some time, of which the first so many
        have links; not yet indexed.
        """
        number, store, now = next(self.numbers), self.store, self.clock.turn(hours=1)
        rows = tuple(ArticleRow(title, f"摘要{number}", len(text), text) for title in titles)
        issue = store.receive(account, f"n{number}", f"{number:064}", {}, now)
        content = Content("{}", "", None, None, None, (), rows)
        issue = store.move(issue, Move(Status.IMPORTED, "", None, {"title": titles[0]}, content), now)
        for status in (Status.SCHEDULED, Status.DRAFTED):
            issue = store.move(issue, Move(status, ""), now)
        urls = tuple(f"https://mp/{number}/{place}" for place in range(len(titles) if links is None else links))
        facts = {"published_at": at or now, "article_urls": urls}
        return store.move(issue, Move(Status.PUBLISHED, "", None, facts), now)

    def find(self, text: str, account: str = "main", limit: int = 6) -> list[str]:
        """The titles that are found."""
        self.store.search.catch_up()
        return [found.title for found in self.store.search.find(account, text, limit)]


@pytest.fixture
def library() -> Iterator[Library]:
    with quick_folder() as folder:
        store = Store(folder / "publisher.db")
        yield Library(store)
        store.close()


@pytest.fixture(scope="module")
def shelves() -> Iterator[Library]:
    """One database for all examples, each of which is an account of its own."""
    with quick_folder() as folder:
        library = Library(Store(folder / "publisher.db"))
        for title in TITLES:
            library.publish(title, account="questions")
        library.store.search.catch_up()
        yield library
        library.store.close()


# ---------------------------------------------------------------------------- what is found


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_readers_send_finds_the_article_that_they_mean(shelves: Library, question: str) -> None:
    place = QUESTIONS[question]
    assert shelves.find(question, "questions") == ([] if place is None else [TITLES[place]])


@given(st.text(HAN, min_size=2, max_size=12), st.data())
def test_every_part_of_two_and_more_characters_of_a_title_finds_it(
    shelves: Library, title: str, data: st.DataObject
) -> None:
    account = f"title{next(shelves.numbers)}"
    shelves.publish(title, account=account)
    start = data.draw(st.integers(0, len(title) - 2))
    end = data.draw(st.integers(start + 2, len(title)))
    # What begins or ends as a question does is asked for without that.
    assert shelves.find(title[start:end], account) == [title]


@given(st.text(HAN, min_size=4, max_size=30), st.data())
def test_every_part_of_a_text_finds_its_article_and_no_other(shelves: Library, text: str, data: st.DataObject) -> None:
    account = f"text{next(shelves.numbers)}"
    shelves.publish("甲", text=text, account=account)
    shelves.publish("乙", text="丙丁", account=account)
    start = data.draw(st.integers(0, len(text) - 2))
    end = data.draw(st.integers(start + 2, len(text)))
    assert shelves.find(text[start:end], account) == ["甲"]


@given(st.text(max_size=300) | st.text('"*^:()-+{}\\\0\ud800 NEAR AND OR NOT 的吗有没有关于请问', max_size=60))
def test_no_text_of_any_characters_is_a_fault(shelves: Library, text: str) -> None:
    for found in shelves.store.search.find("questions", text, 6):
        assert found.url.startswith("https://")


def test_a_very_long_text_is_cut(library: Library) -> None:
    library.publish("算力网络")
    assert library.find("算力网络" + " " * 200 + "火星" * 100_000) == ["算力网络"]


# ---------------------------------------------------------------------------- in which order, and whose


def test_titles_come_first_and_the_newest_before_the_older(library: Library) -> None:
    for title, text in (
        ("旧标题算力", ""),
        ("旧文", "讲算力"),
        ("新标题算力", ""),
        ("新文", "也讲算力"),
        ("别的", "没有"),
    ):
        library.publish(title, text=text)
    assert library.find("算力") == ["新标题算力", "旧标题算力", "新文", "旧文"]
    assert library.find("算力", limit=3) == ["新标题算力", "旧标题算力", "新文"]


def test_the_order_is_that_of_publication_whatever_came_into_the_index_first(library: Library) -> None:
    now = library.clock.now
    for minutes in (50, 10, 90, 30, 30.4, 30.2, -600):
        library.publish(f"算力{minutes}", at=now + timedelta(minutes=minutes))
        library.store.search.catch_up()
    assert library.find("算力", limit=9) == [f"算力{minutes}" for minutes in (90, 50, 30.4, 30.2, 30, 10, -600)]


def test_words_apart_come_after_words_in_a_row(library: Library) -> None:
    library.publish("算力走进网络")
    library.publish("算力网络")
    library.publish("网络与算力")
    assert library.find("算力 网络") == ["算力网络", "网络与算力", "算力走进网络"]


def test_two_words_run_together_are_only_guessed_where_nothing_else_is_found(library: Library) -> None:
    library.publish("网络与算力")
    assert library.find("算力网络") == ["网络与算力"]
    library.publish("别的", text="算力网络")
    assert library.find("算力网络") == ["别的"]


def test_one_accounts_readers_find_nothing_of_another(library: Library) -> None:
    library.publish("算力", account="east")
    assert library.find("算力", "west") == []


def test_each_article_is_found_under_its_own_link(library: Library) -> None:
    library.publish("算力在前", "网络居中", "芯片在后")
    library.store.search.catch_up()
    (found,) = library.store.search.find("main", "芯片", 6)
    assert (found.url, found.digest) == ("https://mp/0/2", "摘要0")


# ---------------------------------------------------------------------------- what becomes of an issue


def test_what_has_no_link_is_found_as_soon_as_it_has_one(library: Library) -> None:
    issue = library.publish("算力", "网络", links=0)
    assert library.find("算力") == []
    facts = {"article_urls": ("https://mp/told",)}
    library.store.move(issue, Move(Status.PUBLISHED, "编辑登记已发表", None, facts), library.clock.now)
    assert library.find("算力") == ["算力"]
    assert library.find("网络") == []


@pytest.mark.parametrize("gone", [Status.REMOVED, Status.WITHDRAWN])
def test_what_is_not_out_any_more_is_not_found(library: Library, gone: Status) -> None:
    issue = library.publish("算力")
    library.publish("算力网络")
    assert len(library.find("算力")) == 2
    library.store.move(issue, Move(gone, ""), library.clock.now)
    assert library.find("算力") == ["算力网络"]


def test_what_was_withdrawn_and_went_out_again_is_found_as_it_is_now(library: Library) -> None:
    store, now = library.store, library.clock.now
    issue = library.publish("算力")
    issue = store.move(issue, Move(Status.WITHDRAWN, ""), now)
    issue = store.receive_again(issue.id, "again", {}, now)
    content = Content("{}", "", None, None, None, (), (ArticleRow("芯片", "", 2, "芯片"),))
    issue = store.move(issue, Move(Status.IMPORTED, "", None, {"title": "芯片"}, content), now)
    for status in (Status.SCHEDULED, Status.DRAFTED, Status.PUBLISHED):
        issue = store.move(issue, Move(status, "", None, {"article_urls": ("https://mp/new",)}), now)
    assert (library.find("算力"), library.find("芯片")) == ([], ["芯片"])


OPERATIONS = st.lists(
    st.tuples(st.sampled_from(["publish", "publish", "index", "remove", "link"]), st.integers(0, 400)), max_size=14
)


@settings(max_examples=15)
@given(OPERATIONS)
def test_the_index_is_always_what_a_new_one_would_be(operations: list[tuple[str, int]]) -> None:
    with quick_folder() as folder:
        library = Library(Store(folder / "publisher.db"))
        out: dict[int, Issue] = {}
        for what, number in operations:
            _operate(library, out, what, number)
        library.store.search.catch_up()
        kept = _contents(library.store)
        with library.store._write() as db:
            db.exec_driver_sql("PRAGMA user_version = 0")
        library.store.search.catch_up()
        assert _contents(library.store) == kept
        library.store.close()


def _operate(library: Library, out: dict[int, Issue], what: str, number: int) -> None:
    if what == "publish" and number not in out:
        at = Clock().now + timedelta(minutes=number)
        out[number] = library.publish(f"算力{number}号", "网络 GPT-4", text=f"正文{number}" * 3, at=at)
    elif what == "index":
        library.store.search.catch_up()
    elif out:
        issue = out.pop(min(out, key=lambda known: abs(known - number)))
        to = Move(Status.REMOVED, "") if what == "remove" else Move(Status.PUBLISHED, "", None, {"article_urls": ()})
        library.store.move(issue, to, library.clock.now)


def _contents(store: Store) -> tuple[list[tuple[object, ...]], ...]:
    """Every row, and every place of every term."""
    with closing(sqlite3.connect(str(store._engine.url.database))) as db:
        rows = db.execute("SELECT * FROM found ORDER BY id").fetchall()
        terms = []
        for table in ("found_titles", "found_texts"):
            db.execute(f"INSERT INTO {table}({table}) VALUES ('integrity-check')")  # noqa: S608
            db.execute(f"CREATE VIRTUAL TABLE temp.{table}_terms USING fts5vocab('main', '{table}', 'instance')")
            listed = db.execute(f"SELECT term, doc, offset FROM temp.{table}_terms ORDER BY 1, 2, 3")  # noqa: S608
            terms.append(listed.fetchall())
    return rows, *terms


# ---------------------------------------------------------------------------- faults


def test_a_fault_of_the_index_keeps_nothing_from_being_published_and_does_not_last(world: World) -> None:
    publisher = world.open()
    with closing(sqlite3.connect(publisher.settings.database)) as db:
        (table,) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'found_texts'").fetchone()
        db.execute("DROP TABLE found_texts")
    world.drop("spring.md", issue_text())
    world.work(publisher)
    assert world.finish(publisher).status is Status.PUBLISHED
    with pytest.raises(Unavailable):
        publisher.search("main", "香樟树")
    with closing(sqlite3.connect(publisher.settings.database)) as db:
        db.execute(table)
    work_once(publisher, timedelta())
    assert len(publisher.search("main", "香樟树")) == 1


def test_an_article_at_fault_keeps_no_other_from_being_indexed(
    library: Library, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(text: str) -> list[str]:
        if "坏" in text:
            raise ValueError(text)
        return text_terms(text)

    monkeypatch.setattr("publisher.store.found.text_terms", break_down)
    for title in ("算力", "坏算力", "新算力"):
        library.publish(title)
    assert library.find("算力") == ["新算力", "算力"]
    assert "坏" not in caplog.text
    monkeypatch.undo()
    assert library.find("算力") == ["新算力", "坏算力", "算力"]


def test_a_database_that_cannot_be_read_is_unavailable_and_says_nothing_of_the_question(library: Library) -> None:
    library.publish("算力")
    assert library.find("算力") == ["算力"]
    path = Path(str(library.store._engine.url.database))
    library.store.close()
    path.write_bytes(b"no database " * 1000)
    for odd in path.parent.glob("publisher.db-*"):
        odd.unlink()
    with pytest.raises(Unavailable) as caught:
        library.store.search.find("main", "悄悄话", 6)
    assert "悄悄话" not in f"{caught.value!r}{caught.value.note}"
    path.unlink()
    with pytest.raises(Unavailable):
        library.store.search.find("main", "算力", 6)
    assert not path.exists()


def test_questions_are_answered_while_another_process_writes(library: Library) -> None:
    library.publish("算力")
    library.store.search.catch_up()
    with closing(sqlite3.connect(str(library.store._engine.url.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM found")
        assert [found.title for found in library.store.search.find("main", "算力", 6)] == ["算力"]
        other.execute("ROLLBACK")


def test_any_number_of_threads_may_ask_at_once(library: Library) -> None:
    library.publish("算力")
    library.store.search.catch_up()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: len(library.store.search.find("main", "算力", 6)), range(400)))
    assert found == [1] * 400


def test_a_catch_up_ends_when_the_worker_is_to_stop(library: Library) -> None:
    library.publish("算力")
    stop = Event()
    stop.set()
    assert library.store.search.catch_up(stop) == 0
    assert library.store.search.catch_up() == 1
    assert library.store.search.catch_up() == 0


# ---------------------------------------------------------------------------- the whole way, and older databases


def test_an_issue_is_found_as_soon_as_it_is_out(world: World) -> None:
    publisher = world.open(layout="sections")
    world.drop("spring.md", issue_text())
    world.work(publisher)
    assert publisher.search("main", "香樟树") == []
    issue = world.finish(publisher)
    (news,), (observed,) = publisher.search("main", "香樟樹"), publisher.search("main", "园林产业的文章")
    assert (news.url, observed.url) == issue.article_urls
    assert news.cover_url.startswith("http")
    assert (news.published_at, news.digest) == (issue.published_at, publisher.store.published("main")[0].digest)
    publisher.record_publication(issue.id, "https://mp.weixin.qq.com/s/other")
    assert [hit.url for hit in publisher.search("main", "香樟树")] == ["https://mp.weixin.qq.com/s/other"]


def story(title: str, text: str) -> Article:
    return Article(title, (Paragraph((Text(text),)),))


NEWSLETTER = Newsletter(
    None,
    (
        Section("协会动态", (story("植树活动", "种下香樟树"), story("会员大会", "选举理事会"))),
        Section("产业观察", (story("园林产业观察", "市场变化"), story("算力网络", "芯片与存储"))),
        Section("政策", (story("办法", "申报时间"),)),
    ),
)


def test_issues_that_went_out_before_there_was_an_index_are_found(tmp_path: Path) -> None:
    engine = open_database(tmp_path / "publisher.db", 5)
    scripts = Config()
    scripts.set_main_option("script_location", "publisher:migrations")
    with engine.execution_options(write=True).begin() as db:
        scripts.attributes["connection"] = db
        command.upgrade(scripts, "0002")
        db.exec_driver_sql(
            "INSERT INTO issue (id, account, name, fingerprint, status, created_at, published_at, title, article_urls)"
            " VALUES (1, 'main', 'a', 'f', 'PUBLISHED', ?, ?, '春天通讯', '[\"https://mp/0\", \"https://mp/1\"]')",
            ("2025-01-01T00:00:00.000000+00:00", "2025-01-02T00:00:00.000000+00:00"),
        )
        db.exec_driver_sql("INSERT INTO content (issue_id, newsletter) VALUES (1, ?)", (codec.dump(NEWSLETTER),))
        for place, title in enumerate(["春天通讯 第 3 期", "产业观察、政策"]):
            db.exec_driver_sql("INSERT INTO article VALUES (1, ?, ?, '摘要', 10)", (place, title))
    engine.dispose()
    store = Store(tmp_path / "publisher.db")
    assert store.search.catch_up() == 1
    urls = {word: [found.url for found in store.search.find("main", word, 6)] for word in ("香樟树", "芯片", "申报")}
    assert urls == {"香樟树": ["https://mp/0"], "芯片": ["https://mp/1"], "申报": ["https://mp/1"]}
    store.close()


@pytest.mark.parametrize(
    ("titles", "firsts"),
    [
        (["一期"], ["协会动态"]),
        (["一期", "产业观察", "政策"], ["协会动态", "产业观察", "政策"]),
        (["一期", "会员大会", "算力网络"], ["协会动态", "协会动态", "产业观察"]),
        (["一期", "园林…"], ["协会动态", "产业观察"]),
        (["一期", "产业观察（一）", "产业观察（二）"], ["协会动态", "产业观察", ""]),
        (["一期", "无从得知", "政策"], ["协会动态", "", "政策"]),
    ],
)
def test_the_text_of_an_older_issue_is_shared_out_by_titles(titles: Sequence[str], firsts: Sequence[str]) -> None:
    shares = share_out(NEWSLETTER, titles)
    assert [share.partition("\n")[0] for share in shares] == list(firsts)
    assert re.sub(r"\n(协会动态|产业观察)(?=\n)", "", "\n" + "\n".join(filter(None, shares))).count("\n") == 11


def test_the_text_of_an_article_has_its_section_its_tables_and_its_author() -> None:
    table = Table(((Cell((Paragraph((Text("营收"),)),)), Cell((Paragraph((Text("亿元"),)),))),))
    section = Section("数据", (Article("年报", (table,), author="王编辑"),))
    assert text_of_sections([section]) == "数据\n年报\n王编辑\n营收\t亿元"


def test_the_text_of_an_article_has_the_footnotes_that_it_refers_to() -> None:
    """Also from a cell, through a link, and only once; those of other articles not."""
    cell = Cell((Paragraph((Link("https://a", (NoteRef("乙"),)),)),))
    blocks = (Paragraph((Text("增长"), NoteRef("甲"))), Table(((cell,),)), Paragraph((NoteRef("甲"), NoteRef("无"))))
    footnotes = [Footnote(name, (Paragraph((Text(f"{name}注"),)),)) for name in "丙乙甲"]
    section = Section("", (Article("年报", blocks),))
    assert text_of_sections([section], footnotes).split() == ["年报", "增长", "甲注", "乙注"]
    newsletter = Newsletter(None, (section,), footnotes=tuple(footnotes))
    assert share_out(newsletter, ["年报"]) == [text_of_sections([section], footnotes)]


def test_terms_are_pairs_of_neighbours_and_words() -> None:
    assert text_terms("算力网络，GPT-4o！") == ["算力", "力网", "网络", "gpt4", "4o", "gpt", "4", "o"]
    assert title_terms("茶") == ["茶", "茶"]


def test_terms_have_nothing_that_the_index_would_part(library: Library) -> None:
    """The tokenizer of the tables takes each of our terms as one."""
    odd = "C++ C# 3.5 ñandú москва ½ ²\u0301 カタカナ 한국어 𠮷野家 \U00030000 a_b x.y it's 100% ①"
    library.publish(odd)
    library.store.search.catch_up()
    _rows, titles, _texts = _contents(library.store)
    assert len(titles) == len(title_terms(odd))
    assert {str(term)[3:] for term, *_ in titles} == set(title_terms(odd))


def test_the_scheme_of_terms_is_counted_up_with_every_change() -> None:
    """These are the terms of scheme 1: whoever changes them counts SCHEME up, so that indexes are built anew."""
    assert (SCHEME, text_terms("第3期：ＡＩ 算力 2.0 與 e-mail\n台灣")) == (
        1,
        ["第3", "3期", "ai算", "算力", "力2.0", "2.0与", "与e", "email", "台湾", "3", "ai", "2.0", "e", "mail"],
    )  # fmt: skip


@given(st.text(max_size=400))
def test_a_question_is_bounded_whatever_is_sent(text: str) -> None:
    question = ask(text)
    assert len(question.phrase) <= 24
    assert len(question.words) <= 6
    assert len(question.guesses) <= 12
    assert bool(question.phrase) == bool(question.words)
