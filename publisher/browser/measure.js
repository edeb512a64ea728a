// Lays an article out at several widths and leaves what it found, as JSON, in place of the page that it runs in.
//
// The article may be anybody's. It is read by a parser that runs nothing, loses what the platform takes away, and is
// shown in frames whose sandbox allows no script; that this page may look into them is all that it does allow. The
// page's policy, which frames inherit, lets nothing be fetched: a picture that is not inside the HTML is stood in for
// by an empty one of its size, where its attributes tell it.
"use strict";

const HEIGHT = 800;
const MOST = 50; // of one rule at one width: nobody reads more
const MOST_LINES = 20000;
const NEARLY = 1; // px, for rounding
const SMALLEST = 12; // px
const DISTORTED = 0.03;
const INK = 0.4; // of the font size, above and below a line's middle: what the glyphs of Chinese fill
const DROPPED = "script,style,link,meta,base,template,iframe,frame,object,embed,video,audio,source,noscript";
const NO_LINE_BEGINS_WITH = /[，。、；：？！）》〉」』】〕]/g;
// As the platform's page: all margins gone, headings like text.
const SHEET =
  "*{margin:0;padding:0}h1,h2,h3,h4,h5,h6{font-weight:400;font-size:16px}" +
  "body{padding:16px;font:17px/1.6 sans-serif}";

// ---------------------------------------------------------------------------- the article, made harmless

function prepare(article) {
  const page = new DOMParser().parseFromString(article, "text/html");
  for (const element of page.querySelectorAll(DROPPED)) element.remove();
  for (const image of page.querySelectorAll("img")) standIn(image);
  return page.body.innerHTML;
}

function standIn(image) {
  image.removeAttribute("srcset");
  const source = image.getAttribute("src") || "";
  if (/^data:image\//i.test(source)) return;
  const [width, height] = claimedSize(image);
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height || width}"/>`;
  image.dataset.standsFor = source;
  if (!height) image.dataset.shapeless = "";
  image.setAttribute("src", `data:image/svg+xml,${encodeURIComponent(drawing)}`);
}

// Width and height as the attributes tell them; a height of 0 where they do not tell the shape.
function claimedSize(image) {
  const [w, ratio] = [plainNumber(image.dataset.w), plainNumber(image.dataset.ratio)];
  if (ratio) return [w || 600, (w || 600) * ratio];
  const [width, height] = [plainNumber(image.getAttribute("width")), plainNumber(image.getAttribute("height"))];
  return width && height ? [width, height] : [w || width || 100, 0];
}

function plainNumber(text) {
  return /^\d{1,5}(\.\d{1,9})?$/.test(text || "") ? Number(text) : 0;
}

// ---------------------------------------------------------------------------- what is seen at one width

class Scene {
  constructor(frame, width) {
    this.view = frame.contentWindow;
    this.body = frame.contentDocument.body;
    this.width = width;
    this.styles = new Map();
    this.clippers = new Map([[this.body, []]]);
    this.elements = [...this.body.querySelectorAll("*")].filter((each) => !each.parentElement.closest("svg"));
    this.numbers = new Map(this.elements.map((element, number) => [element, number]));
    const padding = parseFloat(this.style(this.body).paddingLeft);
    this.column = { left: padding, right: width - padding };
    this.texts = [...this.walkTexts()];
    this.lines = this.texts.flatMap((text) => text.lines);
  }

  style(element) {
    let style = this.styles.get(element);
    if (!style) this.styles.set(element, (style = this.view.getComputedStyle(element)));
    return style;
  }

  fontSize(element) {
    return parseFloat(this.style(element).fontSize);
  }

  isInline(element) {
    return /^(inline|contents|ruby)/.test(this.style(element).display) && !/^inline-/.test(this.style(element).display);
  }

  block(element) {
    while (element !== this.body && this.isInline(element)) element = element.parentElement;
    return element;
  }

  // The elements around it, itself excluded, that show only a part of what they hold; the outermost first.
  clippersAround(element) {
    const parent = element.parentElement;
    if (!this.clippers.has(element)) {
      const around = this.clippersAround(parent);
      const cuts = parent !== this.body && !this.isInline(parent) && this.style(parent).overflow !== "visible";
      this.clippers.set(element, cuts ? [...around, parent] : around);
    }
    return this.clippers.get(element);
  }

  // Each text that is seen, with the lines it is broken into.
  *walkTexts() {
    const walker = this.body.ownerDocument.createTreeWalker(this.body, NodeFilter.SHOW_TEXT);
    let room = MOST_LINES;
    while (walker.nextNode() && room > 0) {
      const text = this.text(walker.currentNode);
      room -= text.lines.length;
      if (text.lines.length) yield text;
    }
  }

  text(node) {
    const element = node.parentElement;
    const hidden = !/[^\s\u00a0\u200b]/.test(node.data) || element.closest("svg") || !isVisible(element);
    const size = hidden ? 0 : this.fontSize(element);
    const text = { node, element, size, lines: [] };
    if (size > 0) {
      const range = node.ownerDocument.createRange();
      range.selectNodeContents(node);
      text.lines = [...range.getClientRects()].filter((box) => box.width > 0.5).map((box) => line(text, box));
    }
    return text;
  }

  // The part of a line's ink that is not cut off or scrolled away.
  visible(line) {
    const seen = { ...line.ink };
    for (const clipper of this.clippersInside(line)) {
      const box = paddingBox(clipper);
      seen.left = Math.max(seen.left, box.left);
      seen.right = Math.min(seen.right, box.right);
      seen.top = Math.max(seen.top, box.top);
      seen.bottom = Math.min(seen.bottom, box.bottom);
    }
    return seen;
  }

  // The clippers of a line, which may be the very element that holds its text.
  clippersInside(line) {
    const { element } = line.text;
    const own = element !== this.body && !this.isInline(element) && this.style(element).overflow !== "visible";
    return own ? [...this.clippersAround(element), element] : element === this.body ? [] : this.clippersAround(element);
  }
}

function line(text, box) {
  const middle = (box.top + box.bottom) / 2;
  const ink = { left: box.left, right: box.right, top: middle - INK * text.size, bottom: middle + INK * text.size };
  return { text, middle, ink };
}

// Blanks hang over the end of a line, where nobody misses them.
function isBlank(scene, element) {
  return scene.isInline(element) && /^\s+$/.test(element.textContent) && !element.querySelector("img,svg");
}

function isVisible(element) {
  return element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
}

function paddingBox(element) {
  const box = element.getBoundingClientRect();
  const [left, top] = [box.left + element.clientLeft, box.top + element.clientTop];
  return { left, top, right: left + element.clientWidth, bottom: top + element.clientHeight };
}

// How many lines these are: pieces of one line have one middle.
function countLines(lines) {
  const middles = lines.map((each) => each.middle).sort((one, other) => one - other);
  return middles.filter((middle, at) => at === 0 || middle - middles[at - 1] > NEARLY).length;
}

// ---------------------------------------------------------------------------- the rules

// Each yields elements with a figure that tells how far the rule is broken, or 0.
const RULES = {
  "too-wide": findTooWide,
  "clipped-text": findClipped,
  "line-height-low": findLowLineHeights,
  "lines-overlap": findOverlaps,
  "cell-squeezed": findSqueezedCells,
  "picture-distorted": findDistorted,
  "text-too-small": findSmallTexts,
  "line-starts-with-mark": findMarksAtLineStarts,
};

// The outermost elements that reach out of the column, and texts that do so by themselves.
function* findTooWide(scene) {
  const told = new Set();
  const excess = (box) => Math.max(box.right - scene.column.right, scene.column.left - box.left);
  const mayReachOut = (element) =>
    scene.clippersAround(element).length ||
    element.closest("[data-ignore-width]") ||
    !isVisible(element) ||
    isBlank(scene, element);
  for (const element of scene.elements) {
    const box = element.getBoundingClientRect();
    if (told.has(element.parentElement)) told.add(element);
    else if (box.width && excess(box) > NEARLY && !mayReachOut(element)) {
      told.add(element);
      yield [element, excess(box)];
    }
  }
  for (const each of scene.lines) {
    const { element } = each.text;
    if (told.has(element) || excess(each.ink) <= NEARLY || scene.clippersInside(each).length) continue;
    if (element.closest("[data-ignore-width]")) continue;
    told.add(element);
    yield [element, excess(each.ink)];
  }
}

function* findClipped(scene) {
  for (const each of scene.lines) {
    const scrolled = { x: false, y: false };
    for (const clipper of scene.clippersInside(each).reverse()) {
      const { overflowX, overflowY } = scene.style(clipper);
      const box = paddingBox(clipper);
      const [x, y] = [beyond(each.ink, box, "left", "right"), beyond(each.ink, box, "top", "bottom")];
      if ((isCut(overflowX) && !scrolled.x && x > NEARLY) || (isCut(overflowY) && !scrolled.y && y > NEARLY)) {
        yield [clipper, Math.max(x, y)];
      }
      scrolled.x ||= !isCut(overflowX);
      scrolled.y ||= !isCut(overflowY);
    }
  }
}

function beyond(ink, box, low, high) {
  return Math.max(box[low] - ink[low], ink[high] - box[high]);
}

function isCut(overflow) {
  return overflow === "hidden" || overflow === "clip";
}

function* findLowLineHeights(scene) {
  const own = Map.groupBy(scene.lines, (each) => each.text.element);
  for (const [element, lines] of own) {
    const height = parseFloat(scene.style(element).lineHeight); // NaN for "normal"
    if (height < scene.fontSize(element) - 0.1 && countLines(lines) > 1) yield [element, height];
  }
}

// Lines whose ink lies on the ink of another. Of two texts the one that begins lower is told, and both but once.
function* findOverlaps(scene) {
  const seen = scene.lines.map((each) => ({ ...each, ...scene.visible(each) }));
  const inks = seen.filter((ink) => ink.right > ink.left && ink.bottom > ink.top).sort((a, b) => a.top - b.top);
  const told = new Set();
  let open = [];
  for (const ink of inks) {
    open = open.filter((other) => other.bottom > ink.top);
    const under = open.find((other) => overlap(ink, other));
    open.push(ink);
    if (!under) continue;
    const pair = [ink.text.element, under.text.element];
    if (!pair.some((element) => told.has(element))) yield [pair[0], 0];
    for (const element of pair) told.add(element);
  }
}

function overlap(one, other) {
  if (one.text === other.text && Math.abs(one.middle - other.middle) < NEARLY) return false; // a text and its ellipsis
  const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
  const high = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
  const size = Math.min(one.text.size, other.text.size);
  return wide > size / 4 && high > size / 4;
}

// Cells in which a text stands in lines of less than two characters.
function* findSqueezedCells(scene) {
  for (const { node, element, size, lines } of scene.texts) {
    const cell = element.closest("td,th");
    const count = countLines(lines);
    if (!cell || count < 2 || !scene.style(cell).writingMode.startsWith("horizontal")) continue;
    const characters = [...node.data.replace(/\s/g, "")].length;
    const widest = Math.max(...lines.map((each) => each.ink.right - each.ink.left));
    if (widest < 2 * size - 0.5 && characters / count < 2 && roomFor(scene, element) < 2 * size) yield [cell, count];
  }
}

// The width of a line in the block that the element stands in: a short run is also broken by what stands before it.
function roomFor(scene, element) {
  let block = element;
  while (scene.style(block).display.startsWith("inline")) block = block.parentElement;
  const { paddingLeft, paddingRight } = scene.style(block);
  return block.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
}

function* findDistorted(scene) {
  for (const image of scene.elements) {
    if (image.localName !== "img" || "shapeless" in image.dataset || !image.naturalHeight) continue;
    const style = scene.style(image);
    const inner = (whole, ...sides) => sides.reduce((rest, side) => rest - parseFloat(style[side]), whole);
    const width = inner(image.clientWidth, "paddingLeft", "paddingRight");
    const height = inner(image.clientHeight, "paddingTop", "paddingBottom");
    if (style.objectFit !== "fill" || Math.min(width, height) < 8) continue;
    const off = width / height / (image.naturalWidth / image.naturalHeight);
    if (Math.max(off, 1 / off) > 1 + DISTORTED) yield [image, (Math.max(off, 1 / off) - 1) * 100];
  }
}

// Raised and lowered marks and readings are small by nature.
function* findSmallTexts(scene) {
  for (const text of scene.texts) {
    if (text.size > SMALLEST - 0.05 || text.element.closest("sup,sub,rt")) continue;
    let element = text.element;
    while (element.parentElement !== scene.body && scene.fontSize(element.parentElement) === text.size) {
      element = element.parentElement;
    }
    yield [element, text.size];
  }
}

function* findMarksAtLineStarts(scene) {
  const { ownerDocument } = scene.body;
  const walker = ownerDocument.createTreeWalker(scene.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  const texts = new Set(scene.texts.map((text) => text.node));
  let before = null; // the last character of the text that goes on
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.nodeType === Node.ELEMENT_NODE) {
      if (/^(br|wbr|img|svg)$/.test(node.localName) || !scene.isInline(node)) before = null;
      continue;
    }
    const block = scene.block(node.parentElement);
    if (!texts.has(node) || before?.block !== block) before = null;
    if (!texts.has(node)) continue;
    if (!node.parentElement.closest("pre,code") && startsLine(node, before)) yield [node.parentElement, 0];
    before = { node, at: node.data.length - 1, block };
  }
}

// Whether one of the marks in a text is lower than the character before it, and further to the left.
function startsLine(node, before) {
  for (const { index } of node.data.matchAll(NO_LINE_BEGINS_WITH)) {
    const last = index > 0 ? { node, at: index - 1 } : before;
    if (!last || /\s/.test(last.node.data[last.at])) continue;
    const [one, other] = [boxOf(last.node, last.at), boxOf(node, index)];
    if (one && other && other.left < one.left && other.top > one.top + one.height / 2) return true;
  }
  return false;
}

function boxOf(node, at) {
  const range = node.ownerDocument.createRange();
  range.setStart(node, at);
  range.setEnd(node, at + 1);
  return range.getClientRects()[0];
}

// ---------------------------------------------------------------------------- what is told

function findAll(scene) {
  return Object.entries(RULES).flatMap(([code, rule]) => {
    const found = new Map();
    for (const [element, figure] of rule(scene)) {
      found.set(element, Math.max(figure, found.get(element) || 0));
      if (found.size === MOST) break;
    }
    return [...found].map(([element, figure]) => tell(scene, code, element, figure));
  });
}

function tell(scene, code, element, figure) {
  const name = code === "too-wide" && element.localName === "table" ? "table-too-wide" : code;
  const number = scene.numbers.get(element) ?? -1;
  return { code: name, width: scene.width, element: number, figure: Math.round(figure), where: markup(element) };
}

// The beginning of an element's markup, as it was given.
function markup(element) {
  const copy = element.cloneNode(true);
  for (const image of [copy, ...copy.querySelectorAll("img")]) {
    if (!("standsFor" in image.dataset)) continue;
    image.setAttribute("src", image.dataset.standsFor);
    delete image.dataset.standsFor;
    delete image.dataset.shapeless;
  }
  return [...copy.outerHTML.slice(0, 240)].slice(0, 120).join("");
}

function show(body, nonce, width) {
  return new Promise((resolve) => {
    const frame = document.createElement("iframe");
    frame.setAttribute("sandbox", "allow-same-origin");
    frame.setAttribute("scrolling", "no");
    frame.style = `border:0;width:${width}px;height:${HEIGHT}px`;
    frame.srcdoc = `<!doctype html><html lang="zh-CN"><style nonce="${nonce}">${SHEET}</style><body>${body}`;
    frame.onload = () => resolve(findAll(new Scene(frame, width)));
    document.body.append(frame);
  });
}

const given = JSON.parse(document.getElementById("given").textContent);
const nonce = document.currentScript.nonce;
const body = prepare(given.article);
Promise.all(given.widths.map((width) => show(body, nonce, width))).then((found) => {
  document.documentElement.textContent = JSON.stringify(found.flat());
});
