"""One file on the desk: read when it changes, set in any theme when a page asks for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from publisher import reading
from publisher.document import Asset, Newsletter
from publisher.errors import ConfigError, PublisherError
from publisher.inbox import Snapshot, read_files, take_snapshot
from publisher.issue import Layout
from publisher.preview.proof import Proof, Shape, make_cover, make_proof
from publisher.preview.themes import Choice, find_themes
from publisher.rendering import ADDRESS_LENGTH

ReadFiles = Callable[[Mapping[str, bytes]], Newsletter]


@dataclass(frozen=True, slots=True)
class Fault:
    """Why there is nothing to see, in Chinese, and the single faults."""

    text: str
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """What lies there: it equals an earlier look if nothing has changed."""

    files: Snapshot
    themes: Snapshot


@dataclass(slots=True)
class Desk:
    """The file `file` in the workspace `home`. Every method may be called from any thread."""

    home: Path
    file: Path
    read_newsletter: ReadFiles = reading.read
    reading: bool = True
    _found: Newsletter | Fault = field(default_factory=lambda: Fault("正在读取稿件……"))
    _proofs: dict[tuple[str, Layout], Proof | Fault] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    # ------------------------------------------------------------------ what changes

    def look(self) -> Look:
        """What lies there now."""
        return Look(_snapshot(self.file), _snapshot(self.home / "config" / "themes"))

    def read(self) -> None:
        """Read the file anew; a file that cannot be read leaves its fault on the desk."""
        try:
            found: Newsletter | Fault = self.read_newsletter(self._files())
        except PublisherError as error:
            found = Fault("这份稿件读不出来。改好并保存以后，这里会自动重新显示。", tuple(error.note.splitlines()))
        except OSError as error:
            found = Fault(
                f"找不到或打不开文件「{self.file.name}」。放回以后，这里会自动重新显示。", (str(error.strerror),)
            )
        with self._lock:
            self._found, self.reading = found, False
            self._proofs.clear()

    def forget(self) -> None:
        """Set everything anew: a theme has changed."""
        with self._lock:
            self._proofs.clear()

    # ------------------------------------------------------------------ what is seen

    def themes(self) -> dict[str, Choice]:
        """All themes by name."""
        return find_themes(self.home)

    def wishes(self) -> tuple[str, str]:
        """The theme and the layout that the file asks for; "" for none."""
        match self._found:
            case Newsletter(metadata=metadata):
                return metadata.theme, metadata.layout
            case _:
                return "", ""

    def proof(self, choice: Choice, layout: Layout) -> Proof | Fault:
        """The file in a theme and a layout."""
        with self._lock:
            key = (choice.name, layout)
            if key not in self._proofs:
                self._proofs[key] = _set(self._found, choice, layout)
            return self._proofs[key]

    def picture(self, fingerprint: str) -> Asset | None:
        """A picture of the file; None if it has none of that fingerprint."""
        found = self._found
        assets = found.assets if isinstance(found, Newsletter) else ()
        return next((asset for asset in assets if asset.fingerprint == fingerprint), None)

    def cover(self, proof: Proof, shape: Shape) -> bytes:
        """What lists show of the cover; b"" if there is nothing to make one of."""
        found = self._found
        return make_cover(found, proof, shape) if isinstance(found, Newsletter) else b""

    def _files(self) -> Mapping[str, bytes]:
        self.file.stat()  # nothing there is not the same as an empty folder
        return read_files(self.file)


def _snapshot(path: Path) -> Snapshot:
    try:
        return take_snapshot(path)
    except OSError:  # it went away under our eyes
        return {}


def _set(found: Newsletter | Fault, choice: Choice, layout: Layout) -> Proof | Fault:
    if isinstance(found, Fault):
        return found
    try:
        return make_proof(found, choice.theme(), _addresses(found), layout)
    except ConfigError as error:
        where = choice.where or "随程序提供"
        return Fault(
            f"主题「{choice.name}」（{where}）有错，平台不会照办。改好并保存以后，这里会自动重新显示。", error.faults
        )
    except PublisherError as error:
        return Fault("这份稿件超出了平台的限制，发不出去。", tuple(error.note.splitlines()))


def _addresses(newsletter: Newsletter) -> dict[str, str]:
    """As long as the platform's own, so that what is counted and divided here is what will be there."""
    names = (asset.fingerprint for asset in newsletter.assets)
    return {name: f"/picture/{name}?".ljust(ADDRESS_LENGTH, "0") for name in names}
