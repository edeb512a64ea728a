"""From the dropped files to an imported issue: read, render, check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

from msgspec import structs

from publisher import codec
from publisher.document import Asset, Level, Masthead, Newsletter, Note
from publisher.errors import NeedsPerson
from publisher.importers.file_name import read_file_name
from publisher.issue import Account, ArticleRow, Content, Layout, Move, Status
from publisher.pipeline.job import Job
from publisher.pipeline.namesakes import settle_namesakes
from publisher.rendering import Rendering, check, placeholder_addresses, render
from publisher.rendering.cover import check_cover, draw_cover
from publisher.rendering.layout import issue_number
from publisher.rendering.palette import palette
from publisher.rendering.qr import qr_code
from publisher.rendering.theme import Theme
from publisher.segmentation import text_of_sections
from publisher.slots import is_over


def import_issue(job: Job) -> Move:
    """RECEIVED -> IMPORTED: the structure is recovered, the articles are within the limits. Or WITHDRAWN: the file is
    the next revision of an issue that waits.
    """
    newsletter = job.edges.read(_originals(job))
    rendering = render_issue(job, newsletter, placeholder_addresses(with_code(job.account, newsletter)))
    title = issue_title(newsletter, rendering)
    cover = () if newsletter.metadata.cover else check_cover(title, *cover_lines(newsletter))
    newsletter = structs.replace(
        newsletter, notes=(*newsletter.notes, *rendering.notes, *cover, *_old_date(job, newsletter))
    )
    _refuse_faults(newsletter.notes)
    content = _content(newsletter, rendering)
    revision = settle_namesakes(job, replace(job.issue, title=title), newsletter, content)
    if revision is not None:
        return revision
    why = f"读出 {len(newsletter.articles)} 篇文章，合为 {len(rendering.pieces)} 篇图文"
    move = job.go(Status.IMPORTED, why, title=title)
    return replace(move, content=content)


def _originals(job: Job) -> dict[str, bytes]:
    """The dropped files. A drop that was refused keeps none; if its refusal was cut short, this is its reason."""
    files = job.edges.store.originals(job.issue.id)
    if not files:
        raise NeedsPerson("no file was kept", "稿件太大，或文件太多，没有读入。请压缩图片、减少文件后重新投放。")
    return files


def _old_date(job: Job, newsletter: Newsletter) -> tuple[Note, ...]:
    day = read_file_name(job.issue.name).day
    if newsletter.metadata.publish_at or day is None or not is_over(day, job.account.zone, job.now()):
        return ()
    text = f"文件名里的日期 {day} 已经过去，没有当作发布时间。要指定时间，请用 publisher schedule {job.issue.id}。"
    return (Note("name-date-past", text, Level.INFO),)


def render_issue(job: Job, newsletter: Newsletter, addresses: dict[str, str]) -> Rendering:
    """The issue's articles as HTML, in the theme and layout of the file or of the account."""
    theme, layout, notes = _style(job, newsletter)
    code, author = account_code(job.account), job.account.author
    newsletter = with_code(job.account, newsletter)
    rendering = render(
        newsletter, theme, addresses, layout=layout, author=author, qr=code[0].fingerprint if code else ""
    )
    return replace(rendering, notes=(*notes, *rendering.notes, *check(rendering)))


def issue_title(newsletter: Newsletter, rendering: Rendering) -> str:
    """How people call the issue: the first article's title in the draft, which names the newsletter and its number."""
    return rendering.pieces[0].title if rendering.pieces else _name(newsletter.masthead)


def account_code(account: Account) -> tuple[Asset, ...]:
    """The account's QR code, if it has one."""
    return (qr_code(account.qr),) if account.qr else ()


def with_code(account: Account, newsletter: Newsletter) -> Newsletter:
    """The newsletter with the account's QR code among its pictures. It is not stored: the account's setting of the day
    counts.
    """
    known = {asset.fingerprint for asset in newsletter.assets}
    more = tuple(asset for asset in account_code(account) if asset.fingerprint not in known)
    return structs.replace(newsletter, assets=(*newsletter.assets, *more))


def draw_issue_cover(job: Job, newsletter: Newsletter) -> bytes:
    """The cover of an issue whose file brings none, in the colours of its theme."""
    theme, _layout, _notes = _style(job, newsletter)
    return draw_titled_cover(job.issue.title, newsletter, theme)


def draw_titled_cover(title: str, newsletter: Newsletter, theme: Theme) -> bytes:
    """The cover of a newsletter under a title, in the colours of a theme."""
    headlines = [article.title for article in newsletter.articles]
    return draw_cover(title, *cover_lines(newsletter), palette(theme), headlines)


def cover_lines(newsletter: Newsletter) -> tuple[str, str]:
    """What stands on a drawn cover beside the title: the newsletter's name, and its number and date."""
    head = newsletter.masthead or Masthead()
    return head.name, " · ".join(part for part in (issue_number(head), head.date) if part)


def _name(masthead: Masthead | None) -> str:
    return masthead.name if masthead else ""


def _style(job: Job, newsletter: Newsletter) -> tuple[Theme, Layout, tuple[Note, ...]]:
    wanted, notes = newsletter.metadata, []
    theme, layout = wanted.theme or job.account.theme, wanted.layout or job.account.layout
    if theme not in job.edges.themes:
        names = "、".join(sorted(job.edges.themes))
        notes.append(
            Note("theme-unknown", f"没有名为「{theme}」的主题，改用 {job.account.theme}。可用的主题：{names}。")
        )
        theme = job.account.theme
    layouts = get_args(Layout)
    if layout not in layouts:
        notes.append(
            Note(
                "layout-unknown", f"没有名为「{layout}」的版式，改用 {job.account.layout}。可用：{'、'.join(layouts)}。"
            )
        )
    chosen: Layout = next((known for known in layouts if known == layout), job.account.layout)
    return job.edges.themes[theme], chosen, tuple(notes)


def _refuse_faults(notes: Sequence[Note]) -> None:
    faults = [note.text for note in notes if note.level is Level.ERROR]
    if faults:
        raise NeedsPerson(f"{len(faults)} faults in the file", "\n".join(dict.fromkeys(faults)))


def _content(newsletter: Newsletter, rendering: Rendering) -> Content:
    head = newsletter.masthead or Masthead()
    rows = tuple(
        ArticleRow(
            piece.title, piece.digest, len(piece.content), text_of_sections(piece.sections, newsletter.footnotes)
        )
        for piece in rendering.pieces
    )
    stored = codec.dump(structs.replace(newsletter, assets=()))
    return Content(stored, head.name, head.year, head.issue, head.total_issue, newsletter.assets, rows)
