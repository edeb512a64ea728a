"""The client against a scripted server: what leaves, and what comes back as what."""

from __future__ import annotations

from datetime import timedelta

import pytest

from publisher.errors import (
    AccountRefused,
    Busy,
    ConfigError,
    OutcomeUnknown,
    Unpublishable,
    Unreachable,
)
from publisher.wechat import (
    Cover,
    DraftArticle,
    MassSend,
    Platform,
    Publication,
    PublicationState,
    PublishedArticle,
    Submission,
)
from publisher.wechat.client import Client, _parse_date
from tests.client import (  # noqa: F401 - fixtures
    ARTICLE,
    JPEG,
    OK,
    OTHER,
    PATIENT,
    PNG,
    SINCE,
    STALE,
    TOKEN,
    _clock,
    _platform,
    _wire,
    account,
    failure,
)
from tests.clock import Clock
from tests.wire import Wire, says_bytes

# ---------------------------------------------------------------------------- what leaves


def test_chinese_goes_out_raw_and_the_body_says_that_it_is_json(wire: Wire, platform: Platform) -> None:
    wire.on("draft/add", {"media_id": "D"})
    assert platform.add_draft([ARTICLE]) == "D"
    (request,) = wire.calls("draft/add")
    assert "协会举办春季植树活动".encode() in request.body
    assert b"\\u" not in request.body
    assert request.headers["content-type"] == "application/json; charset=utf-8"
    assert request.query == {"access_token": TOKEN}


def test_an_article_keeps_every_field_that_is_given_and_sends_no_empty_one(wire: Wire, platform: Platform) -> None:
    wire.on("draft/add", {"media_id": "D"})
    cropped = DraftArticle("题", "", "", "<p>文</p>", "C", pic_crop_235_1="0_0_1_0.5", only_fans_can_comment=1)
    platform.add_draft([cropped, ARTICLE])
    (request,) = wire.calls("draft/add")
    assert request.json()["articles"][0] == {
        "title": "题",
        "content": "<p>文</p>",
        "thumb_media_id": "C",
        "need_open_comment": 0,
        "only_fans_can_comment": 1,
        "pic_crop_235_1": "0_0_1_0.5",
    }
    assert len(request.json()["articles"]) == 2


def test_an_update_sends_one_article_and_not_a_list(wire: Wire, platform: Platform) -> None:
    wire.on("draft/update", OK)
    platform.update_draft("D", 1, ARTICLE)
    sent = wire.calls("draft/update")[0].json()
    assert (sent["media_id"], sent["index"], sent["articles"]["title"]) == ("D", 1, ARTICLE.title)


@pytest.mark.parametrize("text", ["坏\ud83d字", "看不见\x0b的", "\x00"])
def test_text_that_only_an_escape_could_carry_is_not_sent(wire: Wire, platform: Platform, text: str) -> None:
    broken = DraftArticle(text, "", "", "<p>文</p>", "C")
    error = failure(lambda: platform.add_draft([broken]))
    assert isinstance(error, Unpublishable)
    assert "字符" in error.note
    assert wire.requests == []


@pytest.mark.parametrize("text", [r"C:\users\u4f60", "行\n\t“”\u2028", "\U0001f600", "\\", r"\\u0041"])
def test_backslashes_line_ends_and_emoji_are_ordinary_text(wire: Wire, platform: Platform, text: str) -> None:
    wire.on("draft/add", {"media_id": "D"})
    platform.add_draft([DraftArticle(text, "", "", "<p>文</p>", "C")])
    assert wire.calls("draft/add")[0].json()["articles"][0]["title"] == text


@pytest.mark.parametrize(
    ("data", "name", "sent_name", "media_type"),
    [
        (JPEG, "a.jpg", b'filename="a.jpg"', b"image/jpeg"),
        (PNG, "cover.jpg", b'filename="cover.png"', b"image/png"),
        (b"GIF89a...", "x", b'filename="x.gif"', b"image/gif"),
        (JPEG, "第一期 封面.jpeg", b'filename="-.jpg"', b"image/jpeg"),
        (JPEG, ".jpg", b'filename="-jpg.jpg"', b"image/jpeg"),
    ],
)
def test_a_file_goes_with_an_ascii_name_that_agrees_with_its_bytes(
    wire: Wire, platform: Platform, data: bytes, name: str, sent_name: bytes, media_type: bytes
) -> None:
    wire.on("media/uploadimg", {"url": "http://mmbiz.qpic.cn/a/0"})
    platform.upload_image(data, name)
    (request,) = wire.calls("media/uploadimg")
    assert b'name="media"; ' + sent_name in request.body
    assert b"Content-Type: " + media_type in request.body
    assert data in request.body
    assert request.headers["content-type"].startswith("multipart/form-data; boundary=")


def test_bytes_that_are_no_picture_are_not_sent(wire: Wire, platform: Platform) -> None:
    assert isinstance(failure(lambda: platform.upload_image(b"RIFF....WEBP", "a.webp")), Unpublishable)
    assert isinstance(failure(lambda: platform.upload_cover(b"", "a.jpg")), Unpublishable)
    assert wire.requests == []


def test_a_cover_is_a_permanent_picture_of_type_image(wire: Wire, platform: Platform) -> None:
    wire.on("material/add_material", {"media_id": "M", "url": "http://mmbiz.qpic.cn/c/0?wx_fmt=jpeg", "item": []})
    assert platform.upload_cover(JPEG, "c.jpg") == Cover("M", "https://mmbiz.qpic.cn/c/0?wx_fmt=jpeg")
    assert wire.calls("material/add_material")[0].query["type"] == "image"


def test_every_api_of_wechatpy_goes_to_our_base(wire: Wire, clock: Clock) -> None:
    client = Client(account(f"{wire.url}/gate/"), clock, PATIENT)
    wire.scripts["/gate/cgi-bin/stable_token"] = wire.scripts["/cgi-bin/stable_token"]
    wire.scripts["/gate/datacube/getusersummary"].append(says_bytes(b'{"list":[{"new_user":3}]}'))
    wire.scripts["/gate/cgi-bin/media/get"].append(says_bytes(b'{"video_url":"v"}'))
    assert client.datacube.get_user_summary("2026-01-01", "2026-01-01") == [{"new_user": 3}]
    assert client.get("https://api.weixin.qq.com/cgi-bin/media/get", params={"media_id": "M"})["video_url"] == "v"
    wire.scripts["/gate/datacube/getusersummary"][0] = says_bytes(b"{}")
    error = failure(lambda: client.datacube.get_user_summary("2026-01-01", "2026-01-01"))
    assert isinstance(error, OutcomeUnknown)
    client.close()


def test_parameters_of_the_caller_are_left_alone(wire: Wire, clock: Clock) -> None:
    client = Client(account(wire.url), clock, PATIENT)
    wire.on("draft/count", STALE, {"total_count": 0})
    wire.on("stable_token", {"access_token": TOKEN, "expires_in": 7200}, {"access_token": OTHER, "expires_in": 7200})
    params = {"access_token": "of-old", "x": "1"}
    client.get("draft/count", params=params)
    assert params == {"access_token": "of-old", "x": "1"}
    assert [call.query["access_token"] for call in wire.calls("draft/count")] == [TOKEN, OTHER]
    client.close()


# ---------------------------------------------------------------------------- the base


@pytest.mark.parametrize(
    "base",
    [
        "http://api.weixin.qq.com", "ftp://127.0.0.1", "api.weixin.qq.com", "", "https://", "https://a/?x=1",
        "https://me:pass@api.weixin.qq.com", "http://[::1", "https://a:b", "http://10.0.0.1",
    ],
)  # fmt: skip
def test_a_base_that_is_neither_https_nor_this_machine_is_a_fault_of_configuration(base: str) -> None:
    with pytest.raises(ConfigError, match=r"accounts\.main\.api_base"):
        Platform(account(base), Clock())


@pytest.mark.parametrize(
    "base", ["https://api.weixin.qq.com/", "http://localhost:1", "http://[::1]:1", "http://127.0.0.1:1/x"]
)
def test_https_and_this_machine_are_fine(base: str) -> None:
    Platform(account(base), Clock()).close()


def test_a_proxy_of_the_environment_does_not_stand_before_this_machine(
    wire: Wire, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    wire.on("draft/count", {"total_count": 4})
    assert platform.count_drafts() == 4


def test_a_proxy_that_opens_no_tunnel_means_that_nothing_happened(
    wire: Wire, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, wire.url)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    away = Platform(account("https://api.example.invalid"), clock, PATIENT)
    assert isinstance(failure(lambda: away.submit("D")), Unreachable)
    away.close()


# ---------------------------------------------------------------------------- the verbs


def test_a_draft_is_there_until_the_platform_says_40007(wire: Wire, platform: Platform) -> None:
    wire.on("draft/get", {"news_item": [{"title": "题"}]}, {"errcode": 40007, "errmsg": "invalid media_id"}, STALE)
    assert platform.has_draft("D")
    assert not platform.has_draft("D")
    assert isinstance(failure(lambda: platform.has_draft("D")), AccountRefused)


def test_the_right_to_publish_is_denied_by_48001_and_by_nothing_else(wire: Wire, platform: Platform) -> None:
    wire.on("freepublish/batchget", {"total_count": 0}, {"errcode": 48001}, {"errcode": 50002}, {"errcode": 45009})
    assert platform.may_publish()
    assert not platform.may_publish()
    assert isinstance(failure(platform.may_publish), AccountRefused)
    assert isinstance(failure(platform.may_publish), Busy)
    assert wire.calls("freepublish/batchget")[0].json() == {"offset": 0, "count": 1, "no_content": 1}


@pytest.mark.parametrize(
    ("answer", "submission"),
    [
        ({"errcode": 0, "publish_id": "100000001", "msg_data_id": 2247503051}, Submission("100000001", "2247503051")),
        ({"errcode": 0, "publish_id": 100000001}, Submission("100000001", "")),
        ({"publish_id": "7", "msg_data_id": None}, Submission("7", "")),
    ],
)
def test_a_submission_s_ids_may_be_texts_or_numbers(
    wire: Wire, platform: Platform, answer: dict[str, object], submission: Submission
) -> None:
    wire.on("freepublish/submit", answer)
    assert platform.submit("D") == submission
    assert wire.calls("freepublish/submit")[0].json() == {"media_id": "D"}


LINK = {"idx": 1, "article_url": "http://mp.weixin.qq.com/s?__biz=x"}
HTTPS = "https://mp.weixin.qq.com/s?__biz=x"


@pytest.mark.parametrize(
    ("answer", "publication"),
    [
        (
            {"publish_status": 0, "article_id": "A", "article_detail": {"count": 1, "item": [LINK]}, "fail_idx": []},
            Publication(PublicationState.SUCCESS, "A", (HTTPS,)),
        ),
        (
            {"publish_status": "0", "article_id": "A", "article_detail": {"count": 1, "item": LINK}},
            Publication(PublicationState.SUCCESS, "A", (HTTPS,)),
        ),
        ({"publish_status": 1, "fail_idx": []}, Publication(PublicationState.PENDING)),
        ({"publish_status": 2, "fail_idx": [1, "3"]}, Publication(PublicationState.NOT_ORIGINAL, failed=(1, 3))),
        ({"publish_status": 4, "fail_idx": 2}, Publication(PublicationState.REJECTED, failed=(2,))),
        ({"publish_status": 6, "article_detail": []}, Publication(PublicationState.BANNED)),
    ],
)
def test_a_publication_is_read_however_the_platform_spells_it(
    wire: Wire, platform: Platform, answer: dict[str, object], publication: Publication
) -> None:
    wire.on("freepublish/get", answer)
    assert platform.publication("1") == publication


@pytest.mark.parametrize("status", [None, 7, "soon", True])
def test_a_publication_of_unknown_status_is_asked_for_again(wire: Wire, platform: Platform, status: object) -> None:
    wire.on("freepublish/get", {"publish_status": status})
    assert isinstance(failure(lambda: platform.publication("1")), Unreachable)


def test_a_mass_send_goes_to_all_under_its_clientmsgid(wire: Wire, platform: Platform) -> None:
    wire.on("message/mass/sendall", {"errcode": 0, "errmsg": "ok", "msg_id": 34182, "msg_data_id": 206227730})
    assert platform.mass_send("D", "issue-1") == MassSend("34182", "206227730")
    sent = wire.calls("message/mass/sendall")[0].json()
    assert (sent["filter"], sent["mpnews"]) == ({"is_to_all": True}, {"media_id": "D"})
    assert (sent["msgtype"], sent["clientmsgid"]) == ("mpnews", "issue-1")


def test_a_mass_send_that_the_platform_knows_already_is_a_success(wire: Wire, platform: Platform) -> None:
    wire.on(
        "message/mass/sendall", {"errcode": 45065, "errmsg": "clientmsgid exist", "msg_id": 34182}, {"errcode": 45065}
    )
    assert platform.mass_send("D", "issue-1") == MassSend("34182", "", repeated=True)
    assert isinstance(failure(lambda: platform.mass_send("D", "issue-1")), OutcomeUnknown)


def test_the_status_of_a_mass_send_is_the_platform_s_word(wire: Wire, platform: Platform) -> None:
    wire.on("message/mass/get", {"msg_id": 34182, "msg_status": "SEND_SUCCESS"})
    assert platform.mass_status("34182") == "SEND_SUCCESS"


def test_a_published_article_tells_covers_and_links_of_what_is_not_deleted(wire: Wire, platform: Platform) -> None:
    items = [
        {"thumb_media_id": "C1", "url": "http://mp.weixin.qq.com/1", "is_deleted": False},
        {"thumb_media_id": "C2", "url": "http://mp.weixin.qq.com/2", "is_deleted": True},
    ]
    wire.on("freepublish/getarticle", {"news_item": items})
    assert platform.published_article("A") == PublishedArticle(("C1",), ("https://mp.weixin.qq.com/1",))


def test_the_platform_s_clock_is_known_after_an_answer(wire: Wire, platform: Platform) -> None:
    wire.on("draft/count", {"total_count": 0})
    before = platform.server_time
    platform.count_drafts()
    after = platform.server_time
    assert before is None
    assert after is not None
    assert after.tzinfo is not None


@pytest.mark.parametrize("date", ["nonsense", "", "Tue, 24 Nov 2026 01:00:00 -0000"])
def test_a_clock_that_cannot_be_read_is_not_told(date: str) -> None:
    assert _parse_date(date) is None


# ---------------------------------------------------------------------------- lists


def listed(key: str, minutes: float, **more: object) -> dict[str, object]:
    when = int((SINCE + timedelta(minutes=minutes)).timestamp())
    article = {"thumb_media_id": f"C-{key}", "url": f"http://mp.weixin.qq.com/{key}"}
    return {
        "media_id": key,
        "article_id": key,
        "name": f"{key}.jpg",
        "url": f"http://mmbiz.qpic.cn/{key}",
        "update_time": when,
        "content": {"news_item": [article], "update_time": when},
        **more,
    }


def pages(wire: Wire, path: str, items: list[dict[str, object]]) -> None:
    cuts = [items[at : at + 20] for at in range(0, len(items), 20)] or [[]]
    wire.on(path, *({"total_count": len(items), "item_count": len(cut), "item": cut} for cut in cuts))


def test_drafts_with_a_cover_are_found_newest_first_and_old_ones_left_out(wire: Wire, platform: Platform) -> None:
    mine = {"news_item": [{"thumb_media_id": "X"}, {"thumb_media_id": "C"}]}
    items = [listed("other", 9), listed("older", 2, content=mine), listed("newer", 5, content=mine)]
    pages(wire, "draft/batchget", [*items, listed("ancient", -1, content=mine)])
    assert platform.find_drafts("C", SINCE) == ("newer", "older")
    assert wire.calls("draft/batchget")[0].json() == {"offset": 0, "count": 20, "no_content": 1}


def test_a_list_is_read_page_by_page_as_far_as_it_goes(wire: Wire, platform: Platform) -> None:
    pages(wire, "draft/batchget", [listed(f"d{number}", 100 - number) for number in range(45)])
    assert platform.find_drafts("C-d44", SINCE) == ("d44",)
    assert [call.json()["offset"] for call in wire.calls("draft/batchget")] == [0, 20, 40]


def test_a_list_is_left_after_two_old_pages_or_five(wire: Wire, platform: Platform) -> None:
    pages(wire, "draft/batchget", [listed(f"d{number}", -1 - number) for number in range(100)])
    assert platform.find_drafts("C", SINCE) == ()
    assert len(wire.calls("draft/batchget")) == 2
    pages(wire, "draft/batchget", [listed(f"d{number}", 200 - number) for number in range(180)])
    assert platform.find_drafts("C-d150", SINCE) == ()
    assert len(wire.calls("draft/batchget")) == 7


def test_a_list_without_a_count_ends_with_an_empty_page(wire: Wire, platform: Platform) -> None:
    wire.on("draft/batchget", {"item": [listed("d", 1)]}, {"item": []})
    assert platform.find_drafts("C-d", SINCE) == ("d",)
    assert len(wire.calls("draft/batchget")) == 2


def test_an_empty_list_may_leave_its_items_out_but_a_full_one_may_not(wire: Wire, platform: Platform) -> None:
    wire.on("draft/batchget", {"total_count": 0, "item_count": 0}, {"total_count": 3, "item_count": 3}, OK)
    assert platform.find_drafts("C", SINCE) == ()
    assert isinstance(failure(lambda: platform.find_drafts("C", SINCE)), Unreachable)
    assert isinstance(failure(lambda: platform.find_drafts("C", SINCE)), Unreachable)


@pytest.mark.parametrize("when", [None, "", "soon", 10**20])
def test_an_entry_without_a_time_is_not_overlooked(wire: Wire, platform: Platform, when: object) -> None:
    item = listed("d", 1, update_time=when, content={"news_item": {"thumb_media_id": "C"}})
    pages(wire, "draft/batchget", [item, {"media_id": "strange"}])
    assert platform.find_drafts("C", SINCE) == ("d",)


def test_a_cover_is_found_by_the_name_under_which_it_was_uploaded(wire: Wire, platform: Platform) -> None:
    pages(wire, "material/batchget_material", [listed("other", 1), listed("wx-1-ab", 2, name="wx-1-ab.png")])
    assert platform.find_cover("wx-1-ab.jpg", SINCE) == Cover("wx-1-ab", "https://mmbiz.qpic.cn/wx-1-ab")
    assert platform.find_cover("wx-1-a.jpg", SINCE) is None
    assert wire.calls("material/batchget_material")[0].json() == {"type": "image", "offset": 0, "count": 20}


def test_a_publication_is_found_by_its_cover_and_may_be_deleted(wire: Wire, platform: Platform) -> None:
    gone = {"news_item": [{"thumb_media_id": "G", "url": "http://mp.weixin.qq.com/g", "is_deleted": True}]}
    pages(wire, "freepublish/batchget", [listed("a", 1), listed("g", 2, content=gone)])
    link = "https://mp.weixin.qq.com/a"
    assert platform.find_publication("C-a", SINCE) == Publication(PublicationState.SUCCESS, "a", (link,))
    assert platform.find_publication("G", SINCE) == Publication(PublicationState.DELETED, "g")
    assert platform.find_publication("C-b", SINCE) is None
