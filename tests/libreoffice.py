"""Files as LibreOffice converts them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path


def convert(files: Mapping[str, bytes], kind: str, folder: Path) -> dict[str, bytes]:
    """What LibreOffice makes of the files, by name, in one call: starting it takes longer than converting.

    `kind` is a suffix, or a suffix and a filter: "pdf:writer_pdf_Export:{…}". The profile is the folder's own.
    """
    soffice = shutil.which("soffice")
    assert soffice, "soffice is missing: make test installs LibreOffice (libreoffice-writer-nogui)"
    into = folder / f"as-{kind.partition(':')[0]}"
    into.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    command = [soffice, "--headless", "--norestore", f"-env:UserInstallation={(folder / 'profile').as_uri()}"]
    command += ["--convert-to", kind, "--outdir", str(into), *(str(folder / name) for name in files)]
    subprocess.run(command, check=True, capture_output=True, timeout=100)
    return {path.name: path.read_bytes() for path in into.iterdir()}
