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
  // goes leads to a page by the labels of the menu, tab first. Who has to log in first is led there, and then on.
  const own = (item) => item && item.querySelector(":scope > a, :scope > span");
  const among = (list, label) => [...(list ? list.querySelectorAll(":scope > li") : [])].find((item) => own(item) && own(item).textContent.trim() === label);
  const goes = (wanted) => {
    const shows = wanted.control && [...document.querySelectorAll("main button, main a, main label, main input[type=submit], main dt")].find((n) => (n.textContent || n.value || "").trim() === wanted.control);
    if (shows) { rings(shows); return; }
    const [tab, ...below] = wanted.open;
    let [item, list] = [null, document.querySelector("nav.side > ul")];
    const current = document.querySelector("nav.tabs [aria-current]");
    for (const label of current && current.textContent.trim() === tab ? below : []) { item = among(list, label); list = item && item.querySelector(":scope > ul"); }
    const link = own(item) || own(among(document.querySelector("nav.tabs > ul"), tab));
    const logIn = document.querySelector('a[href^="/login"]');
    const asked = document.querySelector("main input[type=password]") && location.pathname === "/login";
    tell({ logIn: Boolean(logIn || asked) });
    const later = JSON.stringify({ ...wanted, until: Date.now() + 600000 });
    if (asked) { sessionStorage.setItem("wanted", later); document.querySelector("main input[type=password]").focus(); return; }
    if (logIn) { sessionStorage.setItem("wanted", later); logIn.click(); return; }
    if (wanted.stay || !link || link.getAttribute("aria-current") === "page" && own(item) === link) { rings(document.querySelector("main h1")); return; }
    if (own(item) !== link || wanted.control) sessionStorage.setItem("wanted", later);
    link.click();
  };
  const rings = (node) => {
    if (!node) return;
    Object.assign(node.style, { outline: "4px solid #FFB938", outlineOffset: "3px" });
    addEventListener("click", () => { node.style.outline = ""; }, { once: true });
    tell({ message: node.getBoundingClientRect().top + scrollY });
  };
  const waits = sessionStorage.getItem("wanted");
  sessionStorage.removeItem("wanted");
  if (waits && document.querySelector("nav.tabs")) {
    const wanted = JSON.parse(waits);
    if (wanted.until > Date.now() && (wanted.tries = (wanted.tries || 0) + 1) < 6) addEventListener("load", () => goes(wanted));
  }
  addEventListener("message", (e) => {
    if (e.source === parent && e.origin === new URL(bench).origin && e.data && e.data.mfpsim === "bench" && Array.isArray(e.data.open)) goes(e.data);
  });
  addEventListener("click", (e) => {
    const link = e.target.closest && e.target.closest("a[href]");
    if (!link || link.origin === location.origin || !/^https?:$/.test(link.protocol)) return;
    e.preventDefault();
    tell({ open: link.href });
  });
})();
