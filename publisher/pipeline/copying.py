"""For an account that may not even put drafts by API: the articles as pages that a person copies into the console."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Sequence

from publisher.document import Newsletter
from publisher.importers.signatures import EXTENSIONS
from publisher.issue import Issue, Move, Status
from publisher.pipeline.drafting import draft_issue, given_cover
from publisher.pipeline.importing import draw_issue_cover, render_issue, with_code
from publisher.pipeline.job import Job
from publisher.pipeline.rights import rights_of
from publisher.rendering import Piece, placeholder_addresses
from publisher.slots import in_zone

_NAMELESS = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')
_MOST_OF_A_TITLE = 40


def draft_or_hand_out(job: Job) -> Move:
    """SCHEDULED -> DRAFTED where the account may put drafts, else HELD with pages to copy."""
    return draft_issue(job) if rights_of(job).draft else hand_out_pages(job)


def hand_out_pages(job: Job) -> Move:
    """SCHEDULED -> HELD: the articles lie as pages where editors reach them, and the note says what to do."""
    newsletter = with_code(job.account, job.newsletter())
    addresses = placeholder_addresses(newsletter)
    pieces = render_issue(job, newsletter, addresses).pieces
    files = {
        f"{number} {_file_name(piece.title)}.html": _with_pictures(_page(piece), newsletter, addresses).encode()
        for number, piece in enumerate(pieces, 1)
    }
    files["标题和摘要.txt"] = _titles(pieces).encode("utf-8-sig")
    files[f"封面.{_extension(newsletter)}"] = given_cover(newsletter) or draw_issue_cover(job, newsletter)
    note = _instructions(job, job.edges.hand_out(job.issue, files))
    return Move(Status.HELD, note, None, {"note": note, "held_from": Status.SCHEDULED, "tries": 0})


def _instructions(job: Job, place: str) -> str:
    issue = job.issue
    return (
        f"平台不允许这个公众号用接口放草稿（48001），请人工复制粘贴{_when(job, issue)}：打开「{place}」里的网页，"
        "全选、复制，登录 mp.weixin.qq.com → 新的创作 → 文章，粘贴到正文；标题、作者、摘要和封面在同一文件夹里。"
        f"发表后请运行 publisher published {issue.id} --url 文章链接；有了权限、想自动放草稿，请先运行 "
        f"publisher resume {issue.account}，再运行 publisher retry {issue.id}。"
    )


def _when(job: Job, issue: Issue) -> str:
    coming = issue.publish_at is not None and issue.publish_at > job.now()
    return f"（定于 {in_zone(issue.publish_at, job.account.zone)} 发表）" if issue.publish_at and coming else ""


def _page(piece: Piece) -> str:
    title = html.escape(piece.title)
    # Nothing but the article stands in the body: all of it is selected and copied.
    return (
        f'<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title></head>\n'
        f'<body style="max-width:677px;margin:0 auto">\n{piece.content}\n</body></html>\n'
    )


def _with_pictures(page: str, newsletter: Newsletter, addresses: dict[str, str]) -> str:
    """The page with its pictures inside: the console uploads what is pasted so."""
    for asset in newsletter.assets:
        data = f"data:{asset.media_type};base64,{base64.b64encode(asset.data).decode()}"
        page = page.replace(addresses[asset.fingerprint], data)
    return page


def _titles(pieces: Sequence[Piece]) -> str:
    told = []
    for number, piece in enumerate(pieces, 1):
        lines = [f"第 {number} 篇", f"标题：{piece.title}", f"作者：{piece.author}", f"摘要：{piece.digest}"]
        lines += [f"原文链接：{piece.source_url}"] if piece.source_url else []
        told.append("\r\n".join(lines))
    return "\r\n\r\n".join(told) + "\r\n"


def _file_name(title: str) -> str:
    return _NAMELESS.sub(" ", title)[:_MOST_OF_A_TITLE].strip(" .") or "文章"


def _extension(newsletter: Newsletter) -> str:
    given = newsletter.metadata.cover
    kinds = [asset.media_type for asset in newsletter.assets if given and asset.fingerprint == given]
    return EXTENSIONS[kinds[0]] if kinds else "jpg"
