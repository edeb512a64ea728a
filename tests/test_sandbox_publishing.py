"""Drafts that leave the box of the stand-in platform, its quotas, and its pages."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from tests.sandbox_world import APPID, World, open_world, picture


@pytest.fixture(scope="module")
def running() -> Iterator[World]:
    with open_world() as world:
        yield world


@pytest.fixture
def world(running: World) -> World:
    return running.begin_again()


# ---------------------------------------------------------------------------- publishing


def test_a_submitted_draft_leaves_the_box_at_once_and_is_out_after_a_while(world: World) -> None:
    media_id = world.draft(2)
    publish_id = world.submit(media_id)
    assert publish_id.isdigit()
    assert world.errcode("/cgi-bin/draft/get", {"media_id": media_id}) == 40007
    assert world.errcode("/cgi-bin/freepublish/submit", {"media_id": media_id}) == 40007
    assert world.status(publish_id) == {"publish_id": publish_id, "publish_status": 1, "fail_idx": []}
    world.wait(1.5)
    done = world.status(publish_id)
    assert done["publish_status"] == 0
    assert done["article_detail"]["count"] == 2
    assert [item["idx"] for item in done["article_detail"]["item"]] == [1, 2]


def test_what_is_published_can_be_listed_and_read(world: World) -> None:
    thumb = world.cover()
    publish_id = world.submit(world.draft(thumb_media_id=thumb))
    world.wait(2)
    done = world.status(publish_id)
    listed = world.post("/cgi-bin/freepublish/batchget", {"offset": 0, "count": 20, "no_content": 1})
    assert (listed["total_count"], listed["item"][0]["article_id"]) == (1, done["article_id"])
    item = listed["item"][0]["content"]["news_item"][0]
    assert (item["thumb_media_id"], item["url"]) == (thumb, done["article_detail"]["item"][0]["article_url"])
    assert "content" not in item
    read = world.post("/cgi-bin/freepublish/getarticle", {"article_id": done["article_id"]})
    assert "正文" in read["news_item"][0]["content"]
    assert world.errcode("/cgi-bin/freepublish/getarticle", {"article_id": "none"}) == 53600
    assert world.errcode("/cgi-bin/freepublish/get", {"publish_id": "1"}) == 40035


@pytest.mark.parametrize(("outcome", "fail_idx"), [(2, [1]), (3, []), (4, [1])])
def test_a_publication_can_be_made_to_fail_and_its_draft_is_back(
    world: World, outcome: int, fail_idx: list[int]
) -> None:
    world.set_account(outcome=outcome, fail_idx=[1])
    media_id = world.draft()
    publish_id = world.submit(media_id)
    world.wait(2)
    failed = {"publish_id": publish_id, "publish_status": outcome, "fail_idx": fail_idx}
    assert world.status(publish_id) == failed
    assert world.errcode("/cgi-bin/draft/get", {"media_id": media_id}) == 0
    assert world.publish()["publish_status"] == 0


def test_deleting_all_articles_of_a_publication_is_status_five(world: World) -> None:
    done = world.publish(2)
    path, article_id = "/cgi-bin/freepublish/delete", done["article_id"]
    assert world.errcode(path, {"article_id": article_id, "index": 3}) == 40114
    assert world.errcode(path, {"article_id": article_id, "index": 2}) == 0
    assert world.status(done["publish_id"])["publish_status"] == 0
    assert world.errcode(path, {"article_id": article_id}) == 0
    assert world.status(done["publish_id"])["publish_status"] == 5
    url = done["article_detail"]["item"][0]["article_url"]
    assert "已被发布者删除" in world.page(url)


def test_the_platform_can_take_a_publication_down(world: World) -> None:
    done = world.publish()
    world.post(f"/sandbox/takedown/{done['article_id']}", {})
    assert world.status(done["publish_id"])["publish_status"] == 6
    assert "违规" in world.page(done["article_detail"]["item"][0]["article_url"])
    assert "error" in world.post("/sandbox/takedown/none", {})


def test_a_person_can_publish_or_delete_a_draft_in_the_console(world: World) -> None:
    media_id, other = world.draft(title="人发的"), world.draft()
    pressed = world.post(f"/sandbox/publish/{media_id}", {})
    assert world.errcode("/cgi-bin/draft/get", {"media_id": media_id}) == 40007
    listed = world.post("/cgi-bin/freepublish/batchget", {"offset": 0, "count": 1})
    assert listed["item"][0]["article_id"] == pressed["article_id"]
    assert "人发的" in world.page(pressed["urls"][0])
    world.post(f"/sandbox/drafts/{other}/delete", {})
    assert world.get("/cgi-bin/draft/count") == {"total_count": 0}
    assert "error" in world.post(f"/sandbox/publish/{media_id}", {})


def test_a_right_that_is_withdrawn_is_48001_and_the_rest_goes_on(world: World) -> None:
    world.set_account(rights=["draft", "material"])
    media_id = world.draft()
    assert world.errcode("/cgi-bin/freepublish/submit", {"media_id": media_id}) == 48001
    assert world.mass_send(media_id)["errcode"] == 48001
    assert world.get("/cgi-bin/menu/get")["errcode"] == 48001
    assert world.errcode("/cgi-bin/draft/get", {"media_id": media_id}) == 0


# ---------------------------------------------------------------------------- mass send


def test_a_mass_send_takes_the_draft_and_is_not_in_the_list_of_publications(world: World) -> None:
    media_id = world.draft()
    sent = world.mass_send(media_id)
    assert sent["errmsg"] == "send job submission success"
    assert world.errcode("/cgi-bin/draft/get", {"media_id": media_id}) == 40007
    path = "/cgi-bin/message/mass/get"
    assert world.post(path, {"msg_id": sent["msg_id"]})["msg_status"] == "SENDING"
    world.wait(2)
    assert world.post(path, {"msg_id": sent["msg_id"]})["msg_status"] == "SEND_SUCCESS"
    assert world.post("/cgi-bin/freepublish/batchget", {"count": 20})["total_count"] == 0
    assert world.errcode("/cgi-bin/message/mass/delete", {"msg_id": sent["msg_id"]}) == 0
    assert world.post(path, {"msg_id": sent["msg_id"]})["msg_status"] == "DELETE"
    assert world.errcode(path, {"msg_id": 1}) == 40035


def test_a_used_clientmsgid_gives_the_first_msg_id_for_a_day(world: World) -> None:
    first, second = world.draft(), world.draft()
    sent = world.mass_send(first)
    twin = world.mass_send(first)
    assert (twin["errcode"], twin["msg_id"]) == (45065, sent["msg_id"])
    assert world.mass_send(second, "job-2")["errcode"] == 45028
    assert world.mass_send(second, "x" * 65)["errcode"] == 45067
    world.wait(86_400)
    world.token = world.fetch_token()
    assert world.mass_send(second)["errcode"] == 0


def test_a_mass_send_that_the_review_refuses_failed_and_leaves_the_day_s_send(world: World) -> None:
    world.set_account(outcome=3)
    sent = world.mass_send(world.draft())
    world.wait(2)
    assert world.post("/cgi-bin/message/mass/get", {"msg_id": sent["msg_id"]})["msg_status"] == "SEND_FAIL"
    assert world.mass_send(world.draft())["msg_id"] == sent["msg_id"]
    assert world.mass_send(world.draft(), "job-2")["errcode"] == 0


def test_a_mass_send_without_clientmsgid_is_known_by_its_content(world: World) -> None:
    media_id = world.draft()
    sent = world.mass_send(media_id, "")
    assert world.mass_send(media_id, "")["msg_id"] == sent["msg_id"]


def test_only_drafts_are_mass_sent(world: World) -> None:
    assert world.mass_send("none")["errcode"] == 40007
    assert world.errcode("/cgi-bin/message/mass/sendall", {"msgtype": "mpnews", "mpnews": 1}) == 41006
    assert world.errcode("/cgi-bin/message/mass/sendall", {"msgtype": "text"}) == 40008


# ---------------------------------------------------------------------------- quotas and neighbours


def test_a_spent_quota_is_45009_until_it_is_cleared_or_the_day_changes(world: World) -> None:
    world.set_account(limits={"/cgi-bin/draft/count": 1})
    assert world.get("/cgi-bin/draft/count") == {"total_count": 0}
    assert world.get("/cgi-bin/draft/count")["errcode"] == 45009
    path = {"cgi_path": "/cgi-bin/draft/count"}
    quota = world.post("/cgi-bin/openapi/quota/get", path)["quota"]
    assert quota == {"daily_limit": 1, "used": 1, "remain": 0}
    assert world.errcode("/cgi-bin/clear_quota", {"appid": "other"}) == 40013
    assert world.errcode("/cgi-bin/clear_quota", {"appid": APPID}) == 0
    assert world.get("/cgi-bin/draft/count") == {"total_count": 0}
    assert world.errcode("/cgi-bin/openapi/quota/get", {"cgi_path": "/none"}) == 76021


def test_quotas_can_be_cleared_ten_times_a_month(world: World) -> None:
    assert [world.errcode("/cgi-bin/clear_quota", {"appid": APPID}) for _ in range(11)] == [0] * 10 + [48006]


def test_a_menu_can_be_made_seen_and_deleted(world: World) -> None:
    button = {"type": "click", "name": "最新", "key": "latest"}
    assert world.get("/cgi-bin/menu/get")["errcode"] == 46003
    assert world.errcode("/cgi-bin/menu/create", {"button": [button] * 4}) == 40016
    assert world.errcode("/cgi-bin/menu/create", {"button": [{**button, "name": "名" * 6}]}) == 40018
    assert world.errcode("/cgi-bin/menu/create", {"button": [button]}) == 0
    assert world.get("/cgi-bin/menu/get")["menu"]["button"] == [{**button, "sub_button": []}]
    assert world.get("/cgi-bin/menu/delete")["errcode"] == 0
    assert world.get("/cgi-bin/menu/get")["errcode"] == 46003
    assert "127.0.0.1" in world.get("/cgi-bin/get_api_domain_ip")["ip_list"]


# ---------------------------------------------------------------------------- pages


def test_the_overview_shows_drafts_and_publications_and_what_was_taken_away(world: World) -> None:
    world.post("/sandbox/reset", {})
    assert "还没有公众号" in world.page("/")
    world.begin_again()
    world.set_account(name="金联", callback_url="http://cb/", rights=["draft", "material", "publish"])
    world.publish()
    world.draft(2, title="<下一期>", content="<p>x<script>1</script>")
    page = world.page("/")
    assert all(
        word in page for word in ("金联", "&lt;下一期&gt;", "发布 · 已发布", "&lt;script&gt; 被删除", "http://cb/")
    )


def test_a_draft_is_previewed_by_its_temporary_link(world: World) -> None:
    media_id = world.draft(2, author="编辑部", content_source_url="https://example.org/")
    items = world.post("/cgi-bin/draft/get", {"media_id": media_id})["news_item"]
    page = world.page(items[1]["url"])
    assert all(word in page for word in ("草稿预览", "编辑部", '<span leaf="">正文</span>', "阅读原文"))
    assert "不存在" in world.page(items[1]["url"].replace("idx=2", "idx=3"))
    world.submit(media_id)
    assert "不存在" in world.page(items[0]["url"])


def test_pages_allow_no_scripts(world: World) -> None:
    connection = HTTPConnection("127.0.0.1", world.server.port, timeout=10)
    connection.request("GET", "/")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert (answer.getheader("Content-Security-Policy") or "").startswith("default-src 'none'")


def test_parallel_uploads_all_arrive(world: World) -> None:
    urls: list[str] = []
    data = picture()
    upload = lambda: urls.append(world.upload("/cgi-bin/media/uploadimg", data)["url"])  # noqa: E731 -- a thread's target
    threads = [threading.Thread(target=upload) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(urls)) == 8
    assert urlsplit(urls[0]).query == "from=appmsg"
