"""What the platform's codes are taken for, and what editors are told."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publisher.errors import AccountRefused, Busy, Refused, WeChatError
from publisher.wechat.errcodes import MEANINGS, Verdict, refusal

APPID = "wx0123456789abcdef"
FACTS = Path(__file__).parents[2] / "shared" / "wechat-api.md"
NOW = datetime(2026, 11, 24, 1, 0, 30, tzinfo=UTC)

# The codes of the platform's documentation, section by section as our fact sheet has them (1.4 to 1.6 and 3.5).
DOCUMENTED = """
-1 40001 40002 40013 40014 40125 40164 40243 41001 41002 41004 42001 43001 43002 43003 45009 45011 45028 45047 48001
48002 48003 48004 48005 48006 48008 50001 50002 50004 50005 50007 61004 89503 89506 89507
40003 40004 40005 40006 40007 40008 40009 40010 40011 40012 40015-40028 40032 40033 40035 40038 40039 40050 40051 40060
40066 40114 40118 40119 40120 40121 40132 40137 40155 40227 41005 41006 41007 41039 43004 43019 44001 44002 44003 44004
45001-45008 45010 45015 45056 45057 45058 45059 45065 45066 45067 45083 45084 45086 45106 45110 45157 45158 45159 45166
46001 46003 46004 47001 48009 53402 53404 53405 53406 53503 53504 53505 53600 61500 61501 65301-65317 76021 76022
88000-88010
"""


def documented() -> list[int]:
    codes: list[int] = []
    for word in DOCUMENTED.split():
        first, _, last = word[1:].partition("-")
        begin = int(word[0] + first)
        codes += range(begin, int(last or begin) + 1)
    return codes


def facts(section: str) -> str:
    """A section of the fact sheet that lies beside the repository."""
    if not FACTS.exists():
        pytest.skip(f"{FACTS} is not there: the codes are held against the list above only")
    text = FACTS.read_text(encoding="utf-8")
    begin = text.index(f"### {section} ")
    return text[begin : text.index("\n##", begin + 1)]


def codes_in(text: str) -> set[int]:
    """The codes that a text names, also «40015–40028», «43001-43003» and «44xxx»."""
    ranges = {
        code for first, last in re.findall(r"\b(\d{5})[-–](\d{5})\b", text) for code in range(int(first), int(last) + 1)
    }
    return ranges | {int(code) for code in re.findall(r"(?<![\d-])\d{5}(?![\d])", text)}


def refuse(errcode: int, errmsg: str = "error", now: datetime = NOW, appid: str = APPID) -> WeChatError:
    return refusal(Verdict("draft/add", errcode, errmsg), now, appid)


def not_before(errcode: int, now: datetime = NOW, appid: str = APPID) -> datetime | None:
    error = refuse(errcode, now=now, appid=appid)
    assert isinstance(error, Busy)
    return error.not_before


def test_every_documented_code_has_its_line() -> None:
    assert set(documented()) - MEANINGS.keys() == set()


@pytest.mark.parametrize("section", ["1.4", "1.5", "1.6", "3.5"])
def test_every_code_of_the_fact_sheet_has_its_line(section: str) -> None:
    codes = {code for code in codes_in(facts(section)) if 40_000 <= code < 90_000}
    assert codes
    assert codes - MEANINGS.keys() == set()


def test_the_classes_of_the_fact_sheet_are_ours() -> None:
    rows = [line.split("|") for line in facts("1.5").splitlines() if line.startswith("| ")]
    classes = {row[1].strip(): codes_in(row[2]) for row in rows}
    assert all(isinstance(refuse(code), Busy) for code in classes["transient"] | {-1})
    assert all(isinstance(refuse(code), AccountRefused) for code in classes["token stale"])
    assert all(isinstance(refuse(code), Busy) for code in {45009, 45028} & classes["quota"])
    assert all(isinstance(refuse(code), Refused) for code in classes["never"])


@pytest.mark.parametrize("errcode", sorted(MEANINGS))
def test_a_sentence_is_chinese_and_whole_and_names_the_code(errcode: int) -> None:
    note = refuse(errcode).note
    assert re.search(r"[\u4e00-\u9fff]{4}", note)
    assert note.endswith(f"。（平台错误码 {errcode}）")
    assert "{" not in note
    assert "  " not in note


@pytest.mark.parametrize(
    "errcode",
    [40001, 40013, 40125, 40164, 40243, 41002, 41004, 48001, 48004, 50002, 50004, 50007, 61004, 89503, 89506, 89507],
)
def test_what_concerns_the_account_pauses_the_account(errcode: int) -> None:
    assert isinstance(refuse(errcode), AccountRefused)


@pytest.mark.parametrize("errcode", [40007, 40009, 45002, 45003, 45110, 45166, 53402, 53503, 47001, 48008])
def test_what_concerns_the_issue_holds_the_issue_only(errcode: int) -> None:
    assert type(refuse(errcode)) is Refused


def test_a_code_that_nobody_documents_is_refused_with_its_number() -> None:
    error = refuse(98765, "strange rid: 66b1f0aa-0c1d2e3f-5a6b7c8d")
    assert type(error) is Refused
    assert "98765" in error.note
    assert error.rid == "66b1f0aa-0c1d2e3f-5a6b7c8d"
    assert "draft/add" in error.detail
    assert (error.path, error.errcode) == ("draft/add", 98765)


@pytest.mark.parametrize(
    ("errmsg", "address"),
    [
        ("invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 1-2-3", "203.0.113.7"),
        ("access clientip is not registered requestIP: 203.0.113.8 rid: 66b1f0aa-1-2", "203.0.113.8"),
        ("invalid ip  ipv6 2001:db8::7, not in whitelist", "2001:db8::7"),
    ],
)
@pytest.mark.parametrize("errcode", [40164, 61004])
def test_an_address_that_is_not_whitelisted_is_named(errcode: int, errmsg: str, address: str) -> None:
    assert f"IP {address} 不在白名单" in refuse(errcode, errmsg).note


def test_an_address_that_the_platform_does_not_name_leaves_no_gap() -> None:
    assert "服务器的 IP不在白名单" in refuse(40164, "not in whitelist, version 1.2.3.400").note


def test_a_quota_by_the_minute_is_waited_for_until_the_next_minute() -> None:
    wait = not_before(45011)
    assert wait is not None
    assert datetime(2026, 11, 24, 1, 1, 1, tzinfo=UTC) < wait < datetime(2026, 11, 24, 1, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize("errcode", [45009, 45028])
@pytest.mark.parametrize(
    ("now", "midnight"),
    [
        (datetime(2026, 11, 24, 1, 0, tzinfo=UTC), datetime(2026, 11, 24, 16, 0, tzinfo=UTC)),
        (datetime(2026, 11, 24, 15, 59, 59, tzinfo=UTC), datetime(2026, 11, 24, 16, 0, tzinfo=UTC)),
        (datetime(2026, 11, 24, 16, 0, tzinfo=UTC), datetime(2026, 11, 25, 16, 0, tzinfo=UTC)),
    ],
)
def test_a_quota_by_the_day_is_waited_for_until_midnight_in_beijing(
    errcode: int, now: datetime, midnight: datetime
) -> None:
    wait = not_before(errcode, now)
    assert wait is not None
    assert midnight + timedelta(minutes=1) <= wait <= midnight + timedelta(minutes=5)
    assert wait.utcoffset() == timedelta()


def test_accounts_do_not_all_come_back_in_the_same_second() -> None:
    waits = {not_before(45009, appid=f"wx{number:016x}") for number in range(50)}
    assert len(waits) > 25
    assert not_before(45009) == not_before(45009)


def test_a_busy_system_leaves_the_time_to_the_caller() -> None:
    assert not_before(-1) is None
