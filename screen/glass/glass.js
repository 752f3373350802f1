"use strict";
(() => {
  const panel = document.getElementById("panel"), glass = document.getElementById("glass"), casing = document.getElementById("casing");
  const beside = document.getElementById("beside"), held = document.getElementById("held");
  const say = document.getElementById("say"), problem = document.getElementById("problem");
  let shown = null, queue = Promise.resolve(), touched = false, later = null;

  const lcd = () => glass.querySelector(".lcd");
  const place = () => (lcd() ? lcd().dataset.place : "");
  const keyed = (k) => [...panel.querySelectorAll("button[data-k]:enabled")].find((b) => b.dataset.k === k);
  const role = (...roles) => roles.map((r) => [...glass.querySelectorAll("button[data-k]")].find((b) => b.dataset.k.startsWith(r + ":"))).find(Boolean);

  // first is where the focus goes on a new screen: the first key, in a dialog its main key, on the keyboard the field.
  function first() {
    const dialog = glass.querySelector("[role=alertdialog]");
    if (dialog) return dialog.querySelector(".prim") || dialog.querySelector("button");
    return glass.querySelector("[role=textbox]") || glass.querySelector(".view button:enabled") || glass.querySelector("button");
  }

  // page shows the keys that scroll where a list is longer than the glass.
  function page() {
    for (const pager of glass.querySelectorAll(".pager")) {
      const list = pager.parentElement.querySelector(".scroll");
      pager.hidden = true;
      const pages = Math.ceil((list.scrollHeight - 4) / list.clientHeight);
      if (pages < 2) continue;
      pager.hidden = false;
      const end = list.scrollTop + list.clientHeight >= list.scrollHeight - 2;
      const at = end ? pages : Math.floor(list.scrollTop / list.clientHeight) + 1;
      pager.querySelector("span").textContent = at + "/" + pages;
      pager.querySelector('[data-scroll="-1"]').disabled = list.scrollTop < 2;
      pager.querySelector('[data-scroll="1"]').disabled = end;
    }
  }

  function swap(view, pressed) {
    const active = document.activeElement, inside = panel.contains(active);
    const before = { place: place(), key: active && active.dataset ? active.dataset.k : "", text: active && active.getAttribute && active.getAttribute("role") === "textbox" };
    const list = glass.querySelector(".scroll"), top = list ? list.scrollTop : 0;
    glass.innerHTML = view.glass;
    casing.innerHTML = view.casing;
    const same = place() === before.place, next = glass.querySelector(".scroll");
    if (same && next) next.scrollTop = top;
    if (inside || pressed) {
      const again = same && (before.text ? glass.querySelector("[role=textbox]") : before.key && keyed(before.key));
      const to = again || first();
      if (to) to.focus({ preventScroll: true });
    }
    page();
  }

  function show(view, pressed) {
    later = touched && !pressed ? view : null; // a key that is drawn anew under the finger would not be pressed
    if (later) return;
    if (!shown || view.glass !== shown.glass || view.casing !== shown.casing) swap(view, pressed);
    if (!api && (!shown || view.beside !== shown.beside)) beside.innerHTML = view.beside;
    if (!api && (!shown || view.held !== shown.held)) held.innerHTML = view.held;
    if (shown && view.say !== shown.say) {
      say.lang = view.language;
      say.textContent = view.say;
    }
    if (pressed) {
      problem.textContent = view.problem || "";
      problem.hidden = !view.problem;
    }
    shown = view;
  }

  const api = panel.dataset.api; // of the control API: the page tells what the panel shows; else it is the panel's own page
  function ask(path, fields, pressed) {
    const request = fields ? { method: "POST", body: api ? JSON.stringify(fields) : new URLSearchParams(fields) } : {};
    request.headers = { Accept: "application/json" };
    if (api) path = api;
    queue = queue.then(() => fetch(path, request)).then((answer) => answer.json()).then((view) => show(view, pressed), () => {});
  }
  const press = (key) => ask("/press", { key }, true);

  panel.addEventListener("pointerdown", () => { touched = true; });
  for (const end of ["pointerup", "pointercancel"]) {
    addEventListener(end, () => {
      touched = false;
      if (later) setTimeout(() => { if (later) show(later, false); }); // after the click
    });
  }
  panel.addEventListener("submit", (e) => {
    e.preventDefault();
    if (e.submitter && e.submitter.name === "key") press(e.submitter.value);
  });
  glass.addEventListener("click", (e) => {
    const key = e.target.closest("[data-scroll]");
    if (!key) return;
    const list = key.parentElement.parentElement.querySelector(".scroll");
    list.scrollBy({ top: Number(key.dataset.scroll) * (list.clientHeight - 24) });
    page();
    if (key.disabled) key.parentElement.querySelector("button:enabled").focus();
  });
  glass.addEventListener("scroll", page, true);
  addEventListener("resize", page);

  document.addEventListener("keydown", (e) => {
    const active = document.activeElement;
    if (e.ctrlKey || e.altKey || e.metaKey || !(active === document.body || panel.contains(active))) return;
    const done = () => e.preventDefault();
    if (e.key === "Escape") {
      const key = role("back", "cancel", "main");
      if (key) { done(); press(key.value); }
      return;
    }
    if (active && active.classList.contains("tab") && (e.key === "ArrowLeft" || e.key === "ArrowRight")) {
      const tabs = [...active.parentElement.children], to = tabs[(tabs.indexOf(active) + (e.key === "ArrowRight" ? 1 : tabs.length - 1)) % tabs.length];
      done();
      to.focus();
      return;
    }
    const text = active && active.getAttribute("role") === "textbox";
    if (!lcd() || lcd().dataset.kind !== "keyboard" || glass.querySelector("[role=alertdialog]")) return;
    if ([...e.key].length === 1 && (e.key !== " " || text)) { done(); press(e.key); }
    else if (e.key === "Backspace") { done(); press(role("erase").value); }
    else if (e.key === "Enter" && text) { done(); press(role("main").value); }
  });

  page();
  if (api) {
    addEventListener("panel-shows", (e) => show(e.detail, false));
    return;
  }

  // A browser has six connections to one server, so one page listens and tells the others; when it is closed, the next one
  // listens.
  const others = new BroadcastChannel("panel");
  others.onmessage = (e) => show(e.data, false);
  const listen = () => {
    new EventSource("/events").onmessage = (e) => {
      const view = JSON.parse(e.data);
      others.postMessage(view);
      show(view, false);
    };
    return new Promise(() => {});
  };

  ask("/now", null, false);
  if (navigator.locks) navigator.locks.request("panel", listen); // a browser has none for pages that come over a network
  else listen();
  // The clock, sleep, and a bench that is held, are no events.
  setInterval(() => { if (!document.hidden) ask("/now", null, false); }, 5000);
})();
