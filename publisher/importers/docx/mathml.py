"""Formulas (OMML) as MathML, which can be drawn. How they read as text is the business of `math`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from html import escape
from typing import Final

from lxml.etree import _Element as Element

from publisher.importers.docx.names import EMPTY, attribute, below, each, has, qualified, spelled
from publisher.importers.text import is_chinese

_RUN: Final = qualified("m:r")
_TEXTS: Final = (qualified("m:t"), qualified("w:t"))
_INTEGRALS: Final = "∫∬∭∮∯∰"
_OFF: Final = ("0", "off", "false")
_ALIGNMENT: Final = "&"
"""Where equations below each other meet, in the text of Word."""
_ALIGNED: Final = '<mo class="align"/>'
_TOKENS: Final = re.compile(r"(?P<number>\d+(?:[.,]\d+)*)|(?P<words>[^\W\d_]+)|(?P<blank>\s+)|(?P<sign>.)", re.DOTALL)
_VARIANTS: Final = {"p": "normal", "b": "bold", "bi": "bold-italic", "i": "italic"}
_ALPHABETS: Final = ("script", "fraktur", "double-struck", "sans-serif", "monospace")
_LIMITS: Final = (("mrow", "msub", "msup", "msubsup"), ("mrow", "munder", "mover", "munderover"))
"""What holds a large sign and its limits: none, the lower, the upper, both; beside it, or below and above."""
_FENCE: Final = ' stretchy="true"'
_BRACKETS: Final = "()[]{}|‖⟨⟩"
_SIGNS: Final = {"-": "−", "'": "′", "*": "∗"}


def mathml(element: Element) -> str:
    """The formula as a <math> element; "" for one that is nested more deeply than anybody can read."""
    try:
        return f"<math>{_converted(element)}</math>".replace(_ALIGNED, _sign(_ALIGNMENT))
    except RecursionError:
        return ""


def _converted(element: Element) -> str:
    if element.tag == _RUN:
        return _run(element)
    if element.tag in _TEXTS:
        return _words(spelled(element))
    convert = _FORMS.get(element.tag)
    return convert(element) if convert else "".join(map(_converted, element))


def _part(element: Element, name: str) -> str:
    """One argument of a form, as a single element: the form takes the next one for another argument."""
    return _row("".join(_converted(child) for child in each(element, name)))


def _row(inner: str) -> str:
    # A row around a single character would cost the drawing twice its time, at each level anew.
    alone = re.fullmatch(r"<(m\w+)(?: [^<>]*)?>[^<>]*</\1>", inner)
    return inner if alone else f"<mrow>{inner}</mrow>"


def _said(element: Element, properties: str, name: str, default: str) -> str:
    """A property; said to be empty, it is."""
    found = below(element, properties, name)
    return default if found is EMPTY else attribute(found, "m:val")


def _is_on(element: Element, properties: str, name: str) -> bool:
    return has(element, properties, name) and _said(element, properties, name, "") not in _OFF


# ---------------------------------------------------------------------------- characters


def _run(run: Element) -> str:
    text = "".join(spelled(child) for child in run if child.tag in _TEXTS)
    if _is_on(run, "m:rPr", "m:nor"):
        return _words(text)
    alphabet = _said(run, "m:rPr", "m:scr", "")
    style = _said(run, "m:rPr", "m:sty", "")
    variant = "bold-" * (style in {"b", "bi"}) + alphabet if alphabet in _ALPHABETS else _VARIANTS.get(style, "")
    return "".join(_token(found, variant) for found in _TOKENS.finditer(text))


def _token(found: re.Match[str], variant: str) -> str:
    text, look = found[0], f' mathvariant="{variant}"' if variant else ""
    match found.lastgroup:
        case "number":
            return f"<mn{look}>{text}</mn>"
        case "words" if any(map(is_chinese, text)):
            return _words(text)
        case "words" if variant == "normal":
            return f"<mi{look}>{escape(text)}</mi>"
        case "words":
            return "".join(f"<mi{look}>{escape(letter)}</mi>" for letter in text)
        case "blank":
            return '<mspace width="0.2em"/>'
        case _:
            # A bracket that was typed is as high as the letters; one that is a form of Word's, as what it holds.
            plain = _sign(_SIGNS.get(text, text), ' stretchy="false"' * (text in _BRACKETS))
            return _ALIGNED if text == _ALIGNMENT else plain


def _words(text: str) -> str:
    return f"<mtext>{escape(text)}</mtext>" if text else ""


def _sign(sign: str, look: str = "") -> str:
    return f"<mo{look}>{escape(sign)}</mo>" if sign else ""


# ---------------------------------------------------------------------------- forms


def _fraction(element: Element) -> str:
    kind = _said(element, "m:fPr", "m:type", "bar")
    upper, lower = _part(element, "m:num"), _part(element, "m:den")
    if kind in {"lin", "skw"}:
        return f"{upper}<mo>/</mo>{lower}"
    line = ' linethickness="0"' if kind == "noBar" else ""
    return f"<mfrac{line}>{upper}{lower}</mfrac>"


def _scripts(tag: str, *names: str) -> Callable[[Element], str]:
    def convert(element: Element) -> str:
        return f"<{tag}>{''.join(_part(element, name) for name in names)}</{tag}>"

    return convert


def _before(element: Element) -> str:
    base, lower, upper = (_part(element, name) for name in ("m:e", "m:sub", "m:sup"))
    return f"<mmultiscripts>{base}<mprescripts/>{lower}{upper}</mmultiscripts>"


def _root(element: Element) -> str:
    degree = "".join(_converted(child) for child in each(element, "m:deg"))
    if not degree or _is_on(element, "m:radPr", "m:degHide"):
        return f"<msqrt>{_part(element, 'm:e')}</msqrt>"
    return f"<mroot>{_part(element, 'm:e')}{_row(degree)}</mroot>"


def _nary(element: Element) -> str:
    sign = _said(element, "m:naryPr", "m:chr", "∫") or "∫"
    place = _said(element, "m:naryPr", "m:limLoc", "subSup" if sign in _INTEGRALS else "undOvr")
    shown = [name for name in ("sub", "sup") if not _is_on(element, "m:naryPr", f"m:{name}Hide")]
    limits = {name: _part(element, f"m:{name}") for name in shown if has(element, f"m:{name}")}
    tag = _LIMITS[place == "undOvr"][("sub" in limits) + 2 * ("sup" in limits)]
    return f"<{tag}>{_sign(sign)}{''.join(limits.values())}</{tag}>{_part(element, 'm:e')}"


def _delimited(element: Element) -> str:
    first, between, last = (
        _said(element, "m:dPr", name, default)
        for name, default in (("m:begChr", "("), ("m:sepChr", "|"), ("m:endChr", ")"))
    )
    parts = [_row(_converted_children(child)) for child in each(element, "m:e")]
    return f"<mrow>{_sign(first, _FENCE)}{_sign(between, _FENCE).join(parts)}{_sign(last, _FENCE)}</mrow>"


def _converted_children(element: Element) -> str:
    return "".join(map(_converted, element))


def _function(element: Element) -> str:
    name = below(element, "m:fName")
    plain = all(child.tag == _RUN or not len(child) for child in name)
    text = "".join(spelled(text) for text in name.iter(*_TEXTS))
    head = f"<mi>{escape(text)}</mi>" if plain and text.isalpha() else _row(_converted_children(name))
    return head + _part(element, "m:e")


def _accent(element: Element) -> str:
    mark = _said(element, "m:accPr", "m:chr", "\u0302")
    return f'<mover accent="true">{_part(element, "m:e")}{_sign(_ACCENTS.get(mark, mark))}</mover>'


def _bar(element: Element) -> str:
    tag = "mover" if _said(element, "m:barPr", "m:pos", "bot") == "top" else "munder"
    return f"<{tag}>{_part(element, 'm:e')}{_sign('―')}</{tag}>"


def _brace(element: Element) -> str:
    mark = _said(element, "m:groupChrPr", "m:chr", "⏟")
    tag = "mover" if _said(element, "m:groupChrPr", "m:pos", "bot") == "top" else "munder"
    return f"<{tag}>{_part(element, 'm:e')}{_sign(mark, _FENCE)}</{tag}>"


def _boxed(element: Element) -> str:
    return f'<menclose notation="box">{_part(element, "m:e")}</menclose>'


def _phantom(element: Element) -> str:
    """Something that only takes room, unless it says that it is shown."""
    inner = _part(element, "m:e")
    hidden = _said(element, "m:phantPr", "m:show", "") in _OFF
    return f"<mphantom>{inner}</mphantom>" if hidden else inner


# ---------------------------------------------------------------------------- rows


def _matrix(element: Element) -> str:
    rows = ((_converted_children(cell) for cell in each(row, "m:e")) for row in each(element, "m:mr"))
    return _table(rows, "center")


def _equations(element: Element) -> str:
    """Equations one below the other, which meet where the editor said."""
    rows = [_cells(line) for line in each(element, "m:e")]
    return _table(rows, "right left" if any(len(row) > 1 for row in rows) else "left", "0.1em 1em")


def _cells(line: Element) -> list[str]:
    cells = [""]
    for child in line:
        first, *more = _converted(child).split(_ALIGNED) if child.tag == _RUN else [_converted(child)]
        cells[-1] += first
        cells += more
    return cells


def _display(element: Element) -> str:
    formulas = [_converted(child) for child in each(element, "m:oMath")]
    return "".join(formulas) if len(formulas) <= 1 else _table(([formula] for formula in formulas), "left")


def _table(rows: Iterable[Iterable[str]], align: str, between: str = "0.8em") -> str:
    cells = ("".join(f"<mtd>{cell}</mtd>" for cell in row) for row in rows)
    inner = "".join(f"<mtr>{row}</mtr>" for row in cells)
    return f'<mtable columnalign="{align}" columnspacing="{between}">{inner}</mtable>'


_ACCENTS: Final = {
    "\u0305": "―",
    "\u0304": "¯",
    "\u0302": "ˆ",
    "\u0303": "˜",
    "\u0307": "˙",
    "\u0308": "¨",
    "\u20d7": "→",
}
"""What Word combines with a letter, as a sign of its own above it."""

_FORMS: Final[dict[str, Callable[[Element], str]]] = {
    qualified("m:f"): _fraction,
    qualified("m:sSub"): _scripts("msub", "m:e", "m:sub"),
    qualified("m:sSup"): _scripts("msup", "m:e", "m:sup"),
    qualified("m:sSubSup"): _scripts("msubsup", "m:e", "m:sub", "m:sup"),
    qualified("m:sPre"): _before,
    qualified("m:rad"): _root,
    qualified("m:nary"): _nary,
    qualified("m:d"): _delimited,
    qualified("m:m"): _matrix,
    qualified("m:limLow"): _scripts("munder", "m:e", "m:lim"),
    qualified("m:limUpp"): _scripts("mover", "m:e", "m:lim"),
    qualified("m:func"): _function,
    qualified("m:acc"): _accent,
    qualified("m:bar"): _bar,
    qualified("m:groupChr"): _brace,
    qualified("m:borderBox"): _boxed,
    qualified("m:phant"): _phantom,
    qualified("m:eqArr"): _equations,
    qualified("m:oMathPara"): _display,
}
