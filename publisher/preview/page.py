"""The pages of the desk: the one around the phones, and the article on the platform's page inside each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, get_args
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from publisher.document import Level
from publisher.issue import Layout
from publisher.preview.desk import Desk, Fault
from publisher.preview.proof import Proof, Sheet
from publisher.preview.themes import DEFAULT, Choice
from publisher.rendering.limits import CONTENT_POINTS, CONTENT_WARN

WIDTHS: Final = ("375", "414", "677")
SHADES: Final = {"light": "浅色", "dark": "深色"}
_BOTH: Final = {"both": "并排", **SHADES}
_WIDTHS: Final = {**{width: width for width in WIDTHS}, "all": "全部"}
_LAYOUTS: Final = {"auto": "自动", "single": "合为一篇", "sections": "按栏目分篇"}
_LEVELS: Final = {Level.ERROR: "错误", Level.WARNING: "注意", Level.INFO: "说明"}
_MOST_SHEETS: Final = 8

ENVIRONMENT: Final = Environment(
    loader=PackageLoader("publisher.preview"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
# The desk judges HTML as it is; it is shown where no script runs and nothing else is loaded.
ENVIRONMENT.filters["as_html"] = Markup


@dataclass(frozen=True, slots=True)
class View:
    """What a page shows, as its address says; whatever is not known there is what stands here."""

    theme: str = ""
    layout: str = ""
    sheet: int = 1
    shade: str = "both"
    width: str = "375"

    @property
    def query(self) -> str:
        """The view as a query."""
        return urlencode({name: value for name in self.__slots__ if (value := getattr(self, name))})


def read_view(query: Mapping[str, str]) -> View:
    """The view that an address asks for."""
    view = View(query.get("theme", ""), query.get("layout", ""))
    sheet = query.get("sheet", "")
    return replace(
        view,
        sheet=int(sheet) if sheet in map(str, range(1, _MOST_SHEETS + 1)) else view.sheet,
        shade=query["shade"] if query.get("shade") in _BOTH else view.shade,
        width=query["width"] if query.get("width") in _WIDTHS else view.width,
    )


@dataclass(frozen=True, slots=True)
class Setting:
    """A view settled: the theme and layout that it comes to on a desk, and what is seen then."""

    view: View
    themes: dict[str, Choice]
    proof: Proof | Fault

    @property
    def sheet(self) -> Sheet | None:
        """The article in view."""
        sheets = self.proof.sheets if isinstance(self.proof, Proof) else ()
        return sheets[min(self.view.sheet, len(sheets)) - 1] if sheets else None


def settle(desk: Desk, asked: View, preferred: View) -> Setting:
    """What a page comes to: its own words, else the command's, else the file's, else the usual."""
    themes, layouts, wished = desk.themes(), get_args(Layout), desk.wishes()
    theme = _first_known((asked.theme, preferred.theme, wished[0], DEFAULT, *themes), themes)
    layout: Layout = _first_known((asked.layout, preferred.layout, wished[1], "auto"), layouts)
    return Setting(replace(asked, theme=theme, layout=layout), themes, desk.proof(themes[theme], layout))


def write_desk(desk: Desk, setting: Setting, revision: int) -> str:
    """The page around the phones."""
    view = setting.view
    facts: dict[str, Any] = {
        "name": desk.file.name,
        "reading": desk.reading,
        "revision": revision,
        "view": view,
        "sheet": setting.sheet,
        "switches": {
            "width": _switch(view, "width", _WIDTHS),
            "shade": _switch(view, "shade", _BOTH),
        },
        "themes": {
            name: f"{name}（{choice.where}）" if choice.where else name for name, choice in setting.themes.items()
        },
        "layouts": _LAYOUTS,
        "frames": _frames(view, revision),
        "limit": CONTENT_POINTS,
        "warn": CONTENT_WARN,
    }
    match setting.proof:
        case Fault() as fault:
            return ENVIRONMENT.get_template("desk.html").render(facts, fault=fault, sheets=(), notes=())
        case Proof() as proof:
            return ENVIRONMENT.get_template("desk.html").render(
                facts, fault=None, sheets=_tabs(view, proof), notes=_notes(proof)
            )


def write_frame(sheet: Sheet, shade: str) -> str:
    """The article on the platform's page."""
    return ENVIRONMENT.get_template("frame.html").render(sheet=sheet, shade=shade)


def _first_known(names: tuple[str, ...], known: Any) -> Any:
    return next(name for name in names if name in known)


@dataclass(frozen=True, slots=True)
class _Tab:
    label: str
    query: str
    chosen: bool
    sheet: Sheet | None = None


def _switch(view: View, name: str, labels: Mapping[str, str]) -> list[_Tab]:
    chosen = getattr(view, name)
    return [_Tab(label, _with(view, name, value).query, value == chosen) for value, label in labels.items()]


def _with(view: View, name: str, value: str) -> View:
    return replace(view, width=value) if name == "width" else replace(view, shade=value)


def _tabs(view: View, proof: Proof) -> list[_Tab]:
    seen = min(view.sheet, len(proof.sheets))
    return [
        _Tab(sheet.piece.title or "无标题", replace(view, sheet=number).query, number == seen, sheet)
        for number, sheet in enumerate(proof.sheets, 1)
    ]


@dataclass(frozen=True, slots=True)
class _Frame:
    width: str
    label: str
    shade: str
    query: str


def _frames(view: View, revision: int) -> list[_Frame]:
    """The revision in the address makes the browser fetch what has changed."""
    widths = WIDTHS if view.width == "all" else (view.width,)
    shades = SHADES if view.shade == "both" else {view.shade: SHADES[view.shade]}
    return [
        _Frame(width, label, shade, f"{replace(view, width='375', shade=shade).query}&revision={revision}")
        for width in widths
        for shade, label in shades.items()
    ]


def _notes(proof: Proof) -> list[tuple[str, str, str]]:
    """Level, its name, and text; what must be mended comes first."""
    order = list(_LEVELS)
    ranked = sorted(proof.notes, key=lambda note: order.index(note.level))
    return [(note.level.value, _LEVELS[note.level], note.text) for note in ranked]
