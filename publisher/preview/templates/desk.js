"use strict";

// The desk is fetched again when something has changed, and every article stands where its reader was.
const frames = () => [...document.querySelectorAll("iframe")];
const places = new Map();
const loading = new Set();

function remember() {
  for (const frame of frames()) {
    if (!loading.has(frame)) places.set(frame.title, frame.contentWindow.scrollY);
  }
  loading.clear();
}

function restore(frame) {
  loading.add(frame);
  frame.addEventListener("load", () => {
    frame.contentWindow.scrollTo(0, places.get(frame.title) || 0);
    loading.delete(frame);
  });
}

async function refresh() {
  const answer = await fetch(location.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  remember();
  const side = document.querySelector(".side").scrollTop;
  const desk = document.adoptNode(page.getElementById("desk"));
  desk.querySelectorAll("iframe").forEach(restore);
  document.getElementById("desk").replaceWith(desk);
  document.querySelector(".side").scrollTop = side;
}

document.addEventListener("change", (event) => {
  if (event.target.form) event.target.form.submit();
});

// One after the other: two changes may follow close upon each other.
let done = Promise.resolve();
new EventSource("/changes").addEventListener("message", (event) => {
  done = done.then(async () => {
    if (event.data !== document.getElementById("desk").dataset.revision) await refresh();
  }).catch(() => {});
});
