// How fast wenyan converts a Markdown file, and the HTML that comes out: one line of JSON.
//
// node tests/bench/npm/wenyan.js FILE SECONDS
//
// Called is what its own command line calls to render, with the defaults of that command line: the theme "default",
// code colours "solarized-light", window dots on code, links as footnotes.
import { readFileSync } from "node:fs";
import { renderStyledContent } from "@wenyan-md/core/wrapper";

const [path, seconds] = process.argv.slice(2);
const source = readFileSync(path, "utf-8");
const options = { themeId: "default", hlThemeId: "solarized-light", isMacStyle: true, isAddFootnote: true };
const convert = () => renderStyledContent(source, options);

const html = await convert();
let count = 0;
const start = performance.now();
while (count < 3 || performance.now() - start < seconds * 1000) {
  await convert();
  count += 1;
}
console.log(JSON.stringify({ rate: (count * 1000) / (performance.now() - start), html }));
