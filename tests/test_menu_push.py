"""The menu compared with the platform's, and pushed to it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result

from publisher.app import Publisher, system_clock
from publisher.cli import main
from publisher.doctor import examine
from publisher.errors import AccountRefused, NeedsPerson, WeChatError
from publisher.issue import Move, Status
from publisher.menu import canonical
from publisher.sandbox.state import SUCCEEDED, Draft, Publication
from publisher.upkeep import Strange
from publisher.worker import work_once
from tests.menus import button
from tests.world import APPID, PUBLISHED_LINK, SECRETS, World, issue_text

# ---------------------------------------------------------------------------- the platform

CONFIGURED = """
[[button]]
name = "最新"
issue = "最新"
[[button]]
name = "往期"
[[button.sub]]
name = "目录"
key = "目录"
"""
CREATE = "/cgi-bin/menu/create"


def configure(world: World, text: str = CONFIGURED) -> Publisher:
    (world.home / "config" / "menu.toml").write_text(text, encoding="utf-8")
    return world.open()


def publish(world: World, publisher: Publisher, total: int) -> str:
    """The article id of a new issue, which is out at once."""
    article_id, now = f"ARTICLE-{total}", world.clock.turn(minutes=1)
    draft = Draft(f"D{total}", [], 0, 0)
    with world.platform.lock:
        published = Publication(draft, "publish", 0, "1", 1, article_id, status=SUCCEEDED)
        world.platform.account(APPID).publications.append(published)
    issue = publisher.store.receive("main", f"{total}.txt", f"{total:064}", {}, now)
    for status in (Status.IMPORTED, Status.SCHEDULED, Status.DRAFTED):
        issue = publisher.store.move(issue, Move(status, ""), now)
    facts = {"article_id": article_id, "article_urls": (PUBLISHED_LINK,), "published_at": now}
    publisher.store.move(issue, Move(Status.PUBLISHED, "", None, facts), now)
    return article_id


def there(world: World) -> Any:
    """The menu on the platform, in canonical form."""
    return canonical(world.platform.account(APPID).menu.get("button"))


def make_in_console(world: World, *buttons: object) -> None:
    with world.platform.lock:
        account = world.platform.account(APPID)
        account.console_menu, account.menu = list(buttons), {}


LINK = {"name": "官网", "type": "view", "url": "https://a.cn"}


def test_a_menu_is_pushed_where_it_differs_and_only_there(world: World) -> None:
    publisher = configure(world)
    article = publish(world, publisher, 18)
    assert publisher.upkeep.view_menu("main").changes == [
        f"增加 最新：打开文章 {article}",
        "增加 往期 › 目录：按规则回答（key 目录）",
    ]
    assert publisher.upkeep.push_menu("main", Strange.KEEP).changes
    assert there(world)[0] == {"name": "最新", "type": "article_view_limited", "article_id": article}
    assert publisher.upkeep.push_menu("main", Strange.KEEP).changes == []
    assert world.calls(CREATE) == 1


def test_the_newest_issue_takes_its_place_by_itself(world: World) -> None:
    publisher = configure(world)
    publish(world, publisher, 18)
    publisher.upkeep.push_menu("main", Strange.KEEP)
    asked = world.calls("/cgi-bin/menu/get")
    publisher.upkeep.tend()
    assert (world.calls(CREATE), world.calls("/cgi-bin/menu/get")) == (1, asked)
    article = publish(world, publisher, 19)
    publisher.upkeep.tend()
    assert there(world)[0]["article_id"] == article
    publisher.upkeep.tend()
    assert world.calls(CREATE) == 2


def test_a_menu_is_not_pushed_unasked_before_a_person_did(world: World) -> None:
    publisher = configure(world)
    publish(world, publisher, 18)
    publisher.upkeep.tend()
    assert world.calls(CREATE) == 0
    publisher.upkeep.push_menu("main", Strange.KEEP)
    changed = configure(world, CONFIGURED.replace("目录", "往期目录"))
    publish(world, changed, 19)
    changed.upkeep.tend()
    assert world.calls(CREATE) == 1


def test_a_menu_without_issues_is_never_looked_at(world: World) -> None:
    publisher = configure(world, button(key="目录"))
    publisher.upkeep.push_menu("main", Strange.KEEP)
    calls = len(world.platform.calls)
    publisher.upkeep.tend()
    assert len(world.platform.calls) == calls


def test_somebody_else_s_menu_stays_until_that_is_asked_for(world: World) -> None:
    publisher = configure(world, button(key="目录"))
    make_in_console(world, LINK)
    view = publisher.upkeep.view_menu("main")
    assert (view.is_ours, view.there.by_api) == (False, False)
    with pytest.raises(NeedsPerson, match="somebody else") as caught:
        publisher.upkeep.push_menu("main", Strange.KEEP)
    assert "在后台做的" in caught.value.note
    assert "publisher menu push --account main --replace" in caught.value.note
    publisher.upkeep.push_menu("main", Strange.REPLACE)
    assert [each["name"] for each in there(world)] == ["钮"]
    with world.platform.lock:
        world.platform.account(APPID).menu = {"button": [LINK]}
    with pytest.raises(NeedsPerson) as caught:
        publisher.upkeep.push_menu("main", Strange.KEEP)
    assert "别的程序做的" in caught.value.note


def test_the_hook_leaves_somebody_else_s_menu_alone(world: World, caplog: pytest.LogCaptureFixture) -> None:
    publisher = configure(world)
    publish(world, publisher, 18)
    publisher.upkeep.push_menu("main", Strange.KEEP)
    make_in_console(world, LINK)
    publish(world, publisher, 19)
    publisher.upkeep.tend()
    publisher.upkeep.tend()
    assert world.platform.account(APPID).console_menu == [LINK]
    assert caplog.text.count("somebody else") == 1


def test_a_menu_that_is_there_already_is_taken_for_ours(world: World) -> None:
    publisher = configure(world, button(key="目录"))
    with world.platform.lock:
        world.platform.account(APPID).menu = {"button": [{"name": "钮", "type": "click", "key": "目录"}]}
    assert publisher.upkeep.push_menu("main", Strange.KEEP).changes == []
    later = configure(world, button(key="帮助"))
    assert later.upkeep.push_menu("main", Strange.KEEP).changes
    assert there(world)[0]["key"] == "帮助"


def test_a_platform_that_lists_a_menu_otherwise_than_it_was_sent_is_no_stranger(world: World) -> None:
    publisher = configure(world, button(url="https://a.cn"))
    publisher.upkeep.push_menu("main", Strange.KEEP)
    listed = [{"name": "钮", "type": "view", "url": "https://a.cn/#wechat_redirect"}]
    with world.platform.lock:
        world.platform.account(APPID).menu = {"button": listed}
    pushed = publisher.store.furnishings.menu("main")
    assert pushed is not None
    publisher.store.furnishings.keep_menu("main", replace(pushed, stored=listed), world.clock.now)
    assert publisher.upkeep.push_menu("main", Strange.KEEP).changes == []
    later = configure(world, button(url="https://b.cn"))
    assert later.upkeep.push_menu("main", Strange.KEEP).changes


def test_menus_for_some_readers_stay(world: World) -> None:
    publisher = configure(world, button(key="目录"))
    publisher.upkeep.push_menu("main", Strange.KEEP)
    with world.platform.lock:
        world.platform.account(APPID).conditional_menus.append({"button": [LINK], "matchrule": {"tag_id": "2"}})
    later = configure(world, button(key="帮助"))
    assert later.upkeep.push_menu("main", Strange.KEEP).there.conditional == 1
    assert len(world.platform.account(APPID).conditional_menus) == 1


@pytest.mark.parametrize("kind", ["lost-answer", "bad-gateway", "reset-before"])
def test_a_push_whose_answer_is_lost_is_found_or_made_again(world: World, kind: str) -> None:
    publisher = configure(world, button(key="目录"))
    world.fault(CREATE, kind)
    with pytest.raises(WeChatError):
        publisher.upkeep.push_menu("main", Strange.KEEP)
    publisher.upkeep.push_menu("main", Strange.KEEP)
    assert publisher.upkeep.view_menu("main").is_ours
    assert [each["key"] for each in there(world)] == ["目录"]


def test_a_push_that_cannot_be_read_back_counts(world: World) -> None:
    publisher = configure(world, button(key="目录"))
    world.fault("/cgi-bin/menu/get", "errcode", 40013, after=1)
    assert publisher.upkeep.push_menu("main", Strange.KEEP).changes
    assert publisher.upkeep.view_menu("main").is_ours


@pytest.mark.parametrize(("errcode", "later"), [(48001, 23 * 3600), (45009, 3600), (-1, 240), (40018, 3000)])
def test_what_goes_wrong_on_the_round_is_left_alone_for_a_while(world: World, errcode: int, later: int) -> None:
    publisher = configure(world)
    publish(world, publisher, 18)
    publisher.upkeep.push_menu("main", Strange.KEEP)
    article = publish(world, publisher, 19)
    world.fault(CREATE, "errcode", errcode)
    publisher.upkeep.tend()
    world.clock.turn(seconds=later)
    publisher.upkeep.tend()
    assert world.calls(CREATE) == 2
    world.clock.turn(days=2)
    publisher.upkeep.tend()
    assert there(world)[0]["article_id"] == article
    assert publisher.pauses() == []


def test_an_account_that_may_not_have_menus_says_so(world: World) -> None:
    publisher = configure(world, button(key="目录"))
    world.platform.account(APPID).rights = frozenset({"draft"})
    with pytest.raises(AccountRefused) as caught:
        publisher.upkeep.push_menu("main", Strange.KEEP)
    assert "没有这个接口的权限" in caught.value.note


def test_one_pass_of_the_worker_publishes_and_brings_the_menu_up_to_date(world: World) -> None:
    publisher = configure(world)
    publish(world, publisher, 17)
    publisher.upkeep.push_menu("main", Strange.KEEP)
    world.drop("18.txt", issue_text(18))
    world.take_in(publisher)
    issue = world.finish(publisher)
    work_once(publisher, timedelta())
    assert there(world)[0]["article_id"] == issue.article_id != ""


def test_a_worker_at_work_brings_the_menu_up_to_date(world: World) -> None:
    publisher = configure(world)
    world.clock.now = system_clock()
    publish(world, publisher, 17)
    publisher.upkeep.push_menu("main", Strange.KEEP)
    article = publish(world, publisher, 18)
    command = [sys.executable, "-m", "publisher.cli", "--home", str(world.home), "work"]
    with subprocess.Popen(command, env={**os.environ, **SECRETS}, stderr=subprocess.DEVNULL) as worker:
        with world.platform.changed:
            assert world.platform.changed.wait_for(lambda: there(world)[0]["article_id"] == article, 60)
        worker.terminate()
        assert worker.wait(60) == 0


# ---------------------------------------------------------------------------- commands


def run(world: World, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(world.home), "menu", *arguments], env=SECRETS)


def test_the_commands_show_push_and_refuse(world: World) -> None:
    configure(world, button(name="五个汉字呢", key="目录"))
    make_in_console(world, LINK)
    with world.platform.lock:
        world.platform.account(APPID).menu_open = False
    shown = run(world, "show")
    assert shown.exit_code == 0
    for line in (
        "五个汉字呢：按规则回答（key 目录）",
        "公众号上的菜单（在后台做的）：",
        "官网：打开网页 https://a.cn",
        "去掉 官网",
        "显示不全：五个汉字呢",
        "关闭的",
    ):
        assert line in shown.output
    refused = run(world, "push")
    assert refused.exit_code == 1
    assert "--replace" in refused.output
    pushed = run(world, "push", "--account", "main", "--replace")
    assert (pushed.exit_code, "菜单已推送" in pushed.output) == (0, True)
    assert "没有变化" in run(world, "push").output
    assert "两边一样" in run(world, "show").output
    for command in ("push", "show"):
        assert run(world, command, "--account", "other").exit_code == 2


def test_without_a_menu_of_ours_the_one_there_is_shown_and_left_alone(world: World) -> None:
    configure(world, "")
    make_in_console(world, LINK)
    shown = run(world, "show")
    assert shown.exit_code == 0
    assert "官网：打开网页 https://a.cn" in shown.output
    assert "不碰公众号上的菜单" in shown.output
    assert "去掉" not in shown.output
    assert run(world, "push").exit_code == 2


def test_an_account_that_cannot_be_asked_keeps_no_other_back(world: World) -> None:
    configure(world, button(key="目录"))
    accounts = world.home / "config" / "accounts.toml"
    first = f"[accounts.first]\nappid = 'wx9999999999999999'\napi_base = '{world.url}'\n"
    accounts.write_text(first + accounts.read_text(encoding="utf-8"), encoding="utf-8")
    pushed = run(world, "push")
    assert pushed.exit_code == 1
    assert "公众号 first：" in pushed.output
    assert "公众号 main：菜单已推送" in pushed.output


def test_the_doctor_names_the_keys_that_no_rule_answers(world: World) -> None:
    configure(world, button(key="目录") + button(key="无人") + button(kind="pic_weixin", key="图"))
    found = "\n".join(finding.text for finding in examine(world.home, SECRETS) if not finding.fine)
    assert "no rule answers the menu's key '无人'" in found
    assert "'图'" not in found
    assert "'目录'" not in found  # a word that readers may send as well
    with (world.home / "config" / "replies.toml").open("a", encoding="utf-8") as rules:
        rules.write("\n[[reply]]\nname = '菜单'\nevent = 'CLICK'\ntext = '好'\n")
    assert not any("'无人'" in finding.text for finding in examine(world.home, SECRETS))
