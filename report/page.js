"use strict";
(() => {
  const $ = (s, of = document) => [...of.querySelectorAll(s)];
  const root = document.documentElement;
  const say = document.getElementById("count");

  // Light or dark: as the system has it, until somebody chooses.
  const theme = document.getElementById("theme");
  const wear = (dark) => {
    root.dataset.theme = dark ? "dark" : "light";
    theme.setAttribute("aria-pressed", String(dark));
  };
  wear(matchMedia("(prefers-color-scheme: dark)").matches);
  theme.addEventListener("click", () => wear(root.dataset.theme !== "dark"));

  // Screens are made when they are looked at: pages of their own, in which nothing runs. They are of this page's origin, so
  // that they are there at once for paper, and drawn in a picture of the whole page.
  const album = document.getElementById("album");
  const { css, screens, sprite } = album ? JSON.parse(album.textContent) : { css: [], screens: [], sprite: "" };
  const draw = (place) => {
    const it = screens[place.dataset.screen];
    const frame = document.createElement("iframe");
    frame.setAttribute("sandbox", "allow-same-origin");
    frame.title = place.dataset.title;
    frame.tabIndex = -1;
    const page = it.h.replace("<!--css-->", () => "<style>" + css[it.s] + "</style>").replace("<!--icons-->", () => sprite);
    place.replaceWith(frame);
    frame.contentDocument.open();
    frame.contentDocument.write(page);
    frame.contentDocument.close();
  };
  const drawIn = (of) => $("[data-screen]", of).forEach(draw);
  for (const e of $("details.ev")) {
    e.addEventListener("toggle", () => { if (e.open) drawIn(e); });
    if (e.open) drawIn(e);
  }

  // Filter and search.
  const rows = $("[data-row]");
  const text = new Map(rows.map((r) => [r, r.textContent.toLowerCase()]));
  const search = document.getElementById("search");
  const refusals = document.getElementById("refusals");
  const choice = document.getElementById("verdict");
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const lanes = new Set($("[data-lane]").filter((b) => b.checked).map((b) => b.value));
    const only = refusals && refusals.getAttribute("aria-pressed") === "true";
    let shown = 0;
    for (const r of rows) {
      const fits = words.every((w) => text.get(r).includes(w)) && (!only || "refused" in r.dataset) &&
        (!r.dataset.lanes || r.dataset.lanes.split(" ").some((l) => lanes.has(l))) && (!choice || !choice.value || r.dataset.verdict === choice.value);
      r.hidden = !fits;
      if (fits) shown++;
    }
    for (const part of $(".ph")) part.hidden = $("[data-row]", part).length > 0 && $("[data-row]:not([hidden])", part).length === 0;
    say.textContent = say.dataset.says.replace("{n}", shown);
  };
  search.addEventListener("input", filter);
  if (choice) choice.addEventListener("change", filter);
  for (const box of $("[data-lane]")) box.addEventListener("change", filter);
  if (refusals) refusals.addEventListener("click", () => {
    refusals.setAttribute("aria-pressed", String(refusals.getAttribute("aria-pressed") !== "true"));
    filter();
  });
  const all = document.getElementById("all");
  if (all) all.addEventListener("click", () => {
    const open = all.dataset.open !== "yes";
    for (const e of $("details.ev")) if (!e.hidden) e.open = open;
    all.dataset.open = open ? "yes" : "no";
    all.textContent = open ? all.dataset.close : all.dataset.says;
  });

  // A link to a place opens it.
  const go = () => {
    const to = location.hash && document.getElementById(location.hash.slice(1));
    if (!to) return;
    if (to.hidden) { search.value = ""; if (refusals) refusals.setAttribute("aria-pressed", "false"); filter(); to.hidden = false; }
    if (to.matches("details")) { to.open = true; drawIn(to); }
    to.scrollIntoView();
  };
  addEventListener("hashchange", go);
  go();

  // Paper has all that is told; what was open stays open.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = $("details.ev:not([open])").filter((e) => !e.classList.contains("quiet"));
    for (const e of opened) { e.open = true; drawIn(e); }
  });
  addEventListener("afterprint", () => { for (const e of opened) e.open = false; });
})();
