"""Mass sends: the draft goes to every follower, once a day, and clientmsgid keeps it from going twice."""

from __future__ import annotations

import hashlib
import json

from .calls import Answer, Call, done, take_id, take_number, take_text
from .drafts import find_draft
from .publishing import delete_articles, take_out
from .refusals import Refusal, refuse_when
from .state import DAY, REFUSED, RUNNING, SUCCEEDED, Publication

MAX_CLIENTMSGID_BYTES = 64


def send_all(call: Call) -> Answer:
    """Accept a draft for a push to all; 45065 with the first msg_id for a clientmsgid of the last 24 hours."""
    fields = call.fields()
    if take_text(fields, "msgtype") != "mpnews":
        raise Refusal(40008, "invalid message type")
    clientmsgid = take_text(fields, "clientmsgid") or _derive_clientmsgid(fields)
    refuse_when(len(clientmsgid.encode()) > MAX_CLIENTMSGID_BYTES, 45067)
    _refuse_twin(call, clientmsgid)
    mpnews = fields.get("mpnews")
    draft = find_draft(call.account, mpnews if isinstance(mpnews, dict) else {})
    refuse_when(_sent_today(call) >= call.account.mass_per_day, 45028)
    publication = take_out(call.platform, call.account, draft, "mass", call.base)
    publication.msg_id, publication.clientmsgid = call.platform.next_number(), clientmsgid
    answer: Answer = {"errcode": 0, "errmsg": "send job submission success"}
    return {**answer, "msg_id": publication.msg_id, "msg_data_id": publication.msg_data_id}


def get_mass(call: Call) -> Answer:
    """How far a mass send is."""
    publication = _find_mass(call)
    words = {RUNNING: "SENDING", SUCCEEDED: "SEND_SUCCESS", **dict.fromkeys(REFUSED, "SEND_FAIL")}
    status = words.get(publication.status, "DELETE")
    return {"msg_id": publication.msg_id, "msg_status": status}


def delete_mass(call: Call) -> Answer:
    """Blank one article of a mass send, counted from 1; article_idx 0 or none is all of them."""
    delete_articles(_find_mass(call), take_number(call.fields(), "article_idx"))
    return done()


def _refuse_twin(call: Call, clientmsgid: str) -> None:
    for each in call.account.publications:
        if each.clientmsgid == clientmsgid and each.started > call.now - DAY:
            raise Refusal(45065, extra={"msg_id": each.msg_id})


def _derive_clientmsgid(fields: dict[str, object]) -> str:
    target = json.dumps([fields.get("filter"), fields.get("mpnews")], sort_keys=True)
    return hashlib.sha256(target.encode()).hexdigest()


def _sent_today(call: Call) -> int:
    begin = call.platform.today() * DAY - 8 * 3600
    # unconfirmed: a send that the review refused is taken not to count
    masses = [each for each in call.account.publications if each.by == "mass" and each.status not in REFUSED]
    return sum(each.started >= begin for each in masses)


def _find_mass(call: Call) -> Publication:
    msg_id = take_id(call.fields(), "msg_id")
    found = [each for each in call.account.publications if each.by == "mass" and str(each.msg_id) == msg_id]
    refuse_when(not found, 40035)
    return found[0]
