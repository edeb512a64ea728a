"""What the platform says of a certificate reaches the operator, and is silent once it is mended."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from publisher import doctor
from publisher.app import Publisher
from publisher.cli import main
from publisher.doctor import examine
from publisher.envelope import Keys, open_envelope, read_message
from publisher.sandbox import write
from publisher.sandbox.envelope import sign
from publisher.store import Heard
from publisher.upkeep.certification import EVENTS, Alert, Trouble, find_alerts, in_chinese, in_english
from tests.world import APPID, SECRETS, World

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
SOON, LATER, PAST = NOW + timedelta(days=10), NOW + timedelta(days=400), NOW - timedelta(days=3)


def heard(*kinds_and_times: tuple[str, datetime | None]) -> list[Heard]:
    """Events, a minute apart."""
    return [
        Heard(
            NOW,
            kind.upper(),
            {
                "CreateTime": str(int((PAST + timedelta(minutes=number)).timestamp())),
                **({"ExpiredTime": str(int(until.timestamp()))} if until else {}),
            },
        )
        for number, (kind, until) in enumerate(kinds_and_times)
    ]


@pytest.mark.parametrize(
    ("events", "troubles"),
    [
        ((), []),
        ((("annual_renew", SOON),), [Alert(Trouble.ENDING, SOON)]),
        ((("annual_renew", None),), [Alert(Trouble.ENDING)]),
        ((("annual_renew", PAST),), [Alert(Trouble.ENDED, PAST)]),
        ((("verify_expired", PAST),), [Alert(Trouble.ENDED, PAST)]),
        ((("annual_renew", SOON), ("verify_expired", None)), [Alert(Trouble.ENDED, SOON)]),
        ((("annual_renew", SOON), ("qualification_verify_success", LATER)), []),
        ((("verify_expired", PAST), ("naming_verify_success", LATER)), []),
        ((("qualification_verify_success", LATER), ("annual_renew", SOON)), [Alert(Trouble.ENDING, SOON)]),
        # nobody announced it, but the certificate itself told until when it is good
        ((("naming_verify_success", SOON),), [Alert(Trouble.ENDING, SOON)]),
        ((("naming_verify_success", PAST),), [Alert(Trouble.ENDED, PAST)]),
        ((("naming_verify_success", None),), []),
        ((("qualification_verify_fail", None),), [Alert(Trouble.QUALIFICATION)]),
        ((("qualification_verify_fail", None), ("qualification_verify_success", LATER)), []),
        ((("qualification_verify_fail", None), ("naming_verify_success", LATER)), []),
        ((("naming_verify_fail", None), ("qualification_verify_success", LATER)), [Alert(Trouble.NAMING)]),
        (
            (("annual_renew", SOON), ("naming_verify_fail", None)),
            [Alert(Trouble.ENDING, SOON), Alert(Trouble.NAMING)],
        ),
    ],
)
def test_what_is_wrong_is_what_no_later_success_has_mended(
    events: tuple[tuple[str, datetime | None], ...], troubles: list[Alert]
) -> None:
    assert find_alerts(heard(*events), NOW) == troubles
    assert find_alerts(heard(*events)[::-1], NOW) == troubles  # deliveries overtake each other


@given(
    st.lists(
        st.builds(
            Heard,
            st.just(NOW),
            st.sampled_from(EVENTS),
            st.dictionaries(
                st.sampled_from(["CreateTime", "ExpiredTime", "FailTime", "FailReason"]),
                st.none() | st.text(max_size=12) | st.integers().map(str) | st.dictionaries(st.text(), st.text()),
            ),
        ),
        max_size=8,
    )
)
def test_whatever_an_event_holds_a_person_can_read_it(events: list[Heard]) -> None:
    for alert in find_alerts(events, NOW):
        for sentence in (in_chinese(alert, "Asia/Shanghai"), in_english(alert, "Asia/Shanghai")):
            assert sentence.isprintable()
            assert "{" not in sentence.replace(alert.reason, "")


# ---------------------------------------------------------------------------- from the callback to the operator

_numbers = itertools.count(1)


def receive(world: World, publisher: Publisher, kind: str, **fields: object) -> None:
    """The platform pushes an event, and it is opened and kept as the door does it."""
    letter = write(world.platform, APPID, kind, fields, "oPlatform")
    stamp, nonce = str(int(world.clock.now.timestamp())), str(next(_numbers))
    token = SECRETS["PUBLISHER_MAIN_TOKEN"]
    query = {"timestamp": stamp, "nonce": nonce, "signature": sign(token, stamp, nonce)}
    opened = open_envelope(Keys(APPID, token, ""), query, letter.xml.encode(), int(stamp))
    publisher.record_event("main", read_message(opened.fields))


def status(world: World) -> str:
    result = CliRunner().invoke(main, ["--home", str(world.home), "status"], env=SECRETS)
    assert result.exit_code == 0
    return result.output


def test_status_and_doctor_tell_until_a_success_comes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "system_clock", world.clock)
    publisher = world.open()
    assert "认证" not in status(world)
    receive(world, publisher, "annual_renew", ExpiredTime=1_800_000_000)
    receive(world, publisher, "naming_verify_fail", FailReason="与\n执照不一致", FailTime=1_790_000_000)
    told = status(world)
    assert "公众号认证  main：认证将于 2027-01-15 到期，请在公众号后台办理年审" in told
    assert "名称认证于 2026-09-21 没有通过（与 执照不一致）" in told
    findings = [finding.text for finding in examine(world.home, SECRETS) if not finding.fine]
    assert any(text.startswith("main: certification ends on 2027-01-15; renew it") for text in findings)
    assert any("the name was refused on 2026-09-21 (与 执照不一致)" in text for text in findings)
    world.clock.turn(minutes=1)
    receive(world, publisher, "naming_verify_success", ExpiredTime=1_830_000_000)
    assert "认证" not in status(world)
    assert not any("certification" in finding.text for finding in examine(world.home, SECRETS))


def test_no_person_is_kept_with_an_event(world: World) -> None:
    publisher = world.open()
    receive(world, publisher, "verify_expired")
    (event,) = publisher.store.furnishings.heard("main", EVENTS)
    assert "oPlatform" not in str(event)
    assert publisher.store.furnishings.heard("other", EVENTS) == []
