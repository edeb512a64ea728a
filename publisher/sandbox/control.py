"""The strings behind the stage, under /sandbox: set up accounts, order faults, turn the clock, look at everything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from http.client import HTTPException
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from .accounts import Unset, set_up_account
from .api import base_of
from .calls import Answer
from .drafts import preview_url
from .events import settle
from .faults import AFTER, BEFORE, Fault
from .menus import make_in_console
from .posting import verify_url
from .publishing import ban, take_out
from .state import Account, Draft, Platform, Publication
from .storm import KINDS, Storm, is_errcode
from .subscriber import scan, send


async def set_account(request: Request) -> JSONResponse:
    """POST /sandbox/accounts/{appid}: callback_url, token, aeskey, rights, limits … see `accounts`."""
    given = await _read(request)
    with _platform(request).lock:
        set_up_account(_platform(request), request.path_params["appid"], given)
    return JSONResponse({"ok": True})


async def hear_message(request: Request) -> JSONResponse:
    """POST /sandbox/accounts/{appid}/message {openid, text} or {openid, kind, fields}: what a subscriber gets for an
    answer; `kind` is any MsgType or Event (see `happenings`), `fields` its elements where they are not ordinary.
    """
    given = await _read(request)
    kind, openid = str(given.get("kind", "text")), str(given.get("openid", "oSubscriber0000000000000000"))
    fields = given.get("fields", {"Content": str(given["text"])} if "text" in given else {})
    if not isinstance(fields, dict):
        raise Unset("fields is an object: element to text, number, object or list")
    appid = request.path_params["appid"]
    try:
        reply = await run_in_threadpool(send, _platform(request), appid, kind, fields, openid)
    except ValueError as error:
        raise Unset(str(error)) from error
    return JSONResponse(asdict(reply))


async def scan_code(request: Request) -> JSONResponse:
    """POST /sandbox/accounts/{appid}/scan {openid, scene}: a reader scans a QR code with a scene, and follows by it who
    does not yet.
    """
    given = await _read(request)
    scene, openid = str(given.get("scene", "")), str(given.get("openid", "oSubscriber0000000000000000"))
    reply = await run_in_threadpool(scan, _platform(request), request.path_params["appid"], scene, openid)
    return JSONResponse(asdict(reply))


async def make_menu(request: Request) -> JSONResponse:
    """POST /sandbox/accounts/{appid}/menu {button, open}: a person makes a menu in the console, or closes it."""
    given = await _read(request)
    buttons = given.get("button", [])
    if not isinstance(buttons, list):
        raise Unset("button is a list")
    with _platform(request).lock:
        account = _platform(request).account(request.path_params["appid"])
        make_in_console(account, buttons, given.get("open", True))
    return JSONResponse({"ok": True})


async def verify_callback(request: Request) -> JSONResponse:
    """POST /sandbox/accounts/{appid}/verify: whether the callback answers the console's question."""
    platform = _platform(request)
    account = platform.account(request.path_params["appid"])
    try:
        verified = await run_in_threadpool(verify_url, account, int(platform.now()), platform.settings.push_timeout)
    except (OSError, ValueError, HTTPException):
        verified = False
    return JSONResponse({"verified": verified})


async def order_fault(request: Request) -> JSONResponse:
    """POST /sandbox/faults {path, kind, errcode, times, after, seconds}."""
    fault = _make_fault(await _read(request))
    with _platform(request).lock:
        _platform(request).faults.append(fault)
    return JSONResponse({"ok": True})


async def raise_storm(request: Request) -> JSONResponse:
    """POST /sandbox/storm {chance, seed, path, seconds, kinds: {kind: weight}}: that share of all calls fails from now
    on, by chance but the same in every storm with the same seed; {} ends it. See `storm`.
    """
    storm = _make_storm(await _read(request))
    with _platform(request).lock:
        _platform(request).storm = storm
    return JSONResponse({"ok": True})


async def show_calls(request: Request) -> JSONResponse:
    """GET /sandbox/calls[?path=…]: the log of calls and how many there were of each path."""
    path = request.query_params.get("path", "")
    with _platform(request).lock:
        records = [asdict(record) for record in _platform(request).calls if path in {"", record.path}]
    return JSONResponse({"calls": records, "counts": Counter(record["path"] for record in records)})


async def turn_clock(request: Request) -> JSONResponse:
    """POST /sandbox/clock {advance: seconds}."""
    given = await _read(request)
    seconds = given.get("advance")
    if not isinstance(seconds, int | float):
        raise Unset("advance is a number of seconds")
    _platform(request).advance(seconds)
    return JSONResponse({"now": _platform(request).now()})


async def show_state(request: Request) -> JSONResponse:
    """GET /sandbox/state: accounts with their drafts, publications and mass sends, and the events' deliveries."""
    platform = _platform(request)
    with platform.lock:
        settle(platform)
        accounts = [_summarise(account, base_of(request)) for account in platform.accounts.values()]
        state = {"now": platform.now(), "accounts": accounts, "deliveries": list(platform.deliveries)}
    return JSONResponse(state)


async def press_publish(request: Request) -> JSONResponse:
    """POST /sandbox/publish/{media_id}: a person presses 发表 in the console, without a push."""
    platform = _platform(request)
    with platform.lock:
        account, draft = _find_draft(platform, request.path_params["media_id"])
        publication = take_out(platform, account, draft, "console", base_of(request))
        settle(platform)
        return JSONResponse(_summarise_publication(publication))


async def delete_draft(request: Request) -> JSONResponse:
    """POST /sandbox/drafts/{media_id}/delete: a person deletes a draft in the console."""
    platform = _platform(request)
    with platform.lock:
        account, draft = _find_draft(platform, request.path_params["media_id"])
        del account.drafts[draft.media_id]
    return JSONResponse({"ok": True})


async def take_down(request: Request) -> JSONResponse:
    """POST /sandbox/takedown/{article_id}: the platform bans what was published (publish_status 6)."""
    platform = _platform(request)
    with platform.lock:
        every = [each for account in platform.accounts.values() for each in account.publications]
        found = [each for each in every if each.article_id == request.path_params["article_id"]]
        if not found:
            raise Unset("no such publication")
        ban(found[0])
    return JSONResponse({"ok": True})


async def reset(request: Request) -> JSONResponse:
    """POST /sandbox/reset: forget everything."""
    _platform(request).reset()
    return JSONResponse({"ok": True})


def explain(_request: Request, error: Exception) -> JSONResponse:
    """What a wrong control call gets: HTTP 400 and the reason."""
    return JSONResponse({"error": str(error)}, status_code=400)


_FAULT_FIELDS: Mapping[str, tuple[type, ...]] = {
    "path": (str,),
    "kind": (str,),
    "errcode": (int,),
    "times": (int,),
    "after": (int,),
    "seconds": (int, float),
}

_STORM_FIELDS: Mapping[str, tuple[type, ...]] = {
    "path": (str,),
    "chance": (int, float),
    "seed": (int,),
    "seconds": (int, float),
    "kinds": (dict,),
}

ROUTES = [
    Route("/sandbox/accounts/{appid}", set_account, methods=["POST"]),
    Route("/sandbox/accounts/{appid}/message", hear_message, methods=["POST"]),
    Route("/sandbox/accounts/{appid}/scan", scan_code, methods=["POST"]),
    Route("/sandbox/accounts/{appid}/menu", make_menu, methods=["POST"]),
    Route("/sandbox/accounts/{appid}/verify", verify_callback, methods=["POST"]),
    Route("/sandbox/faults", order_fault, methods=["POST"]),
    Route("/sandbox/storm", raise_storm, methods=["POST"]),
    Route("/sandbox/calls", show_calls),
    Route("/sandbox/clock", turn_clock, methods=["POST"]),
    Route("/sandbox/state", show_state),
    Route("/sandbox/publish/{media_id}", press_publish, methods=["POST"]),
    Route("/sandbox/drafts/{media_id}/delete", delete_draft, methods=["POST"]),
    Route("/sandbox/takedown/{article_id}", take_down, methods=["POST"]),
    Route("/sandbox/reset", reset, methods=["POST"]),
]


def _platform(request: Request) -> Platform:
    platform: Platform = request.app.state.platform
    return platform


async def _read(request: Request) -> dict[str, Any]:
    """The JSON object of a control call: whatever it holds is checked where it is used."""
    if not await request.body():
        return {}
    try:
        given = await request.json()
    except ValueError as error:
        raise Unset("the body is not JSON") from error
    if not isinstance(given, dict):
        raise Unset("the body must be a JSON object")
    return given


def _misfits(given: Mapping[str, Any], known: Mapping[str, tuple[type, ...]]) -> list[str]:
    return [name for name, value in given.items() if not isinstance(value, known.get(name, ()))]


def _make_fault(given: dict[str, Any]) -> Fault:
    if _misfits(given, _FAULT_FIELDS) or given.get("kind") not in BEFORE | AFTER or not given.get("path"):
        raise Unset(f"a fault has {', '.join(_FAULT_FIELDS)}; its kind is one of {', '.join(sorted(BEFORE | AFTER))}")
    return Fault(**given)


def _make_storm(given: dict[str, Any]) -> Storm:
    weights = given.get("kinds", KINDS)
    if _misfits(given, _STORM_FIELDS) or not weights:
        raise Unset(f"a storm has {', '.join(_STORM_FIELDS)}; its kinds are not empty")
    unknown = [kind for kind in weights if kind not in KINDS and not is_errcode(kind)]
    if unknown or not all(isinstance(weight, int | float) and weight > 0 for weight in weights.values()):
        raise Unset(f"kinds are any of {', '.join(KINDS)} or other errcodes, each with a weight greater than 0")
    return Storm(**given)


def _find_draft(platform: Platform, media_id: str) -> tuple[Account, Draft]:
    for account in platform.accounts.values():
        if media_id in account.drafts:
            return account, account.drafts[media_id]
    raise Unset("no such draft")


def _summarise(account: Account, base: str) -> Answer:
    return {
        "appid": account.appid,
        "name": account.name,
        "original_id": account.original_id,
        "rights": sorted(account.rights),
        "drafts": [_summarise_draft(account, draft, base) for draft in account.drafts.values()],
        "publications": [_summarise_publication(each) for each in account.publications if each.by != "mass"],
        "mass": [_summarise_publication(each) for each in account.publications if each.by == "mass"],
        "materials": len(account.materials),
        "messages": len(account.sent),
    }


def _summarise_draft(account: Account, draft: Draft, base: str) -> Answer:
    return {
        "media_id": draft.media_id,
        "titles": [article.title for article in draft.articles],
        "update_time": draft.update_time,
        "previews": [preview_url(base, account, draft, idx) for idx in range(1, len(draft.articles) + 1)],
        "losses": [list(article.losses) for article in draft.articles],
    }


def _summarise_publication(publication: Publication) -> Mapping[str, object]:
    return {
        "by": publication.by,
        "media_id": publication.draft.media_id,
        "publish_id": publication.publish_id,
        "msg_data_id": publication.msg_data_id,
        "article_id": publication.article_id,
        "msg_id": publication.msg_id,
        "clientmsgid": publication.clientmsgid,
        "status": publication.status,
        "titles": [article.title for article in publication.articles],
        "urls": [article.url for article in publication.articles],
    }
