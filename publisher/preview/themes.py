"""Every theme that can be chosen, whether it is free of faults or not: a fault in one must not hide the others."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from publisher.config import own_themes
from publisher.errors import WrongMove
from publisher.rendering import shipped_themes
from publisher.rendering.theme import Theme, parse_theme

DEFAULT = "official"


@dataclass(frozen=True, slots=True)
class Choice:
    """A theme's name, its CSS as written, and where that is: a file of the workspace, or "" for a shipped one."""

    name: str
    css: str
    where: str

    def theme(self) -> Theme:
        """The theme. ConfigError lists every fault with its line."""
        return _parse(self.name, self.css)


def find_themes(home: Path) -> dict[str, Choice]:
    """All themes by name, the workspace's own over shipped ones of the same name."""
    shipped = {name: Choice(name, css, "") for name, css in shipped_themes().items()}
    own = {name: Choice(name, css, f"config/themes/{name}.css") for name, css in own_themes(home).items()}
    return dict(sorted({**shipped, **own}.items()))


def choose(themes: dict[str, Choice], name: str) -> Choice:
    """The theme of a name; WrongMove, naming the others, if there is none."""
    if name not in themes:
        names = "、".join(themes)
        raise WrongMove(f"no theme {name!r}", f"没有名为「{name}」的主题；可用的主题：{names}。")
    return themes[name]


@lru_cache(maxsize=64)
def _parse(name: str, css: str) -> Theme:
    return parse_theme(name, css)
