"""The interface under /cgi-bin: one table of endpoints, and the door that every call goes through. The checker of
articles stands beside it: it asks nobody who he is.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from . import checker, customers, drafts, masses, media, menus, operations, publishing, tokens
from .calls import Answer, Call, Endpoint, Key, Upload
from .events import settle
from .faults import BEFORE, Fault, answer_after, answer_before, take_fault
from .refusals import Refusal, new_rid, refuse_when
from .state import Account, CallRecord, Platform


def _get_quota(call: Call) -> Answer:
    return operations.get_quota(call, {path: endpoint.daily for path, endpoint in ENDPOINTS.items()})


ENDPOINTS: dict[str, Endpoint] = {
    "/cgi-bin/token": Endpoint(tokens.fetch_classic, "GET", "", 2000, Key.SECRET),
    "/cgi-bin/stable_token": Endpoint(tokens.fetch_stable, "POST", "", 500_000, Key.SECRET),
    "/cgi-bin/media/uploadimg": Endpoint(media.upload_image, "POST", "material", 100_000),
    "/cgi-bin/material/add_material": Endpoint(media.add_material, "POST", "material", 100_000),
    "/cgi-bin/material/batchget_material": Endpoint(media.list_materials, "POST", "material", 200_000),
    "/cgi-bin/material/get_materialcount": Endpoint(media.count_materials, "GET", "material", 200_000),
    "/cgi-bin/material/del_material": Endpoint(media.delete_material, "POST", "material", 100_000),
    "/cgi-bin/draft/add": Endpoint(drafts.add_draft, "POST", "draft", 1000),
    "/cgi-bin/draft/update": Endpoint(drafts.update_draft, "POST", "draft", 1000),
    "/cgi-bin/draft/get": Endpoint(drafts.get_draft, "POST", "draft", 500),
    "/cgi-bin/draft/batchget": Endpoint(drafts.list_drafts, "POST", "draft", 1000),
    "/cgi-bin/draft/count": Endpoint(drafts.count_drafts, "GET", "draft", 1000),
    "/cgi-bin/draft/delete": Endpoint(drafts.delete_draft, "POST", "draft", 1000),
    "/cgi-bin/freepublish/submit": Endpoint(publishing.submit, "POST", "publish", 100),
    "/cgi-bin/freepublish/get": Endpoint(publishing.get_status, "POST", "publish", 100),
    "/cgi-bin/freepublish/getarticle": Endpoint(publishing.get_article, "POST", "publish", 100),
    "/cgi-bin/freepublish/batchget": Endpoint(publishing.list_publications, "POST", "publish", 100),
    "/cgi-bin/freepublish/delete": Endpoint(publishing.delete_publication, "POST", "publish", 10),
    "/cgi-bin/message/mass/sendall": Endpoint(masses.send_all, "POST", "mass", 100),
    "/cgi-bin/message/mass/get": Endpoint(masses.get_mass, "POST", "mass", 10_000),
    "/cgi-bin/message/mass/delete": Endpoint(masses.delete_mass, "POST", "mass", 10),
    "/cgi-bin/message/custom/send": Endpoint(customers.send_message, "POST", "custom", 500_000),
    "/cgi-bin/menu/create": Endpoint(menus.create_menu, "POST", "menu", 1000),
    "/cgi-bin/menu/get": Endpoint(menus.get_menu, "GET", "menu", 10_000),
    "/cgi-bin/menu/delete": Endpoint(menus.delete_menu, "GET", "menu", 1000),
    "/cgi-bin/menu/addconditional": Endpoint(menus.add_conditional, "POST", "menu", 2000),
    "/cgi-bin/get_current_selfmenu_info": Endpoint(menus.get_shown_menu, "GET", "menu", 10_000),
    "/cgi-bin/openapi/quota/get": Endpoint(_get_quota, "POST", "", 10_000),
    "/cgi-bin/openapi/rid/get": Endpoint(operations.get_rid, "POST", "", 10_000),
    "/cgi-bin/clear_quota": Endpoint(operations.clear_quota, "POST", "", 10_000),
    "/cgi-bin/get_api_domain_ip": Endpoint(operations.list_addresses, "GET", "", 10_000),
    "/cgi-bin/getcallbackip": Endpoint(operations.list_addresses, "GET", "", 10_000),
}


@dataclass(slots=True)
class _Visit:
    """A request on its way through the door; `appid` is filled in as soon as it is known."""

    request: Request
    body: bytes
    upload: Upload | None
    base: str
    appid: str = ""
    fault: str = ""


async def end_quietly(_request: Request, _gone: Exception) -> Response:
    """Nothing, for a client that broke off while it was still speaking: the call was never made, and nobody hears."""
    return Response()


async def answer_call(request: Request) -> Response:
    """Answer one call as the platform does: HTTP 200 whatever happened, unless a fault is on order."""
    platform: Platform = request.app.state.platform
    if request.headers.get("content-type", "").startswith("multipart/"):
        visit = _Visit(request, b"", await _read_upload(request), base_of(request))
    else:
        visit = _Visit(request, await request.body(), None, base_of(request))
    if platform.settings.latency:
        await asyncio.sleep(platform.settings.latency)  # before the lock: calls are on their way side by side
    with platform.lock:
        settle(platform)
        path = request.url.path
        fault = take_fault(platform.faults, path) or platform.storm.strike(path)
        return _answer_with(platform, visit, fault)


def base_of(request: Request) -> str:
    """The platform's root URL: the configured one, or the host under which it was called."""
    platform: Platform = request.app.state.platform
    return platform.settings.base_url.rstrip("/") or str(request.base_url).rstrip("/")


def _answer_with(platform: Platform, visit: _Visit, fault: Fault | None) -> Response:
    if fault is None:
        return _perform(platform, visit)
    visit.fault = fault.kind
    if fault.kind == "errcode":
        return _conclude(platform, visit, _refusal_answer(platform, Refusal(fault.errcode)))
    if fault.kind in BEFORE:
        _conclude(platform, visit, {})
        return answer_before(fault)
    return answer_after(fault, _perform(platform, visit))


def _perform(platform: Platform, visit: _Visit) -> Response:
    try:
        answer = _call_endpoint(platform, visit)
    except Refusal as refusal:
        answer = _refusal_answer(platform, refusal)
    return _conclude(platform, visit, answer)


def _call_endpoint(platform: Platform, visit: _Visit) -> Answer:
    path, method = visit.request.url.path, visit.request.method
    if path == checker.PATH:
        return checker.verify(visit.body)
    endpoint = ENDPOINTS.get(path)
    if endpoint is None:
        raise Refusal(40066)
    if method != endpoint.method:
        raise Refusal(43001 if endpoint.method == "GET" else 43002)
    account = _open(platform, visit, endpoint)
    visit.appid = account.appid
    refuse_when(endpoint.right and endpoint.right not in account.rights, 48001)
    operations.use_quota(platform, account, path, endpoint.daily)
    query = visit.request.query_params
    return endpoint.handler(Call(platform, account, query, visit.body, visit.upload, visit.base))


def _open(platform: Platform, visit: _Visit, endpoint: Endpoint) -> Account:
    query = visit.request.query_params
    if endpoint.key is Key.TOKEN:
        return tokens.open_by_token(platform, query)
    client = visit.request.client
    return tokens.open_by_secret(platform, tokens.Caller(query, visit.body, client.host if client else ""))


def _refusal_answer(platform: Platform, refusal: Refusal) -> Answer:
    rid = new_rid(platform.now())
    return {"errcode": refusal.errcode, "errmsg": f"{refusal.errmsg} rid: {rid}", **refusal.extra}


def _conclude(platform: Platform, visit: _Visit, answer: Answer) -> Response:
    errcode = answer.get("errcode", 0)
    rid = str(answer.get("errmsg", "")).rpartition("rid: ")[2] if errcode else ""
    path, method = visit.request.url.path, visit.request.method
    code = errcode if isinstance(errcode, int) else 0
    platform.calls.append(CallRecord(platform.now(), method, path, visit.appid, code, visit.fault, rid))
    body = json.dumps(answer, ensure_ascii=False).replace("/", "\\/").encode()
    # the real one names no charset either
    date = format_datetime(datetime.fromtimestamp(platform.now(), UTC), usegmt=True)
    return Response(body, headers={"content-type": "application/json; encoding=utf-8", "date": date})


async def _read_upload(request: Request) -> Upload | None:
    try:
        async with request.form() as form:
            part = form.get("media")
            if isinstance(part, UploadFile) and part.filename:
                return Upload(part.filename, await part.read())
    except HTTPException:  # a body that is not what its head says
        return None
    return None
