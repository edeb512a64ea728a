"""The client against the stand-in platform."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from publisher.errors import (
    AccountRefused,
    OutcomeUnknown,
)
from publisher.sandbox import SandboxSettings, create_sandbox
from publisher.web.server import start
from publisher.wechat import (
    DraftArticle,
    Platform,
    PublicationState,
    Timeouts,
)
from tests import sandbox_world
from tests.client import SINCE, _clock, _platform, _wire, account, failure  # noqa: F401 - fixtures
from tests.clock import Clock
from tests.wire import Wire


@pytest.fixture(scope="module")
def sandbox() -> Iterator[sandbox_world.World]:
    app = create_sandbox(SandboxSettings(clock=Clock()))
    with start(app) as server:
        yield sandbox_world.World(server, app.state.platform)


@pytest.fixture
def live(sandbox: sandbox_world.World) -> Iterator[Platform]:
    sandbox.platform.reset()
    made = Platform(account(sandbox.server.url), Clock(), Timeouts(read=5))
    yield made
    made.close()


def an_issue(platform: Platform) -> tuple[str, str]:
    cover = platform.upload_cover(sandbox_world.picture(900, 383), "wx-1-ab.jpg").media_id
    return cover, platform.add_draft([DraftArticle("第一期", "秘书处", "", "<p>正文</p>", cover)])


def test_the_whole_way_from_a_cover_to_a_publication(sandbox: sandbox_world.World, live: Platform) -> None:
    cover, draft = an_issue(live)
    found = live.find_cover("wx-1-ab.jpg", SINCE)
    assert found is not None
    assert found.media_id == cover
    assert live.find_drafts(cover, SINCE) == (draft,)
    live.update_draft(draft, 0, DraftArticle("第一期（改）", "", "", "<p>正文</p>", cover))
    assert live.count_drafts() == 1
    publish_id = live.submit(draft).publish_id
    assert not live.has_draft(draft)
    sandbox.platform.advance(60)
    publication = live.publication(publish_id)
    assert publication.state is PublicationState.SUCCESS
    assert publication.urls[0].startswith(sandbox.server.url)
    assert live.published_article(publication.article_id).thumb_media_ids == (cover,)
    assert live.find_publication(cover, SINCE) == publication


def test_a_picture_of_the_stand_in_platform_keeps_its_plain_address(
    sandbox: sandbox_world.World, live: Platform
) -> None:
    url = live.upload_image(sandbox_world.picture(), "a.jpg")
    assert url.startswith(sandbox.server.url)


@pytest.mark.parametrize("how", ["dead", "aged"])
def test_tokens_that_die_are_replaced_in_flight(sandbox: sandbox_world.World, live: Platform, how: str) -> None:
    live.count_drafts()
    sandbox.set_account(tokens=how)
    assert live.count_drafts() == 0


def test_a_mass_send_that_is_repeated_is_the_first(live: Platform) -> None:
    _, draft = an_issue(live)
    first = live.mass_send(draft, "issue-1")
    again = live.mass_send(draft, "issue-1")
    assert (again.msg_id, again.repeated, first.repeated) == (first.msg_id, True, False)
    assert live.mass_status(first.msg_id) in {"SENDING", "SEND_SUCCESS"}


@pytest.mark.parametrize("kind", ["lost-answer", "bad-gateway", "truncated", "html", "reset-before"])
def test_a_draft_whose_answer_is_lost_can_be_looked_for(
    sandbox: sandbox_world.World, live: Platform, kind: str
) -> None:
    live.count_drafts()
    cover = live.upload_cover(sandbox_world.picture(900, 383), "c.jpg").media_id
    sandbox.break_next("/cgi-bin/draft/add", kind)
    article = DraftArticle("第一期", "", "", "<p>正文</p>", cover)
    assert isinstance(failure(lambda: live.add_draft([article])), OutcomeUnknown)
    assert len(live.find_drafts(cover, SINCE)) == (kind not in {"html", "reset-before"})


def test_an_account_without_the_right_cannot_publish(sandbox: sandbox_world.World, live: Platform) -> None:
    assert live.may_publish()
    sandbox.set_account(rights=["draft", "material"])
    assert not live.may_publish()


def test_a_wrong_secret_concerns_the_account(sandbox: sandbox_world.World, live: Platform) -> None:
    sandbox.set_account(secret="another")
    error = failure(live.count_drafts)
    assert isinstance(error, AccountRefused)
    assert error.errcode == 40125


def test_a_moving_picture_becomes_permanent_and_its_url_is_given(wire: Wire, platform: Platform) -> None:
    wire.on("material/add_material", {"media_id": "M", "url": "http://mmbiz.qpic.cn/g/0?wx_fmt=gif"})
    assert platform.upload_animation(b"GIF89a", "a.gif") == "https://mmbiz.qpic.cn/g/0?wx_fmt=gif"
    (request,) = wire.calls("material/add_material")
    assert b'filename="a.gif"' in request.body
    wire.on("material/add_material", {"media_id": "M"})
    failure(lambda: platform.upload_animation(b"GIF89a", "a.gif"))
