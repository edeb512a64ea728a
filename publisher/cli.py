"""The command line: one command per verb. Heavy libraries are imported by the command that needs them."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar, cast

import click

from publisher import __version__
from publisher.errors import ConfigError, PublisherError, WrongMove
from publisher.journal import log_to_stderr

DONE, NEEDS_PERSON, WRONG_USE = 0, 1, 2

_F = TypeVar("_F", bound=Callable[..., Any])


def _with_exit_codes(function: _F) -> _F:
    """Turn our errors into a message and an exit code: a configuration's faults all at once, no traceback."""

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except ConfigError as error:
            for fault in error.faults:
                click.echo(f"error: {fault}", err=True)
            sys.exit(WRONG_USE)
        except WrongMove as error:
            click.echo(error.note, err=True)
            sys.exit(WRONG_USE)
        except PublisherError as error:
            click.echo(error.note, err=True)
            sys.exit(NEEDS_PERSON)

    return cast("_F", run)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="PUBLISHER_HOME",
    default=Path(),
    help="The workspace: where config/ and drafts/ are. Default: $PUBLISHER_HOME, else the current folder.",
)
@click.option("-v", "--verbose", is_flag=True, help="Log what is done to standard error.")
@click.version_option(__version__, prog_name="publisher")
@click.pass_context
def main(context: click.Context, home: Path, verbose: bool) -> None:  # noqa: FBT001 - click's way
    """A newsletter file dropped into drafts/ becomes a published issue on a WeChat official account."""
    context.obj = home.resolve()
    log_to_stderr(logging.INFO if verbose or context.invoked_subcommand in {"serve", "sandbox"} else logging.WARNING)


@main.command()
@click.argument("directory", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.pass_obj
@_with_exit_codes
def init(home: Path, directory: Path | None) -> None:
    """Write config/ and drafts/ with commented defaults into DIRECTORY (default: the workspace)."""
    from publisher.config import write_defaults

    target = (directory or home).resolve()
    for path in write_defaults(target):
        click.echo(f"wrote {path}")
    click.echo(f"Next: fill in {target / 'config' / 'accounts.toml'}, then run: publisher --home {target} doctor")


@main.command()
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@_with_exit_codes
def inspect(file: Path, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """Show what the importer understood of FILE (a document, or a folder or zip of one with its pictures)."""
    from publisher.inspection import inspection

    understood = inspection(_read(file, meanwhile="" if as_json else "publisher.terminal"))
    if as_json:
        _print_json(understood)
    else:
        from publisher.terminal import show_inspection

        show_inspection(understood)


@main.command()
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="OUT.html")
@click.option("--theme", default="official", show_default=True, help="A shipped theme, or one of config/themes/.")
@click.option("--layout", type=click.Choice(["single", "sections", "auto"]), default="auto", show_default=True)
@click.pass_obj
@_with_exit_codes
def render(home: Path, file: Path, output: Path, theme: str, layout: str) -> None:
    """Write the WeChat HTML of FILE to OUT.html, OUT-2.html …, pictures by local path."""
    newsletter = _read(file, meanwhile="publisher.preview.files")
    from publisher.preview.files import write_preview

    for path, piece, findings in write_preview(home, newsletter, output, theme, layout):
        click.echo(f"{path}\t{len(piece.content)} characters\t{piece.title}")
        for finding in findings:
            click.echo(f"{path}: {finding.rule or finding.code}: {finding.text}", err=True)


@main.command()
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--theme", default="", help="A shipped theme, or one of config/themes/. Default: the file's own word.")
@click.option("--layout", type=click.Choice(["single", "sections", "auto"]), default=None, help="Default: the file's.")
@click.option("--port", type=int, default=8901, show_default=True, help="Port on 127.0.0.1; 0 takes a free one.")
@click.option("--open", "is_opened", is_flag=True, help="Open the page in the browser.")
@click.pass_obj
@_with_exit_codes
def preview(home: Path, file: Path, theme: str, layout: str | None, port: int, is_opened: bool) -> None:  # noqa: FBT001 - click's way
    """Show FILE as a phone does, light and dark; the page follows the file and the themes while they change."""
    from publisher.preview.page import View
    from publisher.preview.server import preview as show

    def tell(url: str) -> None:
        click.echo(f"预览：{url}（按 Ctrl+C 结束）")
        if is_opened:
            click.launch(url)

    show(home, file.resolve(), View(theme, layout or ""), port, tell)


@main.command()
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), default=Path("themes.html"), show_default=True,
    help="OUT.html: the gallery.",
)  # fmt: skip
@click.pass_obj
@_with_exit_codes
def themes(home: Path, output: Path) -> None:
    """List the themes, and write a page that shows them all, light and dark, over one specimen."""
    from publisher.preview.gallery import describe, write_gallery
    from publisher.preview.themes import find_themes

    found = find_themes(home)
    lines, faults = describe(found)
    for line in lines:
        click.echo(line)
    write_gallery(found, output)
    click.echo(f"{output}")
    if faults:
        raise ConfigError(faults)


@main.command()
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)  # fmt: skip
@click.option("--online", is_flag=True, help="Ask the platform's own checker as well; the article is sent to it.")
@click.option("--base", default="", help="Where that checker is. Default: https://mp.weixin.qq.com")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@_with_exit_codes
def lint(files: tuple[Path, ...], online: bool, base: str, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """Check the WeChat HTML in FILE... against the platform's rules. Exit code 2: not all could be checked."""
    from publisher.linting import review
    from publisher.terminal import review_row, show_reviews
    from publisher.wechat import CHECKER

    reviews = {file: review(file, (base or CHECKER) if online else "") for file in files}
    if as_json:
        _print_json([review_row(file, each) for file, each in reviews.items()])
    else:
        show_reviews(reviews)
    if any(each.failures for each in reviews.values()):
        sys.exit(WRONG_USE)
    sys.exit(NEEDS_PERSON if any(each.findings for each in reviews.values()) else DONE)


@main.command()
@click.option("--once", is_flag=True, help="One pass: take in, do what is due, wait for open publications; then exit.")
@click.option(
    "--wait", type=float, default=30.0, show_default=True, help="Seconds to wait for publications, with --once."
)
@click.pass_obj
@_with_exit_codes
def work(home: Path, once: bool, wait: float) -> None:  # noqa: FBT001 - click's way
    """Run the worker: scan drafts/, import, draft, publish, confirm."""
    from datetime import timedelta

    from publisher.app import open_publisher
    from publisher.config import require_work
    from publisher.terminal import show_work
    from publisher.worker import work as run
    from publisher.worker import work_once

    publisher = open_publisher(home)
    require_work(publisher.settings)
    if not once:
        log_to_stderr(logging.INFO)
        run(publisher, os.environ)
        return
    done = work_once(publisher, timedelta(seconds=wait))
    show_work(publisher.issues(), done)
    sys.exit(NEEDS_PERSON if done.held or done.pauses else DONE)


@main.command()
@click.option("--host", default=None, help="Address to listen on. Default: config/publisher.toml, [callback] host.")
@click.option("--port", type=int, default=None, help="Port to listen on. Default: [callback] port.")
@click.option(
    "--processes", type=click.IntRange(min=1), default=None, help="How many answer. Default: [callback] processes."
)
@click.pass_obj
@_with_exit_codes
def serve(home: Path, host: str | None, port: int | None, processes: int | None) -> None:
    """Run the callback door, /wechat/ACCOUNT, that the platform sends readers' messages to."""
    from publisher.web.door import serve_door

    serve_door(home, os.environ, host, port, processes)


@main.command()
@click.argument("issue", required=False, type=int)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
@_with_exit_codes
def status(home: Path, issue: int | None, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """List paused accounts, then the issues with state, time, links, and what is wrong; or one ISSUE."""
    from publisher.terminal import issue_row, show_pauses, show_status

    publisher = _open(home)
    issues = publisher.issues() if issue is None else [publisher.issue(issue)]
    if as_json:
        _print_json([issue_row(one) for one in issues])
    else:
        zones = {name: account.zone for name, account in publisher.settings.accounts.items()}
        show_pauses(publisher.pauses(), zones)
        show_status(issues, zones)


@main.command()
@click.argument("issue", type=int)
@click.pass_obj
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@_with_exit_codes
def history(home: Path, issue: int, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """Tell the whole story of ISSUE: each move, each call, its code and time."""
    from publisher.storytelling import show_story, story_rows

    publisher = _open(home)
    story, zone = publisher.story(issue), publisher.zone_of(issue)
    if as_json:
        _print_json(story_rows(story, zone))
    else:
        show_story(story, zone)


def _decision(name: str, text: str) -> None:
    """Add a command that passes an editor's decision about one issue on to `Publisher`."""

    @main.command(name, help=text)
    @click.argument("issue", type=int)
    @click.pass_obj
    @_with_exit_codes
    def decide(home: Path, issue: int) -> None:
        _say(getattr(_open(home), name)(issue))


_decision("approve", "Let ISSUE go out at its time (for accounts with approve = true).")
_decision("retry", "Let a held ISSUE go on from where it was held.")
_decision("withdraw", "Take ISSUE back before it goes out; its draft is deleted.")


@main.command()
@click.argument("account")
@click.pass_obj
@_with_exit_codes
def resume(home: Path, account: str) -> None:
    """Let a paused ACCOUNT go on, once what was wrong with it is mended."""
    _open(home).resume(account)
    click.echo(f"公众号 {account} 已恢复，等待中的稿件马上继续。")


@main.command()
@click.argument("issue", type=int)
@click.argument("time")
@click.pass_obj
@_with_exit_codes
def schedule(home: Path, issue: int, time: str) -> None:
    """Give ISSUE the TIME at which it goes out, such as "2026-11-24 17:30" (the account's zone)."""
    _say(_open(home).schedule(issue, time))


@main.command()
@click.argument("issue", type=int)
@click.option("--url", required=True, help="The article's link, copied from WeChat.")
@click.pass_obj
@_with_exit_codes
def published(home: Path, issue: int, url: str) -> None:
    """Record that a person published ISSUE in the console."""
    _say(_open(home).record_publication(issue, url))


@main.command()
@click.option("--yes", is_flag=True, help="Delete what is listed. Without it nothing is changed.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
@_with_exit_codes
def tidy(home: Path, yes: bool, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """List drafts and covers that the publisher left on the platform and no issue needs; with --yes delete them."""
    from publisher.terminal import litter_row, show_litter

    publisher = _open(home)
    found = {litter: publisher.remove(litter) if yes else None for litter in publisher.litter()}
    if as_json:
        _print_json([litter_row(litter, failure) for litter, failure in found.items()])
    else:
        show_litter(found)
    sys.exit(NEEDS_PERSON if any(found.values()) else DONE)


@main.group()
def replies() -> None:
    """Try the answers to readers, and count them."""


@replies.command()
@click.option("--days", type=click.IntRange(1, 3660), default=30, show_default=True, help="So many, today included.")
@click.option("--account", default="", help="Of one account. Default: all.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
@_with_exit_codes
def stats(home: Path, days: int, account: str, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """Count what readers sent, by day, rule, and unanswered word."""
    from publisher.terminal import readership_row, show_readership

    readership = _open(home).readership(days, account)
    if as_json:
        _print_json(readership_row(readership))
    else:
        show_readership(readership)


@main.command()
@click.argument("openid")
@click.option("--account", default="", help="What was sent to one account. Default: to all.")
@click.pass_obj
@_with_exit_codes
def forget(home: Path, openid: str, account: str) -> None:
    """Delete what is kept of the reader OPENID; counts stay."""
    forgotten = _open(home).forget(openid, account)
    for name, number in forgotten.items():
        click.echo(f"公众号 {name}：已删除这位读者的 {number} 条记录。")
    if not forgotten:
        click.echo("没有这位读者的记录。")


@replies.command("test")
@click.argument("text", required=False, default="")
@click.option("--event", default="", help="An event instead of a text, such as subscribe, SCAN or CLICK.")
@click.option("--key", default="", help="The event's QR scene or menu key.")
@click.option("--kind", default="", help="A message without text, such as image or voice.")
@click.option("--account", default="", help="Whose reader sends it. Default: the only account, or the default one.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
@_with_exit_codes
def try_reply(home: Path, /, text: str, account: str, as_json: bool, **sent: str) -> None:  # noqa: FBT001 - click's way
    """Show how a reader's TEXT is answered, and which rule of config/replies.toml does it."""
    from publisher.rehearsal import compose, rehearsal_row, rehearse, show_rehearsal

    rehearsal = rehearse(_open(home), account, compose(text, **sent))
    if as_json:
        _print_json(rehearsal_row(rehearsal))
    else:
        show_rehearsal(rehearsal)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=int, default=8900, show_default=True)
@_with_exit_codes
def sandbox(host: str, port: int) -> None:
    """Run the stand-in platform; point an account's api_base at it."""
    from publisher.sandbox import run

    run(host, port)


@main.command()
@click.pass_obj
@_with_exit_codes
def doctor(home: Path) -> None:
    """Check configuration, credentials, one call per account, clock, disk and fonts."""
    from publisher.doctor import examine
    from publisher.terminal import show_findings

    findings = list(examine(home, os.environ))
    show_findings(findings)
    sys.exit(DONE if all(finding.fine for finding in findings) else NEEDS_PERSON)


# ---------------------------------------------------------------------------- below


def _open(home: Path) -> Any:
    from publisher.app import open_publisher

    return open_publisher(home)


def _read(file: Path, meanwhile: str) -> Any:
    """The newsletter of a file. What is wanted next, the module `meanwhile`, loads while the child reads."""
    from publisher.inbox import read_files
    from publisher.reading import read

    files = read_files(file)
    if meanwhile:
        Thread(target=import_module, args=(meanwhile,)).start()
    return read(files)


def _say(issue: Any) -> None:
    from publisher.terminal import describe

    click.echo(describe(issue))


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
