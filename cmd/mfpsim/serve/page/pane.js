// In a frame of the bench's page: tells that page what is shown, and gives it the links that lead out of the frame.
"use strict";
(() => {
  const bench = document.currentScript.dataset.bench;
  if (window.parent === window) return;
  const tell = (what) => parent.postMessage({ mfpsim: "pane", ...what }, bench);
  const heading = document.querySelector("h1, h2");
  const says = document.querySelector("main [role=alert], main [role=status], main .error, [role=alert]");
  // The frame is as high as its page, so that the page does not scroll inside what scrolls already.
  document.documentElement.style.overflowY = "hidden";
  document.body.style.minHeight = "0";
  const height = () => Math.ceil(document.documentElement.getBoundingClientRect().height) + innerHeight - document.documentElement.clientHeight;
  const shown = () => tell({ title: (heading && heading.textContent.trim()) || document.title, path: location.pathname, height: height() });
  shown();
  new ResizeObserver(() => tell({ height: height() })).observe(document.documentElement);
  addEventListener("load", () => {
    shown();
    if (says && says.textContent.trim()) tell({ message: says.getBoundingClientRect().top + scrollY });
  });
  document.addEventListener("selectionchange", () => { const marked = String(getSelection()).slice(0, 300); if (marked.trim()) tell({ marked }); });
  addEventListener("click", (e) => {
    const link = e.target.closest && e.target.closest("a[href]");
    if (!link || link.origin === location.origin || !/^https?:$/.test(link.protocol)) return;
    e.preventDefault();
    tell({ open: link.href });
  });
})();
