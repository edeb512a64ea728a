"""The stand-in platform, over real HTTP; what it should do is in the platform's documents, not in its client."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.sandbox.sanitiser import sanitise
from tests.sandbox_world import APPID, SECRET, World, open_world, picture


@pytest.fixture(scope="module")
def running() -> Iterator[World]:
    with open_world() as world:
        yield world


@pytest.fixture
def world(running: World) -> World:
    return running.begin_again()


# ---------------------------------------------------------------------------- tokens


def test_a_first_secret_is_taken_and_another_is_refused_later(world: World) -> None:
    assert len(world.token) >= 150
    given = {"grant_type": "client_credential", "appid": APPID, "secret": "other"}
    answer = world.post("/cgi-bin/stable_token", given)
    assert answer["errcode"] == 40125
    assert answer["errmsg"].startswith("invalid appsecret rid: ")


def test_the_rid_of_a_failure_begins_with_the_second_and_can_be_asked_about(world: World) -> None:
    rid = world.post("/cgi-bin/draft/get", {"media_id": "x"})["errmsg"].rpartition("rid: ")[2]
    assert int(rid.split("-")[0], 16) == int(world.platform.now())
    assert world.post("/cgi-bin/openapi/rid/get", {"rid": rid})["request"]["request_url"] == "/cgi-bin/draft/get"
    assert world.errcode("/cgi-bin/openapi/rid/get", {"rid": "0-0-0"}) == 76001


@pytest.mark.parametrize(
    ("given", "errcode"),
    [
        ({"secret": "s"}, 41002),
        ({"appid": "wx1"}, 41004),
        ({"appid": "公众号", "secret": "s"}, 40013),
        ({"appid": "wx1", "secret": "s", "grant_type": "x"}, 40002),
    ],
)
def test_a_token_is_not_given_for_half_a_credential(world: World, given: dict[str, str], errcode: int) -> None:
    assert world.errcode("/cgi-bin/stable_token", given) == errcode


def test_a_stable_token_stays_the_same_while_it_lives(world: World) -> None:
    world.wait(3600)
    given = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET}
    assert world.post("/cgi-bin/stable_token", given) == {"access_token": world.token, "expires_in": 3600}


def test_a_stable_token_rolls_over_near_its_end_and_both_work_for_a_while(world: World) -> None:
    world.wait(7000)
    old, world.token = world.token, world.fetch_token()
    assert world.token != old
    assert world.get("/cgi-bin/draft/count", access_token=old) == {"total_count": 0}
    world.wait(201)
    assert world.get("/cgi-bin/draft/count", access_token=old)["errcode"] == 42001


def test_a_forced_refresh_kills_the_old_token_at_once_but_not_twice_within_half_a_minute(world: World) -> None:
    old, world.token = world.token, world.fetch_token(force_refresh=True)
    assert world.get("/cgi-bin/draft/count", access_token=old)["errcode"] == 40001
    assert world.fetch_token(force_refresh=True) == world.token
    world.wait(31)
    assert world.fetch_token(force_refresh=True) != world.token


def test_a_classic_token_replaces_the_one_before_after_five_minutes_and_leaves_the_stable_one(world: World) -> None:
    query = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET}
    first, second = (world.get("/cgi-bin/token", **query)["access_token"] for _ in range(2))
    assert world.get("/cgi-bin/draft/count", access_token=first) == {"total_count": 0}
    world.wait(301)
    assert world.get("/cgi-bin/draft/count", access_token=first)["errcode"] == 40001
    assert world.get("/cgi-bin/draft/count", access_token=second) == {"total_count": 0}
    assert world.get("/cgi-bin/draft/count") == {"total_count": 0}


@pytest.mark.parametrize(("how", "errcode"), [("dead", 40001), ("aged", 42001)])
def test_tokens_can_be_ended_from_outside(world: World, how: str, errcode: int) -> None:
    world.set_account(tokens=how)
    assert world.get("/cgi-bin/draft/count")["errcode"] == errcode
    world.token = world.fetch_token()
    assert world.get("/cgi-bin/draft/count") == {"total_count": 0}


def test_an_address_outside_the_whitelist_is_named_in_the_refusal(world: World) -> None:
    world.set_account(allowed_ips=["203.0.113.9"])
    given = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET}
    answer = world.post("/cgi-bin/stable_token", given)
    assert answer["errcode"] == 40164
    assert "invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist" in answer["errmsg"]
    world.set_account(allowed_ips=None)
    assert world.fetch_token() == world.token


def test_a_call_without_token_or_by_the_wrong_method_or_of_nothing_is_refused(world: World) -> None:
    assert world.get("/cgi-bin/draft/count", access_token="")["errcode"] == 41001
    assert world.get("/cgi-bin/draft/count", access_token="x")["errcode"] == 40001
    assert world.get("/cgi-bin/draft/add")["errcode"] == 43002
    assert world.errcode("/cgi-bin/draft/count", {}) == 43001
    assert world.get("/cgi-bin/no/such")["errcode"] == 40066


@pytest.mark.parametrize(("body", "errcode"), [(b"", 44002), (b"{", 47001), (b"[]", 47001), (b"\xff", 47001)])
def test_a_body_that_is_no_json_object_is_refused(world: World, body: bytes, errcode: int) -> None:
    answer = world.ask("POST", f"/cgi-bin/draft/get?access_token={world.token}", body)
    assert json.loads(answer)["errcode"] == errcode


# ---------------------------------------------------------------------------- media


def test_an_uploaded_picture_is_served_under_its_url(world: World) -> None:
    data = picture(kind="PNG")
    url = world.upload("/cgi-bin/media/uploadimg", data, "b.png")["url"]
    assert url.startswith(world.server.url + "/mmbiz_png/")
    assert world.ask("GET", urlsplit(url).path) == data
    assert world.ask("GET", "/mmbiz_png/none/0") == b"no such picture"


@pytest.mark.parametrize(
    ("data", "name", "errcode"),
    [
        (picture(), "", 41005),
        (picture(), "a.png", 40005),
        (picture(kind="GIF"), "a.gif", 40005),
        (picture(kind="WEBP"), "a.jpg", 40005),
        (picture()[:200], "a.jpg", 40137),
        (b"", "a.jpg", 44001),
        (picture() + bytes(1024 * 1024), "a.jpg", 40009),
    ],
)
def test_a_picture_that_the_platform_does_not_take_is_refused(
    world: World, data: bytes, name: str, errcode: int
) -> None:
    assert world.upload("/cgi-bin/media/uploadimg", data, name)["errcode"] == errcode


def test_the_part_must_be_named_media_and_the_body_be_multipart(world: World) -> None:
    assert world.upload("/cgi-bin/media/uploadimg", picture(), field="file")["errcode"] == 41005
    broken = world.ask("POST", f"/cgi-bin/media/uploadimg?access_token={world.token}", b"x", "multipart/form-data")
    assert json.loads(broken)["errcode"] == 41005
    assert world.errcode("/cgi-bin/media/uploadimg", {}) == 41005


def test_permanent_material_is_listed_newest_first_under_its_file_name_and_deleted(world: World) -> None:
    path = "/cgi-bin/material/add_material"
    world.upload(path, picture(), "old.jpg", type="image")
    new = world.upload(path, picture(kind="GIF"), "new.gif", type="image")
    thumb = world.upload(path, picture(), "t.jpg", type="thumb")
    assert "url" not in thumb
    listed = world.post("/cgi-bin/material/batchget_material", {"type": "image", "offset": 0, "count": 1})
    assert (listed["total_count"], listed["item_count"]) == (2, 1)
    assert (listed["item"][0]["name"], listed["item"][0]["url"]) == ("new.gif", new["url"])
    assert world.get("/cgi-bin/material/get_materialcount")["image_count"] == 2
    assert world.errcode("/cgi-bin/material/del_material", {"media_id": new["media_id"]}) == 0
    assert world.errcode("/cgi-bin/material/del_material", {"media_id": new["media_id"]}) == 40007


def test_material_of_a_wrong_kind_or_size_is_refused(world: World) -> None:
    path = "/cgi-bin/material/add_material"
    assert world.upload(path, picture(), type="carpet")["errcode"] == 40004
    assert world.upload(path, picture(kind="PNG"), "a.png", type="thumb")["errcode"] == 40005
    assert world.upload(path, picture() + bytes(65 * 1024), type="thumb")["errcode"] == 40012
    assert world.upload(path, picture() + bytes(10 * 1024 * 1024), type="image")["errcode"] == 45001
    assert world.errcode("/cgi-bin/material/batchget_material", {"type": "image", "count": 21}) == 40035
    assert world.errcode("/cgi-bin/material/batchget_material", {"type": "carpet"}) == 40004


# ---------------------------------------------------------------------------- drafts


def test_a_draft_reads_back_as_the_platform_stores_it(world: World) -> None:
    added = world.post("/cgi-bin/draft/add", {"articles": [world.article(author="编辑部", title="a/b")]})
    assert "errcode" not in added
    item = world.post("/cgi-bin/draft/get", {"media_id": added["media_id"]})["news_item"][0]
    assert (item["title"], item["author"], item["digest"]) == ("a/b", "编辑部", "正文")
    assert item["content"].startswith('<p><span leaf="">正文</span></p>')
    assert item["thumb_url"].startswith(f"{world.server.url}/mmbiz_jpg/")
    assert "tempkey=" in item["url"]


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"title": " "}, 40227),
        ({"title": "题" * 33}, 45003),
        ({"title": ["x"]}, 47001),
        ({"author": "作" * 17}, 45110),
        ({"digest": "摘" * 121}, 45004),
        ({"content": ""}, 44004),
        ({"content": "文" * 20_001}, 45002),
        ({"content_source_url": "ftp://x"}, 41039),
        ({"content_source_url": "https://x/" + "y" * 1024}, 45005),
        ({"thumb_media_id": "unknown"}, 40007),
        ({"need_open_comment": "yes"}, 47001),
        ({"article_type": "newspic"}, 40035),
        ({"pic_crop_235_1": "0_0_2_1"}, 53402),
        ({"pic_crop_235_1": "0_0_0.5_1"}, 53402),
        ({"pic_crop_1_1": "0.5_0_0.5_1"}, 53402),
    ],
)
def test_an_article_that_passes_a_limit_is_refused(world: World, changes: dict[str, object], errcode: int) -> None:
    assert world.refused_article(**changes) == errcode


def test_an_article_at_every_limit_is_taken(world: World) -> None:
    full = {"title": "题" * 32, "author": "作" * 16, "digest": "摘" * 120, "content": "文" * 20_000}
    assert world.refused_article(**full, pic_crop_235_1="0_0_1_1") == 0


def test_escaped_characters_count_six_each_and_show_literally(world: World) -> None:
    target = f"/cgi-bin/draft/add?access_token={world.token}"
    short = json.dumps({"articles": [world.article(title="四个字啊")]}).encode()
    media_id = json.loads(world.ask("POST", target, short))["media_id"]
    title = world.post("/cgi-bin/draft/get", {"media_id": media_id})["news_item"][0]["title"]
    assert title == "\\u56db\\u4e2a\\u5b57\\u554a"
    longer = json.dumps({"articles": [world.article(title="六个字就太长")]}).encode()
    assert json.loads(world.ask("POST", target, longer))["errcode"] == 45003


def test_a_draft_has_one_to_eight_articles(world: World) -> None:
    path = "/cgi-bin/draft/add"
    one = world.article()
    assert world.errcode(path, {"articles": [one] * 8}) == 0
    assert world.errcode(path, {"articles": [one] * 9}) == 45008
    assert world.errcode(path, {"articles": []}) == 44003
    assert world.errcode(path, {"articles": [[one]]}) == 44003
    assert world.errcode(path, {"articles": one}) == 47001
    assert world.errcode(path, {"articles": ["x"]}) == 47001


def test_a_digest_is_honoured_for_a_single_article_only(world: World) -> None:
    single, several = world.draft(digest="手写"), world.draft(2, digest="手写", content="<p>" + "字" * 80)
    for media_id, digest in ((single, "手写"), (several, "字" * 54)):
        assert world.post("/cgi-bin/draft/get", {"media_id": media_id})["news_item"][0]["digest"] == digest


def test_an_update_takes_one_object_at_an_index(world: World) -> None:
    path, media_id = "/cgi-bin/draft/update", world.draft(2)
    changed = world.article(title="改过")
    assert world.errcode(path, {"media_id": media_id, "index": 1, "articles": changed}) == 0
    assert world.errcode(path, {"media_id": media_id, "index": 2, "articles": changed}) == 40114
    assert world.errcode(path, {"media_id": media_id, "index": 0, "articles": [changed]}) == 47001
    assert world.errcode(path, {"media_id": media_id, "index": "0", "articles": changed}) == 47001
    assert world.errcode(path, {"media_id": media_id, "index": 0}) == 44003
    assert world.errcode(path, {"index": 0, "articles": changed}) == 41006
    listed = world.post("/cgi-bin/draft/batchget", {"offset": 0, "count": 20, "no_content": 1})
    assert [item["title"] for item in listed["item"][0]["content"]["news_item"]] == ["第一期", "改过"]
    assert "content" not in listed["item"][0]["content"]["news_item"][0]


def test_drafts_are_listed_last_changed_first_and_deleted_for_good(world: World) -> None:
    first = world.draft()
    world.wait(5)
    second = world.draft()
    assert [item["media_id"] for item in world.post("/cgi-bin/draft/batchget", {"count": 20})["item"]] == [
        second,
        first,
    ]
    assert world.errcode("/cgi-bin/draft/delete", {"media_id": first}) == 0
    assert world.errcode("/cgi-bin/draft/get", {"media_id": first}) == 40007
    assert world.get("/cgi-bin/draft/count") == {"total_count": 1}


# ---------------------------------------------------------------------------- sanitiser


def stored(html: str) -> str:
    return sanitise(html, {"sandbox"}).html.partition('<p style="display: none;"><mp-style-type')[0]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("字<br>字", '<span leaf="">字</span><br  /><span leaf="">字</span>'),
        (
            '<p class="a" id="b" data-x="c" onclick="d()" style="color:#07c160">字',
            '<p style="color: rgb(7, 193, 96);">',
        ),
        ('<p style="color:#FFF;--a:1;width:var(--a);position:fixed">字', '<p style="color: rgb(255, 255, 255);">'),
        ('<p style="position:sticky;animation:x 1s;;oops">字', "<p><span"),
        ('<p style="background:url(http://evil/x.png)">字', "<p><span"),
        (
            '<p style="background:url(http://sandbox/mmbiz_png/x/0)">字',
            "background: url(http://sandbox/mmbiz_png/x/0);",
        ),
        ('<code style="padding:2px;color:red">x', '<code style="color: red;">'),
        ("前<script>alert(1)</script>后<style>p{}</style>", '<span leaf="">前后</span>'),
        ("前<!-- 注 -->后", '<span leaf="">前后</span>'),
        ('前<img src="http://evil/x.png">后', '<span leaf="">前后</span>'),
        ('<img src="http://sandbox/elsewhere.png">', ""),
        ('<img data-w="9" data-evil="1" src="http://sandbox/mmbiz_jpg/x/0">', '<img data-w="9" src="http://sandbox/mm'),
        ('<img src="https://mmbiz.qpic.cn/mmbiz_jpg/x/0">', ""),
        ('看<a href="https://x.y/">这<b>里</b></a>吧', '<span leaf="">看这</span><b><span leaf="">里</span></b>'),
        ('<a href="http://[/">坏</a>', '<span leaf="">坏</span>'),
        ('<a href="https://mp.weixin.qq.com/s?x=1">文</a>', '<a href="https://mp.weixin.qq.com/s?x=1">'),
        ('<a data-miniprogram-appid="wx1" href="">文</a>', '<a data-miniprogram-appid="wx1" href="">'),
        ("<article>前<p>中</p>后</article>", '<span leaf="">前</span><p><span leaf="">中</span></p><span leaf="">后'),
        (
            '<svg id="a" onload="x()" fill="url(#b)" width="1"><g class="c"><text>画</text></g></svg>',
            '<svg width="1"><g><text>画',
        ),
        (
            '<mp-common-profile class="p" onclick="x" data-id="1"></mp-common-profile>',
            '<mp-common-profile class="p" data-id',
        ),
        ("<p>a</p><mp-style-type></mp-style-type>", '<p><span leaf="">a</span></p>'),
    ],
)
def test_content_is_stored_with_what_the_platform_keeps(sent: str, kept: str) -> None:
    assert kept in stored(sent)
    assert not any(evil in stored(sent) for evil in ("script", "evil", "onclick", "onload", "qpic.cn", "elsewhere"))


def test_what_the_sanitiser_took_away_is_told() -> None:
    losses = sanitise('<p style="position:relative">x<img src="http://evil/x">', set()).losses
    assert losses == ("样式 position:relative 不一定保留", "外部图片被删除")


@given(st.text(alphabet=st.sampled_from("<>/=\"ab pdivscriptstyle#;:!-&'中"), max_size=120))
def test_stored_content_is_stored_unchanged_a_second_time(html: str) -> None:
    once = sanitise(html, set()).html
    assert sanitise(once, set()).html == once
    assert "<script" not in once
