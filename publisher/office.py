"""LibreOffice, headless and alone: what only it can read becomes a .docx, or a drawing a PDF.

It fetches pictures that a document links to, runs macros, and keeps a profile: so each run has a folder and a profile
of its own that forbid all of that, no network where the system allows it, limits, and a time after which its whole
process group is killed. One run at a time: it is large.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from publisher.confinement import MEGABYTE, Limits, run_program

LIMITS: Final = Limits(seconds=60, memory=3 * 1024 * MEGABYTE, file_size=256 * MEGABYTE, open_files=256)
"""Address space, of which it uses a tenth: libraries and fonts are mapped whole."""
MISSING: Final = (
    "服务器上没有装 LibreOffice，读不了 {suffix}。请在 Word 或 WPS 里另存为 .docx（图片另存为 PNG）后重新投放；"
    "也可以请管理员安装：apt-get install libreoffice-writer-nogui libreoffice-draw-nogui。"
)
FAILED: Final = (
    "LibreOffice 打不开它：文件可能已损坏，或设有密码。请在 Word 或 WPS 里打开检查，另存为 .docx 后重新投放。"
)
OVERRAN: Final = "LibreOffice 读它超过了 {seconds:g} 秒。请在 Word 或 WPS 里另存为 .docx 后重新投放。"

_PLACES: Final = ("/usr/bin", "/usr/local/bin", "/usr/lib/libreoffice/program", "/opt/libreoffice/program")
_FILTERS: Final = {".doc": "MS Word 97", ".odt": "writer8", ".rtf": "Rich Text Format"}
"""Named, so that it does not take what it cannot read for plain text."""
_SETTINGS: Final = {
    ("/org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks"): "true",
    ("/org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution"): "true",
    ("/org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel"): "3",
    ("/org.openoffice.Office.Writer/Content/Update", "Link"): "0",
    ("/org.openoffice.Office.Common/Misc", "FirstRun"): "false",
}
_lock = threading.Lock()


class NotConverted(Exception):
    """LibreOffice gave nothing for a file; the text tells the editor why and what to do."""


def is_installed() -> bool:
    """Whether this machine has LibreOffice."""
    return bool(_program())


def to_docx(data: bytes, suffix: str) -> bytes:
    """The .docx that LibreOffice makes of a document of that suffix. Raises NotConverted."""
    made = _convert({f"document{suffix}": data}, "docx", suffix)
    if "document" not in made:
        raise NotConverted(FAILED)
    return made["document"]


def to_pdf(drawings: Mapping[str, bytes]) -> dict[str, bytes]:
    """The one-page PDF of each drawing (EMF, WMF) by its name without suffix; those it cannot read are left out.

    Raises NotConverted where there is no LibreOffice, or it takes too long.
    """
    return _convert(drawings, "pdf", "EMF/WMF")


def _convert(files: Mapping[str, bytes], target: str, suffix: str) -> dict[str, bytes]:
    program = _program()
    if not program:
        raise NotConverted(MISSING.format(suffix=suffix))
    with _lock, tempfile.TemporaryDirectory(prefix="publisher-office-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        _write_profile(folder / "profile")
        for file, data in files.items():
            (folder / file).write_bytes(data)
        ended = run_program(
            [program, *_arguments(folder, suffix, target), *(str(folder / file) for file in files)], folder, LIMITS
        )
        if ended.overran:
            raise NotConverted(OVERRAN.format(seconds=LIMITS.seconds))
        return {PurePosixPath(path).stem: path.read_bytes() for path in (folder / "out").glob(f"*.{target}")}


def _arguments(folder: Path, suffix: str, target: str) -> tuple[str, ...]:
    return (
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--headless",
        "--norestore",
        "--nolockcheck",
        *((f"--infilter={_FILTERS[suffix]}",) if suffix in _FILTERS else ()),
        "--convert-to",
        target,
        "--outdir",
        str(folder / "out"),
    )


def _write_profile(profile: Path) -> None:
    """A profile that opens no link, runs no macro and asks nothing."""
    items = "".join(
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for (path, name), value in _SETTINGS.items()
    )
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<oor:items xmlns:oor="http://openoffice.org/2001/registry">{items}</oor:items>',
        encoding="utf-8",
    )


def _program() -> str:
    return next((found for place in _PLACES if (found := shutil.which("soffice", path=place))), "")
