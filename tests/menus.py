"""Menus as an editor writes them."""

from __future__ import annotations


def button(**given: object) -> str:
    return "[[button]]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in {"name": "钮", **given}.items())


def _toml(value: object) -> str:
    return str(value) if isinstance(value, int) else f'"{value}"'
