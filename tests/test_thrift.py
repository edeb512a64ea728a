"""What a command starts and loads: nothing that the file at hand has no use for."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from publisher.codec import pack
from publisher.jail import _Question
from tests.world import picture

NEVER = {
    "alembic", "apscheduler", "bs4", "docx", "fontTools", "jinja2", "markdown_it", "numpy", "olefile", "PIL",
    "pillow_heif", "pypdfium2", "requests", "rich", "smartcrop", "sqlalchemy", "ssl", "starlette", "uvicorn",
    "wechatpy", "ziamath",
}  # fmt: skip
"""What `render` has no use for, whatever it renders: what it takes to read a file is the child's."""

COMMAND = """
import json, sys
started = []
sys.addaudithook(lambda event, values: started.append(values[1]) if event == "subprocess.Popen" else None)
from publisher.cli import main
main(json.loads(sys.stdin.read()), standalone_mode=False)
print(json.dumps([started, list(sys.modules)]), file=sys.stderr)
"""
CHILD = """
import sys
from publisher.jail import answer
answer(sys.stdin.buffer.read())
print(*sys.modules)
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """Which modules of ours ran as children, in their order, and what the command itself had loaded in the end."""

    children: list[str]
    loaded: set[str]


def command(*words: str) -> Ran:
    done = subprocess.run(
        [sys.executable, "-c", COMMAND], input=json.dumps(words), capture_output=True, text=True, check=True
    )
    started, modules = json.loads(done.stderr.splitlines()[-1])
    return Ran([line[line.index("-m") + 1] for line in started], packages(modules))


def render(folder: Path, **files: bytes) -> Ran:
    drop = folder / "drop"
    drop.mkdir()
    for stem, data in files.items():
        (drop / stem.replace("_", ".")).write_bytes(data)
    return command("--home", str(folder), "render", str(drop), "-o", str(folder / "out.html"))


def loaded_by_child(**files: bytes) -> set[str]:
    question = _Question(files={stem.replace("_", "."): data for stem, data in files.items()}, fitting=True)
    done = subprocess.run([sys.executable, "-c", CHILD], input=pack(question), capture_output=True, check=True)
    return packages(done.stdout.decode().split())


def packages(modules: list[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


TEXT = "# 春茶开采\n\n首批鲜叶今日下山，品质好于去年。\n".encode()
SHOWN = TEXT + "\n![茶园](a.png)\n".encode()


@pytest.mark.parametrize("files", [{"a_txt": TEXT}, {"a_md": TEXT}, {"a_md": SHOWN, "a_png": picture()}])
def test_an_ordinary_file_is_rendered_with_one_child_and_few_libraries(tmp_path: Path, files: dict[str, bytes]) -> None:
    ran = render(tmp_path, **files)
    assert ran.children == ["publisher.jail"]
    assert not (NEVER | {"pygments", "segno"}) & ran.loaded


def test_a_large_picture_has_a_child_of_its_own(tmp_path: Path) -> None:
    ran = render(tmp_path, a_md=SHOWN, a_png=picture(size=(2500, 2000)))
    assert ran.children == ["publisher.jail", "publisher.jail"]
    assert not NEVER & ran.loaded


def test_formulas_are_drawn_by_a_child_of_their_own_which_has_what_it_takes(tmp_path: Path) -> None:
    ran = render(tmp_path, a_md=TEXT + b"\n$$x^2$$\n")
    assert ran.children == ["publisher.jail", "publisher.formulas.typesetting"]
    assert not NEVER & ran.loaded


def test_inspecting_as_json_loads_no_more_than_rendering(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(TEXT)
    ran = command("inspect", str(tmp_path / "a.md"), "--json")
    assert ran.children == ["publisher.jail"]
    assert not (NEVER | {"lxml", "tinycss2", "pygments"}) & ran.loaded


def test_a_reading_child_loads_what_its_format_takes_and_pictures_only_where_there_are_any() -> None:
    formats = {"bs4", "lxml", "markdown_it", "PIL", "pypdfium2", "fontTools", "numpy", "tinycss2", "yaml"}
    assert not formats & loaded_by_child(a_txt=TEXT)
    assert formats & loaded_by_child(a_md=TEXT) == {"markdown_it"}
    assert formats & loaded_by_child(a_md=SHOWN, a_png=picture()) == {"markdown_it", "PIL"}
    assert "markdown_it" not in loaded_by_child(a_html=b"<p>" + TEXT + b"</p>")
