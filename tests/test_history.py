"""What `publisher history` tells of an issue: every move, call and event, in plain words and in order."""

from __future__ import annotations

from publisher.app import Publisher
from publisher.issue import Status
from publisher.replies import Message
from publisher.storytelling import story_rows, tell
from tests.world import World, issue_text

ADD, SUBMIT = "/cgi-bin/draft/add", "/cgi-bin/freepublish/submit"


def words(publisher: Publisher) -> list[str]:
    return [line.words.strip() for line in tell(publisher.story(1))]


def test_moves_and_calls_stand_in_the_order_in_which_they_happened(world: World) -> None:
    publisher = world.open(slots=["30 17 * * *"])
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    world.wake(publisher, hours=8.5)
    world.finish(publisher)
    told = words(publisher)
    signs = ["收到稿件", "上传封面", "新建草稿", "草稿已放入公众号草稿箱", "提交发布", "已发布"]
    places = [next(place for place, line in enumerate(told) if sign in line) for sign in signs]
    assert places == sorted(places)


def test_a_lost_answer_that_was_found_again_is_told(world: World) -> None:
    publisher = world.open()
    world.fault(ADD, "lost-answer")
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    world.finish(publisher)
    assert any("新建草稿" in line and "没有收到回答" in line and "找到" in line for line in words(publisher))


def test_a_refusal_is_told_with_its_code_its_rid_and_what_it_means(world: World) -> None:
    publisher = world.open()
    world.fault(ADD, "errcode", 45166)
    world.drop("spring.txt", issue_text())
    assert world.work(publisher).status is Status.HELD
    rows = story_rows(publisher.story(1), "Asia/Shanghai")["story"]
    (call,) = [row for row in rows if row.get("call") == "add_draft"]
    assert (call["errcode"], bool(call["rid"])) == (45166, True)
    assert "平台不接受的内容" in call["words"]
    assert call["time"].endswith("+08:00")


def test_a_call_that_a_retry_makes_anew_stays_in_the_story(world: World) -> None:
    publisher = world.open()
    world.fault(SUBMIT, "reset-before")
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    assert world.wake(publisher, minutes=31).status is Status.HELD
    publisher.retry(1)
    assert world.finish(publisher).status is Status.PUBLISHED
    assert sum("提交发布" in line for line in words(publisher)) > 1


def test_an_event_is_told_with_the_issue_that_it_speaks_of(world: World) -> None:
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    issue = world.finish(publisher)
    facts = {"PublishEventInfo": {"publish_id": issue.publish_id, "publish_status": "0"}}
    publisher.record_event("main", Message("event", "gh", "o", "", "PUBLISHJOBFINISH", "", "", 1, facts))
    assert any("PUBLISHJOBFINISH" in line and "发布成功" in line for line in words(publisher))
