"""Outside calls in the words of an issue's story; and what the history keeps of those whose row is used again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, select

from publisher import schema
from publisher.store.records import Effect, EffectState

_KINDS = {
    "upload_image": "上传图片",
    "upload_animation": "上传动图",
    "upload_cover": "上传封面",
    "add_draft": "新建草稿",
    "update_draft": "更新草稿",
    "delete_draft": "删除草稿",
    "submit": "提交发布",
    "mass_send": "群发",
}
_FOUND = {
    "upload_cover": "在素材库里找到",
    "upload_animation": "在素材库里找到",
    "add_draft": "在草稿箱里找到",
    "submit": "查明已经发出",
    "mass_send": "平台认出是同一次群发，没有发第二次",
}
UNANSWERED = "没有收到回答"


def call_name(effect: Effect, pictures: Mapping[str, str]) -> str:
    """What was asked of the platform: «上传图片 a.png», «更新草稿第 2 篇». `pictures` are file names by fingerprint."""
    words = _KINDS.get(effect.kind, effect.kind)
    match effect.kind:
        case "upload_image" | "upload_animation":
            return f"{words} {pictures.get(effect.key, '')}".rstrip()
        case "update_draft":
            return f"{words}第 {int(effect.key.rpartition('-')[2]) + 1} 篇"
        case _:
            return words


def call_outcome(effect: Effect) -> str:
    """What came of it, with what the platform gave, or its errcode and rid."""
    match effect.state:
        case EffectState.INTENT:
            return UNANSWERED
        case EffectState.REJECTED:
            facts = [f"errcode={effect.errcode}"] if effect.errcode else [effect.detail]
            facts += [f"rid={effect.rid}"] if effect.rid else []
            return " ".join(["被拒绝" if effect.errcode else "没有做成", *facts])
        case EffectState.DONE:
            # What stands in the detail of a call that is done is why its answer did not come at first.
            found = f"{UNANSWERED} → {_FOUND.get(effect.kind, '后来查到')}" if effect.detail else "成功"
            return " ".join([found, *(f"{name}={value}" for name, value in effect.result.items() if value)])


def remember_calls(db: Connection, which: Sequence[Any], ending: str) -> None:
    """Write into the history what those effects were, whose rows are about to be struck or begun anew."""
    query = select(schema.effect, schema.issue.c.status).join(schema.issue).where(*which)
    for row in db.execute(query.order_by(schema.effect.c.id)).all():
        effect = Effect(
            **{**{field.name: getattr(row, field.name) for field in fields(Effect)}, "state": EffectState(row.state)}
        )
        why = f"{call_name(effect, picture_names(db, effect))} {call_outcome(effect)} → {ending}"
        moment = effect.intent_at
        db.execute(
            schema.history.insert().values(
                issue_id=effect.issue_id, at=moment, before=row.status, after=row.status, why=why
            )
        )


def picture_names(db: Connection, effect: Effect) -> dict[str, str]:
    """The file name of the picture that an effect uploads, by its fingerprint; empty for other effects."""
    asset = schema.asset.c
    query = select(asset.fingerprint, asset.name).where(
        asset.issue_id == effect.issue_id, asset.fingerprint == effect.key
    )
    return {row.fingerprint: row.name for row in db.execute(query)}
