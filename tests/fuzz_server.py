"""Reads hostile files for the fuzz tests, each in a forked child with the jail's limits.

python -m tests.fuzz_server      a question is a line of JSON {"name", "size"} and so many bytes; an answer is a line
                                 of JSON {"end", "said"}: how the reading ended, and what there is to say about it.

A process of its own and of one thread, so that it may fork; forking costs a thousandth of a second, a new Python a
quarter.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Mapping
from typing import BinaryIO

from publisher.codec import pack, unpack
from publisher.confinement import MEGABYTE, Limits, confine
from publisher.document import Document, Newsletter
from publisher.errors import Unreadable
from publisher.importers.bundle import import_bundle
from publisher.importers.supplies import Wants
from publisher.newsletter import recover
from publisher.pictures import fit_pictures
from tests.contract import assert_contract

SECONDS = 5.0
LIMITS = Limits(SECONDS, 512 * MEGABYTE)
PICTURES = Limits(SECONDS, 1024 * MEGABYTE)


def main() -> None:
    """Answers until the input ends."""
    _warm_up()
    while line := sys.stdin.buffer.readline():
        question = json.loads(line)
        data = sys.stdin.buffer.read(question["size"])
        sys.stdout.write(json.dumps(_in_a_child(question["name"], data)) + "\n")
        sys.stdout.flush()


def _in_a_child(name: str, data: bytes) -> Mapping[str, str]:
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        with os.fdopen(writer, "wb") as answer:
            _work(name, data, answer)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        said = stream.read().decode()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code in (-signal.SIGALRM, -signal.SIGXCPU):
        return {"end": "hang", "said": f"more than {SECONDS:g} s"}
    if code:
        return {"end": "crash", "said": f"exit code {code}: {said}"}
    end, _, rest = said.partition("\n")
    return {"end": end, "said": rest}


def _work(name: str, data: bytes, answer: BinaryIO) -> None:
    """Reads one drop under the limits, and says how that ended. The alarm's default is death: no handler can hang."""
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    confine(PICTURES if name.endswith(".zip") else LIMITS)
    try:
        said = _read(name, data)
    except Unreadable as error:
        said = f"refused\n{error.note}" if error.note and error.note != error.detail else f"mute\n{error.detail}"
    except MemoryError:
        said = "memory\n"
    except BaseException:  # whatever it is, it is what is looked for
        said = f"exception\n{traceback.format_exc()}"
    answer.write(said.encode("utf-8", "replace"))


def _read(name: str, data: bytes) -> str:
    found = import_bundle({name: data})
    if isinstance(found, Wants):
        return "wants\n"
    assert_contract(found)
    newsletter = recover(found)
    assert unpack(pack(newsletter), Newsletter) == newsletter
    fit_pictures(newsletter)
    return "read\n"


def _warm_up() -> None:
    """What a first reading loads is loaded before the first fork."""
    for name in ("a.txt", "a.md", "a.html"):
        recover(_document(import_bundle({name: b"text"})))


def _document(found: Document | Wants) -> Document:
    if isinstance(found, Wants):
        raise TypeError("a text wants nothing")
    return found


if __name__ == "__main__":
    main()
