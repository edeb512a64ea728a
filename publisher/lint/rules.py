"""Every rule, in one table: what it is called, what an editor is told, and what finds it broken.

The numbers are those of the sections of the platform's rule book for articles; rules without a number are known from
what the platform does to an article when it stores it. A new rule is one entry here, with the function that finds it
(in `styles` if the style attribute alone decides, in `elements` otherwise) and its two tests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from . import elements, styles
from .nodes import Node
from .styles import Style


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that an element may break. `text` names what was found as {0}. `tags` are the elements that it is about,
    none if it is about all; of `marks` (`Node.marks`: attributes and states) one must be there, where "*" is any
    attribute but a style.
    """

    section: str
    code: str
    text: str
    found: Callable[[Node], str]
    tags: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()

    def concerns(self, tag: str, marks: tuple[str, ...]) -> bool:
        """Whether an element with this tag and these marks may break it."""
        if self.tags and tag not in self.tags:
            return False
        has_attribute = any(mark != "style" and not mark.startswith(":") for mark in marks)
        return not self.marks or any(mark in self.marks for mark in marks) or ("*" in self.marks and has_attribute)


@dataclass(frozen=True, slots=True)
class StyleRule:
    """A rule that a style may break, on elements for which `concerns` holds."""

    section: str
    code: str
    text: str
    found: Callable[[Style], str]
    concerns: Callable[[Node], bool] = lambda node: not node.around.drawing


@dataclass(frozen=True, slots=True)
class PageRule:
    """A rule that the whole article may break."""

    section: str
    code: str
    text: str
    found: Callable[[str], str]


CHARACTERS, BYTES = 20_000, 1024 * 1024
"""Fewer than so many an article may have."""


def _anywhere(node: Node) -> bool:
    return bool(node.tag)


def _has_text(node: Node) -> bool:
    return not node.around.moving and node.holds_text


def _flows(node: Node) -> bool:
    """Whether the element's own width matters: not a picture, not a cell, not a part of a drawing."""
    spared = node.around.drawing or node.around.ignores_width
    return not spared and node.tag not in {"img", "svg", "video", *_CELLS}


def _is_free_cell(node: Node) -> bool:
    return node.tag in _CELLS and not node.around.ignores_width


def _may_overflow(node: Node) -> bool:
    return not (node.around.drawing or node.around.ignores_width or node.around.scrolls)


def _is_text_on_it(node: Node) -> bool:
    return "text-bg-gradient" not in node.around.ignores_dark and _has_text(node)


_CELLS = ("td", "th", "col", "colgroup")

RULES: tuple[Rule | StyleRule | PageRule, ...] = (
    # ------------------------------------------------------------------------ 1: what phones show differently
    Rule("1.1", "unseen-picture", "图片的透明度为 0，读者看不到。请去掉 opacity。", elements.unseen_picture, ("img",)),
    StyleRule(
        "",
        "unseen-text",
        "文字的透明度为 0（{0}），读者看不到。请去掉 opacity。",
        styles.invisible,
        lambda node: node.tag != "img" and _has_text(node),
    ),
    StyleRule("1.2", "transparent-caret", "光标颜色为透明（{0}）。请去掉 caret-color。", styles.transparent_caret),
    Rule(
        "1.3",
        "overlapping-lines",
        "行高小于字号，折行后上下两行会重叠（「{0}」）。请把 line-height 设为 1.5 以上。",
        elements.overlapping_lines,
        (),
        (":tight",),
    ),
    StyleRule(
        "1.4",
        "fixed-width",
        "宽度写死（{0}），手机上会溢出或走样。请用百分比或 max-width。",
        styles.fixed_width,
        _flows,
    ),
    StyleRule(
        "1.4",
        "cell-width",
        "表格列宽写死（{0}），手机上会超出屏幕。请用百分比。",
        styles.fixed_width,
        _is_free_cell,
    ),
    Rule(
        "1.4",
        "width-attribute",
        "width 属性写死了列宽（{0}），手机上会超出屏幕。请用百分比。",
        elements.width_attribute,
        ("table", *_CELLS),
    ),
    StyleRule(
        "1.4",
        "wide-minimum",
        "最小宽度（{0}）超过手机屏幕。请放进可以左右滑动的容器（overflow-x:auto）。",
        styles.wide_minimum,
        _may_overflow,
    ),
    StyleRule(
        "1.4",
        "negative-margin",
        "外边距为负（{0}），内容会移出屏幕或相互遮挡。请用正数。",
        styles.negative_margin,
        lambda node: not (node.around.drawing or node.around.ignores_width),
    ),
    Rule(
        "1.4",
        "picture-without-width",
        '图片缺少 data-w。请写上图片本身的像素宽度，如 data-w="1080"。',
        elements.without_width,
        ("img",),
    ),
    Rule(
        "1.4",
        "too-wide",
        "宽度（{0}）超过正文的 677 像素。请加 max-width:100%。",
        elements.too_wide,
        ("img", "svg"),
    ),
    StyleRule(
        "1.5.1", "no-height", "高度为 0 的容器里有文字，部分手机上看不到。请去掉 height。", styles.no_height, _has_text
    ),
    StyleRule(
        "1.5.2",
        "fixed-height",
        "高度写死（{0}），字号放大后文字会被截断。请去掉 height 和 max-height。",
        styles.fixed_height,
        elements.cramped,
    ),
    StyleRule(
        "1.6",
        "relative-alignment",
        "{0} 在部分手机上无效。请改用 left 或 right。",
        styles.says("text-align", {"start", "end"}),
        _anywhere,
    ),
    Rule(
        "1.7",
        "touch-alone",
        '动画只由 {0} 触发，电脑上无法点开。请写 begin="touchstart; click"。',
        elements.touch_alone,
        ("animate", "animatetransform", "animatemotion", "set"),
    ),
    Rule(
        "1.8",
        "preformatted",
        "<pre> 里的文字不会折行，会超出屏幕。请改用 <section>，换行写成 <br>。",
        lambda node: node.tag,
        ("pre",),
    ),
    # ------------------------------------------------------------------------ 2: structure
    Rule("2.1", "too-deep", "嵌套到第 {0} 层，保存时可能被删掉。请减到 8 层以内。", elements.deep, (), (":deep",)),
    Rule(
        "2.1", "hollow-crowd", "容器里有 {0}，保存时会被清理。请删去空节点。", elements.hollow_crowd, (), (":parent",)
    ),
    Rule(
        "2.2", "block-in-leaf", "span[leaf] 里只能有文字，不能有 <{0}>。", elements.block_in_leaf, ("span",), ("leaf",)
    ),
    Rule(
        "2.3",
        "stranger-in-nodeleaf",
        "section[nodeleaf] 里只能有图片或公众号组件，不能有 <{0}>。",
        elements.stranger_in_nodeleaf,
        ("section",),
        ("nodeleaf",),
    ),
    # ------------------------------------------------------------------------ 3: type
    StyleRule("3", "foreign-font", "不能指定字体（{0}）。请去掉 font-family。", styles.foreign_font, _anywhere),
    # ------------------------------------------------------------------------ 4: dark mode
    StyleRule(
        "4",
        "gradient-under-text",
        "文字下面的渐变（{0}）在深色模式下会变成纯色，文字可能看不清。请用纯色背景。",
        styles.gradient,
        _is_text_on_it,
    ),
    StyleRule(
        "4",
        "gradient-in-text",
        "渐变文字（{0}）在深色模式下看不清。请直接写文字颜色。",
        styles.clipped_to_text,
        _is_text_on_it,
    ),
    StyleRule("4", "important", "{0} 用了 !important，会挡住深色模式的转换。请去掉。", styles.important, _anywhere),
    Rule(
        "4",
        "dark-writing",
        '图形里的文字不随深色模式变色，黑底上看不清。请写 fill="currentColor"。',
        elements.dark_writing,
        ("svg",),
    ),
    # ------------------------------------------------------------------------ what the platform takes away
    Rule(
        "",
        "lost-element",
        "<{0}> 会被平台连同内容一起删除。请去掉。",
        elements.lost_element,
        tuple(sorted(elements.LOST)),
    ),
    Rule(
        "",
        "div",
        "<div> 会被平台改写。请用 <section>。",
        lambda node: "" if node.around.drawing else node.tag,
        ("div",),
    ),
    Rule("", "unknown-element", "<{0}> 会被平台去掉，只留内容。请换成 section、p 或 span。", elements.unknown_element),
    Rule(
        "", "class", "class 会被平台删除。请把样式写在 style 里。", partial(elements.attribute, "class"), (), ("class",)
    ),
    Rule(
        "",
        "id",
        "id 会被平台删除，指向它的链接和引用都会失效。请去掉。",
        partial(elements.attribute, "id"),
        (),
        ("id",),
    ),
    Rule("", "event-handler", "{0} 会被平台删除。请去掉脚本。", elements.event_handler, (), ("*",)),
    Rule("", "lost-attribute", "属性 {0} 会被平台删除。请去掉。", elements.lost_attribute, (), ("*",)),
    Rule("", "script-address", "地址里有脚本（{0}），会被平台删除。请去掉。", elements.script_address, (), ("*",)),
    StyleRule("", "script-address", "地址里有脚本（{0}），会被平台删除。请去掉。", styles.script_address, _anywhere),
    Rule("", "data-address", "图片直接写在网页里（{0}…），会被平台删除。请先上传。", elements.data_address, (), ("*",)),
    StyleRule(
        "", "data-address", "图片直接写在样式里（{0}…），会被平台删除。请先上传。", styles.data_address, _anywhere
    ),
    Rule("", "outside-picture", "外部图片 {0} 会被平台删除。请先上传。", elements.outside_picture, ("img",)),
    StyleRule("", "outside-picture", "外部图片 {0} 会被平台删除。请先上传。", styles.outside_address, _anywhere),
    Rule("", "picture-without-address", "图片没有地址。请补上图片，或删去 <img>。", elements.without_address, ("img",)),
    Rule("", "dead-anchor", "链接「{0}」在公众号里点不动。请去掉链接，只留文字。", elements.dead_anchor, ("a",)),
    Rule(
        "",
        "foreign-link",
        "链接 {0} 不是公众号文章，会被平台去掉。请把网址写成文末的注。",
        elements.foreign_link,
        ("a",),
    ),
    StyleRule("", "variable", "{0} 用了 CSS 变量，平台不支持。请写成具体的值。", styles.variable, _anywhere),
    StyleRule("", "calculation", "{0} 要计算，平台不支持。请写成具体的值。", styles.calculation, _anywhere),
    StyleRule("", "position", "{0} 会被平台删除。请用 margin 和 padding 排位置。", styles.positioned, _anywhere),
    StyleRule(
        "",
        "offset",
        "{0} 没有定位就不起作用。请去掉。",
        styles.declares("z-index", "top", "left", "right", "bottom", "inset*"),
    ),
    StyleRule(
        "",
        "grid",
        "网格布局（{0}）不被支持。请用表格或 inline-block。",
        styles.either(styles.says("display", {"grid", "inline-grid"}), styles.declares("grid*")),
        _anywhere,
    ),
    StyleRule(
        "",
        "flex",
        "弹性布局（{0}）在部分手机上会走样。请用表格或 inline-block。",
        styles.either(
            styles.says("display", {"flex", "inline-flex", "-webkit-box", "-webkit-flex"}),
            styles.declares("flex*", "justify-*", "align-*", "gap", "row-gap", "column-gap", "order", "place-*"),
        ),
        _anywhere,
    ),
    StyleRule("", "float", "浮动（{0}）会打乱版面。请用表格或 inline-block。", styles.declares("float", "clear")),
    StyleRule(
        "",
        "lost-property",
        "{0} 会被平台删除。请去掉。",
        styles.declares(
            "animation*",
            "transition*",
            "filter",
            "backdrop-filter",
            "clip-path",
            "mask*",
            "behavior",
            "-moz-binding",
            "content",
            "counter-*",
            "will-change",
        ),
    ),
    Rule("", "styled-code", "<code> 上的样式会丢失。请改用 <span>。", elements.styled_code, ("code",)),
    Rule(
        "",
        "blank-between-blocks",
        "标签之间的空白会显示成空隙。请删去换行和空格。",
        elements.blank_between_blocks,
        (),
        (":parent",),
    ),
    Rule("", "deep-list", "列表嵌套到{0}，保存后会错乱。请改成两层以内。", elements.deep_list, ("ul", "ol")),
    Rule("", "hollow-item", "列表里有空项，会显示成一个孤立的点。请删去。", elements.hollow_item, ("li",)),
    Rule(
        "",
        "break-after-bold",
        "列表项开头的粗体后面换行，保存后会多出空行。请把说明接在粗体后面。",
        elements.break_after_bold,
        ("li",),
    ),
    Rule(
        "",
        "drawing-reference",
        "图形里的引用（{0}）会失效，因为平台删除 id。请直接画出来。",
        elements.drawing_reference,
        (),
        ("*",),
    ),
    StyleRule(
        "",
        "drawing-reference",
        "样式里的引用（{0}）会失效，因为平台删除 id。请直接画出来。",
        styles.reference,
        _anywhere,
    ),
    Rule(
        "",
        "stranger-in-drawing",
        "foreignObject 里只能放 <section>，不能放 <{0}>。",
        elements.stranger_in_foreign_object,
        ("foreignobject",),
    ),
    # ------------------------------------------------------------------------ size
    PageRule(
        "",
        "too-long",
        "正文连同标签有 {0} 个字符，平台的上限是 20,000。请拆成几篇，或换用朴素的主题。",
        lambda html: f"{len(html):,}" if len(html) >= CHARACTERS else "",
    ),
    PageRule(
        "",
        "too-big",
        "正文有 {0} 字节，平台的上限是 1 MB。请拆成几篇。",
        lambda html: f"{size:,}" if (size := len(html.encode("utf-8", "replace"))) >= BYTES else "",
    ),
)
