"""The cheap neighbours: quotas, rids, addresses."""

from __future__ import annotations

from collections.abc import Mapping

from .calls import Answer, Call, done, take_text
from .refusals import Refusal, refuse_when
from .state import DAY, Account, Platform

CLEARINGS_PER_MONTH = 10


def use_quota(platform: Platform, account: Account, path: str, daily: int) -> None:
    """Count one call of `path`; 45009 over the day's limit."""
    key = platform.today(), path
    refuse_when(account.used.get(key, 0) >= account.limits.get(path, daily), 45009)
    account.used[key] = account.used.get(key, 0) + 1


def get_quota(call: Call, daily: Mapping[str, int]) -> Answer:
    """The day's limit of a path and how much of it is used; `daily` holds the usual limits."""
    path = take_text(call.fields(), "cgi_path")
    refuse_when(path not in daily, 76021)
    limit = call.account.limits.get(path, daily[path])
    used = call.account.used.get((call.platform.today(), path), 0)
    quota = {"daily_limit": limit, "used": used, "remain": limit - used}
    return done({"quota": quota, "rate_limit": {"call_count": 0, "refresh_second": 0}})


def clear_quota(call: Call) -> Answer:
    """Set all of an account's counters to nothing, ten times in thirty days."""
    if take_text(call.fields(), "appid") != call.account.appid:
        raise Refusal(40013)
    account = call.account
    account.clearings = [at for at in account.clearings if at > call.now - 30 * DAY]
    refuse_when(len(account.clearings) >= CLEARINGS_PER_MONTH, 48006)
    account.clearings.append(call.now)
    account.used.clear()
    return done()


def get_rid(call: Call) -> Answer:
    """What is known of a failed call."""
    rid = take_text(call.fields(), "rid")
    found = [record for record in call.platform.calls if rid and record.rid == rid]
    refuse_when(not found, 76001)
    request = {
        "invoke_time": int(found[0].time),
        "cost_in_ms": 1,
        "request_url": found[0].path,
        "request_body": "",
        "response_body": f'{{"errcode":{found[0].errcode}}}',
        "client_ip": "127.0.0.1",
    }
    return done({"request": request})


def list_addresses(_call: Call) -> Answer:
    """The platform's own addresses."""
    return {"ip_list": ["101.226.103.0/25", "127.0.0.1"]}
