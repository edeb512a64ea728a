"use strict";

// The desk is fetched again when something has changed, and stands where the reader was.
const places = (frames) => frames.map((frame) => [frame.title, frame.contentWindow.scrollY]);
const frames = () => [...document.querySelectorAll("iframe")];

async function refresh() {
  const answer = await fetch(location.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const were = new Map(places(frames()));
  const side = document.querySelector(".side").scrollTop;
  document.getElementById("desk").replaceWith(document.adoptNode(page.getElementById("desk")));
  document.querySelector(".side").scrollTop = side;
  for (const frame of frames()) {
    frame.addEventListener("load", () => frame.contentWindow.scrollTo(0, were.get(frame.title) || 0));
  }
}

document.addEventListener("change", (event) => {
  if (event.target.form) event.target.form.submit();
});
new EventSource("/changes").addEventListener("message", (event) => {
  if (event.data !== document.getElementById("desk").dataset.revision) refresh();
});
