"""Deliveries in the database: each once, counted for ever, kept for a while, and by nobody's name."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.errors import ConfigError, Unavailable
from publisher.replies import HandOver, NewsArticle, NewsReply, Outcome, PictureReply, Reply, Silence, TextReply
from publisher.store import Store
from publisher.store.counting import OTHERS, Count, What
from publisher.store.deliveries import Batch, Delivery, dump_reply, load_reply, make_batch
from publisher.store.readers import open_reader_key
from publisher.store.recall import Recall
from tests.recorders import NOON, delivery, text_of

TODAY = date(2026, 11, 24)
CARD = NewsArticle("标题", "摘要", "https://mmbiz.qpic.cn/a.jpg", "https://mp.weixin.qq.com/s/a")
REPLIES = [TextReply("你好"), NewsReply((CARD, CARD)), PictureReply("media"), HandOver("a@b"), HandOver(), Silence()]


def hide(openid: str) -> bytes:
    """No hash, but as good as one for the tables."""
    return openid.encode()[-12:]


def batch(*deliveries: Delivery) -> Batch:
    return make_batch(deliveries, hide)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "publisher.db", patience=0)
    yield made
    made.close()


def rows(path: Path, table: str = "delivery") -> int:
    with sqlite3.connect(path) as db:
        number: int = db.execute("SELECT count(*) FROM " + table).fetchone()[0]  # noqa: S608 - our own table
    db.close()
    return number


def counts(store: Store, what: What) -> dict[str, int]:
    return {count.name: number for count, number in store.deliveries.count(TODAY).items() if count.what == what}


# ---------------------------------------------------------------------------- what is kept


@pytest.mark.parametrize("reply", REPLIES)
def test_every_kind_of_reply_comes_back_as_it_was(reply: Reply, store: Store, tmp_path: Path) -> None:
    store.deliveries.keep(batch(delivery(1, reply=reply)))
    kept = Recall(tmp_path / "publisher.db").find(delivery(1).key)
    assert kept is not None
    assert (kept.reply, kept.answered_at) == (reply, NOON)


@given(st.binary())
def test_what_is_no_reply_is_said_to_be_none(body: bytes) -> None:
    try:
        assert dump_reply(load_reply(body))
    except ValueError:
        return


@pytest.mark.parametrize(
    "body", [b'["Hologram",{"text":"x"}]', b'["TextReply",{}]', b"[]", b"", b"\xff", b'["TextReply"']
)
def test_a_reply_of_another_version_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError, match="no reply"):
        load_reply(body)


def test_the_same_delivery_is_kept_and_counted_once_with_its_first_answer(store: Store, tmp_path: Path) -> None:
    store.deliveries.keep(batch(delivery(1), delivery(2)))
    store.deliveries.keep(batch(delivery(2, reply=TextReply("another")), delivery(3), delivery(3)))
    assert rows(tmp_path / "publisher.db") == 3
    assert counts(store, What.MESSAGE) == {"rule": 3}
    assert text_of(Recall(tmp_path / "publisher.db").find(delivery(2).key)) == "answer 2"


@pytest.mark.parametrize("number", [0, 1, 3, 64, 65, 150])
def test_a_batch_may_have_any_size(number: int, store: Store, tmp_path: Path) -> None:
    store.deliveries.keep(batch(*(delivery(each) for each in range(number))))
    assert rows(tmp_path / "publisher.db") == number


def test_words_are_kept_only_where_no_rule_answered_them_evened_out_and_cut(store: Store) -> None:
    asked = [
        delivery(1, text="我的电话是 13800000000"),
        delivery(2, text="ＡＩ！", outcome=Outcome.MISSED, rule=""),
        delivery(3, text=" ai ", outcome=Outcome.MISSED, rule=""),
        delivery(4, text="算力", outcome=Outcome.FOUND, rule=""),
        delivery(5, text="长" * 300, outcome=Outcome.MISSED, rule=""),
        delivery(6, text="x", outcome=Outcome.MISSED, rule="", account="second"),
    ]
    store.deliveries.keep(batch(*asked))
    words = store.deliveries.words
    assert words(Outcome.MISSED, TODAY, "main", 9) == [("ai", 2), ("长" * 100, 1)]
    assert words(Outcome.FOUND, TODAY, "", 9) == [("算力", 1)]
    assert words(Outcome.RULE, TODAY, "", 9) == []
    assert words(Outcome.MISSED, TODAY, "", 1) == [("ai", 2)]
    assert words(Outcome.MISSED, date(2026, 11, 25), "", 9) == []


def test_half_a_character_does_not_spoil_the_batch(store: Store, tmp_path: Path) -> None:
    odd = "\ud83d\x00\n"
    missed = delivery(1, kind=odd, event=odd, text=odd, rule=odd, outcome=Outcome.MISSED, strange=(odd, ""))
    store.deliveries.keep(batch(missed, delivery(2)))
    assert rows(tmp_path / "publisher.db") == 2
    assert counts(store, What.STRANGE) == {"?": 1}


def test_neither_a_reader_nor_an_answered_word_is_on_the_disk(tmp_path: Path) -> None:
    store = Store(tmp_path / "publisher.db")
    real = open_reader_key(tmp_path / "reader.key")
    store.deliveries.keep(make_batch([delivery(1, sender="oSECRETopenid", text="private words")], real))
    store.close()
    everything = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"oSECRETopenid" not in everything
    assert b"private words" not in everything
    assert real("oSECRETopenid") in everything
    assert (tmp_path / "reader.key").read_bytes() not in (tmp_path / "publisher.db").read_bytes()


def test_a_delivery_does_not_show_its_reader() -> None:
    assert repr(delivery(1, sender="oSECRET", text="private")) == "Delivery(main, text )"


# ---------------------------------------------------------------------------- counts


def test_days_begin_at_midnight_in_beijing(store: Store) -> None:
    midnight = NOON + 12 * 3600
    store.deliveries.keep(batch(delivery(1, received_at=midnight - 1), delivery(2, received_at=midnight)))
    days = {count.day for count in store.deliveries.count(TODAY) if count.what == What.MESSAGE}
    assert days == {"2026-11-24", "2026-11-25"}
    assert {count.day for count in store.deliveries.count(date(2026, 11, 25))} == {"2026-11-25"}


def test_events_are_no_messages_and_unknown_things_are_counted_by_name(store: Store) -> None:
    store.deliveries.keep(
        batch(
            delivery(1, kind="event", event="subscribe", rule="welcome"),
            delivery(2, kind="event", event="HOLOGRAM", rule="", outcome=Outcome.MISSED, strange=("HOLOGRAM", "Depth")),
            delivery(3, strange=("Depth",)),
        )
    )
    assert counts(store, What.MESSAGE) == {"rule": 1}
    assert counts(store, What.EVENT) == {"subscribe": 1, "HOLOGRAM": 1}
    assert counts(store, What.RULE) == {"welcome": 1, "latest": 1}
    assert counts(store, What.STRANGE) == {"HOLOGRAM": 1, "Depth": 2}


_WHENS = st.integers(NOON, NOON + 3 * 86400)
_DELIVERIES = st.lists(
    st.tuples(_WHENS, st.sampled_from(Outcome), st.sampled_from(["text", "event"]), st.sampled_from(["", "a", "b"])),
    max_size=30,
)


@settings(max_examples=25)
@given(_DELIVERIES, _WHENS, st.integers(0, 30))
def test_what_is_purged_or_forgotten_counts_as_before(
    tmp_path_factory: pytest.TempPathFactory, asked: list[tuple[int, Outcome, str, str]], before: int, who: int
) -> None:
    store = _shared_store(tmp_path_factory)
    all_of_them = [
        delivery(number, received_at=at, outcome=outcome, kind=kind, rule=name, event=name, text="w", strange=(name,))
        for number, (at, outcome, kind, name) in enumerate(asked)
    ]
    began = store.deliveries.count(TODAY)
    store.deliveries.keep(batch(*all_of_them))
    counted = store.deliveries.count(TODAY)
    assert sum(counted.values()) >= sum(began.values()) + len(asked)
    assert store.deliveries.purge(before) == sum(each.received_at < before for each in all_of_them)
    store.deliveries.forget(hide(f"oReader-{who}"))
    assert store.deliveries.count(TODAY) == counted
    store.deliveries.purge(NOON + 9 * 86400)
    assert store.deliveries.count(TODAY) == counted
    assert store.deliveries.words(Outcome.MISSED, TODAY, "", 9) == []


_stores: list[Store] = []


def _shared_store(factory: pytest.TempPathFactory) -> Store:
    """One for all examples: to make a database takes longer than an example."""
    if not _stores:
        _stores.append(Store(factory.mktemp("counted") / "publisher.db"))
    return _stores[0]


@pytest.fixture(scope="module", autouse=True)
def _close_stores() -> Iterator[None]:
    yield
    while _stores:
        _stores.pop().close()


def test_no_more_than_two_hundred_names_of_a_day_are_told_apart_for_ever(store: Store) -> None:
    strange = [f"Field{number}" for number in range(230)]
    store.deliveries.keep(batch(*(delivery(number, strange=(name,)) for number, name in enumerate(strange))))
    store.deliveries.purge(NOON + 1)
    store.deliveries.keep(batch(delivery(300, strange=("Field0", "New"))))
    store.deliveries.purge(NOON + 1)
    tallied = counts(store, What.STRANGE)
    assert len(tallied) == 201
    assert (tallied[OTHERS], sum(tallied.values())) == (31, 232)


# ---------------------------------------------------------------------------- forgetting


def test_a_purge_leaves_nothing_but_counts_and_newer_deliveries(store: Store, tmp_path: Path) -> None:
    old, new = delivery(1, text="算力", outcome=Outcome.MISSED, rule=""), delivery(2, received_at=NOON + 1)
    store.deliveries.keep(batch(old, new))
    assert store.deliveries.purge(NOON + 1) == 1
    recall = Recall(tmp_path / "publisher.db")
    assert (recall.find(old.key), text_of(recall.find(new.key))) == (None, "answer 2")
    assert rows(tmp_path / "publisher.db", "reply") == 1
    assert store.deliveries.words(Outcome.MISSED, TODAY, "", 9) == []
    assert counts(store, What.MESSAGE) == {"missed": 1, "rule": 1}


def test_a_reader_is_forgotten_in_all_accounts_or_in_one(store: Store) -> None:
    mine = [delivery(number, sender="oA", account=name) for number, name in enumerate(["main", "main", "second"])]
    store.deliveries.keep(batch(*mine, delivery(9)))
    assert store.deliveries.forget(hide("oA"), "second") == {"second": 1}
    assert store.deliveries.forget(hide("oA")) == {"main": 2}
    assert store.deliveries.forget(hide("oA")) == {}
    assert store.deliveries.count(TODAY)[Count("main", "2026-11-24", What.MESSAGE, "rule")] == 3


def test_more_than_a_portion_is_forgotten_in_several_transactions(store: Store, tmp_path: Path) -> None:
    store.deliveries.keep(batch(*(delivery(number, sender="oA") for number in range(2500))))
    assert store.deliveries.forget(hide("oA")) == {"main": 2500}
    assert rows(tmp_path / "publisher.db") == 0
    assert counts(store, What.MESSAGE) == {"rule": 2500}


# ---------------------------------------------------------------------------- the key


def _hash_of(path: Path) -> bytes:
    return open_reader_key(path)("oA")


def test_whoever_starts_together_has_one_key_which_nobody_else_may_read(tmp_path: Path) -> None:
    path = tmp_path / "state" / "reader.key"
    together = threading.Barrier(12)
    with ThreadPoolExecutor(12) as pool:
        hashes = list(pool.map(lambda _: (together.wait(), _hash_of(path))[1], range(12)))
    assert Counter(hashes) == {_hash_of(path): 12}
    assert len(hashes[0]) == 12
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["reader.key"]


def test_another_key_gives_other_hashes(tmp_path: Path) -> None:
    assert _hash_of(tmp_path / "a.key") != _hash_of(tmp_path / "b.key")


def test_a_key_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "reader.key").write_bytes(b"short")
    with pytest.raises(ConfigError, match="restore it"):
        open_reader_key(tmp_path / "reader.key")
    with pytest.raises(ConfigError, match="cannot be read"):
        open_reader_key(tmp_path)


# ---------------------------------------------------------------------------- the file


def test_a_database_that_goes_away_is_waited_for_not_made_anew(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "publisher.db"
    store.deliveries.keep(batch(delivery(1)))
    path.rename(tmp_path / "elsewhere.db")
    with pytest.raises(Unavailable):
        store.deliveries.keep(batch(delivery(2)))
    assert not path.exists()
    (tmp_path / "elsewhere.db").rename(path)
    store.deliveries.keep(batch(delivery(2)))
    assert rows(path) == 2


def test_a_database_that_is_put_in_the_place_of_another_is_used_from_then_on(tmp_path: Path) -> None:
    path, backup = tmp_path / "publisher.db", tmp_path / "backup.db"
    first = Store(path)
    first.deliveries.keep(batch(delivery(1)))
    first.close()
    shutil.copy(path, backup)
    store, recall = Store(path), Recall(path)
    store.deliveries.keep(batch(delivery(2)))
    assert text_of(recall.find(delivery(2).key)) == "answer 2"
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink()
    backup.replace(path)
    store.deliveries.keep(batch(delivery(3)))
    store.close()
    recall._look_at = 0
    assert [text_of(recall.find(delivery(number).key)) for number in (1, 2, 3)] == ["answer 1", "", "answer 3"]
    recall.close()


@pytest.mark.parametrize("name", ["odd name.db", "100%?#.db", "编辑部.db"])
def test_a_database_may_have_any_name(name: str, tmp_path: Path) -> None:
    store = Store(tmp_path / name)
    store.deliveries.keep(batch(delivery(1)))
    recall = Recall(tmp_path / name)
    assert text_of(recall.find(delivery(1).key)) == "answer 1"
    recall.close()
    store.close()
    assert rows(tmp_path / name) == 1


def _nothing(_path: Path) -> None:
    pass


def _text(path: Path) -> None:
    path.write_bytes(b"a spreadsheet, by mistake" * 200)


def _empty(path: Path) -> None:
    path.touch()


def _older(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE issue (id INTEGER)")
    db.close()


def _broken(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.executescript("CREATE TABLE delivery (key, reply, received_at); CREATE TABLE reply (fingerprint, body)")
        db.execute("INSERT INTO delivery VALUES (?, 1, 2)", (delivery(1).key,))
    db.close()


@pytest.mark.parametrize("put", [_nothing, _text, _empty, _older, _broken, Path.mkdir])
def test_whatever_lies_there_recalls_nothing_and_raises_nothing(put: object, tmp_path: Path) -> None:
    assert callable(put)
    put(tmp_path / "publisher.db")
    recall = Recall(tmp_path / "publisher.db")
    for _ in range(3):
        recall._look_at = 0
        assert recall.find(delivery(1).key) is None
    recall.close()


def test_recalling_does_not_wait_for_whoever_writes_nor_keep_him_from_it(store: Store, tmp_path: Path) -> None:
    store.deliveries.keep(batch(delivery(1)))
    recall = Recall(tmp_path / "publisher.db")
    assert text_of(recall.find(delivery(1).key)) == "answer 1"
    other = sqlite3.connect(tmp_path / "publisher.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert text_of(recall.find(delivery(1).key)) == "answer 1"
    other.execute("COMMIT")
    busy, _, _ = other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert busy == 0
    other.close()
    recall.close()
