// What does it look like? The panel, Web Config and Microsoft's pages, as the person sees them.

import { attempt, get, post } from "./api.js";
import { secret, word } from "./copy.js";
import { bring, covered, fill, footed, h, mark, tabs } from "./dom.js";
import * as printer from "./printer.js";
import { state, onChange, refresh } from "./state.js";
import { language, t } from "./texts.js";

let chosen = "panel";
const titles = {};
const frames = {};
const paths = {};
let bench = null;
let addresses = null;
const stage = () => document.getElementById("stage");
const origin = (id) => { const at = state.now.panes[id === "browser" ? "browser" : "webConfig"]; return at ? new URL(at).origin : ""; };

export function start() {
  fill(stage(), ["panel", "web-config", "browser"].map((id) => h("div", { id: "pane-" + id, role: "tabpanel", "aria-labelledby": "tab-" + id, hidden: id !== chosen })));
  fill(document.getElementById("pane-panel"), panel());
  import("/bench/glass.js");
  onChange(draw);
  addEventListener("message", (e) => {
    const id = ["web-config", "browser"].find((name) => state.now && frames[name] && e.source === frames[name].contentWindow && e.origin === origin(name));
    if (!id || !e.data || e.data.mfpsim !== "pane") return;
    if (typeof e.data.title === "string") titles[id] = e.data.title.slice(0, 80);
    if (Number.isFinite(e.data.height)) frames[id].style.height = Math.min(tallest, Math.max(300, e.data.height + 2)) + "px"; // with its border
    if (typeof e.data.path === "string" && e.data.path !== paths[id]) {
      paths[id] = e.data.path;
      if (chosen === id && frames[id].getBoundingClientRect().top < stage().getBoundingClientRect().top + covered(frames[id])) bring(frames[id], "start"); // another page begins at its top
    }
    if (Number.isFinite(e.data.message) && chosen === id) intoSight(frames[id], e.data.message);
    if (wanted && id === wanted.place && typeof e.data.path === "string") asks();
    if (typeof e.data.first === "boolean") first(id, e.data.first);
    if (doing && doing.place === id && e.data.asks === "password") answersPassword();
    if (doing && doing.place === id && typeof e.data.did === "boolean") { doing.ends(e.data.did); doing = null; }
    if (typeof e.data.open === "string") opens(e.data.open);
    if (typeof e.data.marked === "string") dispatchEvent(new CustomEvent("pane-marks", { detail: { surface: id === "browser" ? "browser" : "webconfig", text: e.data.marked.slice(0, 300) } }));
    drawTabs();
  });
  new MutationObserver(() => { dialogs(); mark(); }).observe(document.getElementById("glass"), { childList: true, subtree: true });
  return { show, aim, act, follows, reload, ticked };
}

// act asks a frame to do what a step says; it answers whether that was done. deed says what is typed or clicked.
let doing = null;
const patience = 15000;
function act(place, step, deed) {
  const { path, control, sees, first: makes, asks: form, labels, begin } = step.aim;
  const settings = makes.map(({ label, value }) => ({ label, value }));
  return new Promise((ends) => {
    doing = { place, ends };
    const mine = doing;
    setTimeout(() => { if (doing === mine) { doing = null; ends(false); } }, patience);
    wanted = place === "web-config" ? { place, aim: { open: path ? path.split(" > ") : [""], control, sees, first: settings, acts: !step.looks, deed } }
      : { place, aim: { asks: form, labels, sees, begin, acts: !step.looks, deed } };
    if (frames[place] && paths[place]) asks();
  });
}

// answersPassword types the printer's password into the frame that has asked for it, while it does something for the
// reader: it goes to that frame's own origin, and is kept nowhere.
function answersPassword() {
  const known = doing.place === "web-config" && addresses && addresses.webConfigPassword;
  if (!known) { doing.ends(false); doing = null; return; }
  frames["web-config"].contentWindow.postMessage({ mfpsim: "bench", password: known }, origin("web-config"));
}

// follows opens Microsoft's pages at an address of theirs, as a private window does.
function follows(begin) {
  show("browser");
  if (frames.browser) frames.browser.src = origin("browser") + "/.mfpsim/fresh?to=" + encodeURIComponent(begin);
}

// reload shows a page as it is now, after something was done in another browser.
function reload(place) {
  if (frames[place] && paths[place]) frames[place].src = origin(place) + paths[place];
}

// dialogs brings what the panel says into sight, once for each that comes up: its key may have been far below.
let said = "";
function dialogs() {
  const dialog = document.querySelector("#glass [role=alertdialog]");
  const says = dialog ? dialog.textContent : "";
  if (says && says !== said && chosen === "panel") bring(document.getElementById("panel"), "start");
  said = says;
}

// aim asks a frame to go to the page of a step and to mark there what it is about. What is asked before the frame is
// there is asked as soon as it is.
let wanted = null;
function aim(place, step) {
  const { path, control, sees, first, asks: form, labels, begin } = step.aim;
  const acts = !step.looks;
  if (place === "web-config" && path) wanted = { place, aim: { open: path.split(" > "), control, sees, first: first.map(({ label, value }) => ({ label, value })), acts } };
  else if (place === "browser") wanted = { place, aim: { asks: form, labels, sees, begin, acts } };
  else return;
  if (frames[place] && paths[place]) asks();
}

// ticked brings into sight what a page shows of a step that has just been ticked, where it is open.
function ticked(place, step) {
  if (place !== chosen || doing || wanted || !frames[place] || !paths[place]) return;
  const { control, sees } = step.aim;
  frames[place].contentWindow.postMessage({ mfpsim: "bench", aim: { shown: true, control, sees } }, origin(place));
}

function asks() {
  frames[wanted.place].contentWindow.postMessage({ mfpsim: "bench", aim: wanted.aim }, origin(wanted.place));
  wanted = null;
}

// first says above a frame what comes before the step: its page is for who has logged in, or behind the code.
function first(id, needed) {
  const place = document.getElementById(id === "browser" ? "code-first" : "log-in-first");
  if (!place) return;
  place.hidden = !needed;
  place.classList.toggle("meant", needed);
}

// tallest is how high a frame becomes: what is in it scrolls with its column, and not once more by itself.
const tallest = 30000;

// intoSight scrolls to what a page says after a click: its frame is as high as the page, so its top may be out of sight.
function intoSight(frame, offset) {
  const scrolls = getComputedStyle(stage()).overflowY === "auto" ? stage() : stage().closest(".cols");
  const top = frame.getBoundingClientRect().top + offset - scrolls.getBoundingClientRect().top;
  const height = scrolls.clientHeight - footed(scrolls);
  if (top < covered(frame) || top > height - 80) scrolls.scrollBy(0, top - height / 3);
}

// opens follows a link that leads out of a frame: Microsoft's pages open in their own tab of the page.
function opens(address) {
  if (new URL(address).origin === origin("browser")) {
    frames.browser.src = address;
    show("browser");
    document.getElementById("tab-browser").focus({ preventScroll: true });
  } else if (/^https?:/.test(address)) open(address, "_blank", "noopener");
}

function show(id) {
  const other = id !== chosen;
  chosen = id;
  for (const pane of stage().children) pane.hidden = pane.id !== "pane-" + id;
  if (other) stage().scrollTop = 0; // the tabs share it: another one begins at its top
  if (frames[id] && frames[id].dataset.src) { frames[id].src = frames[id].dataset.src; delete frames[id].dataset.src; }
  drawTabs();
}

// under is what a tab shows, in few words: the whole of it is its title.
const under = (text, lang) => h("small", { lang, title: text }, short(text));
const cut = (text) => (text.length > longest ? text.slice(0, text.lastIndexOf(" ", longest) > 0 ? text.lastIndexOf(" ", longest) : longest) + " …" : text);
// Of a trail its end tells where somebody is.
const short = (text) => (text.length > longest && text.includes(" > ") ? "… > " + cut(text.split(" > ").at(-1)) : cut(text));
const longest = 24;

function drawTabs() {
  const { now } = state;
  tabs(document.getElementById("stage-tabs"), [
    ["panel", t("panel"), under(now.on ? now.panel.title : t("switched-off"), now.panel.language)],
    ["web-config", "Web Config", under(titles["web-config"] || t("not-open"))],
    ["browser", t("microsofts-pages"), under(titles.browser || (now.code ? t("code-waits", { code: now.code }) : t("not-open")))],
  ], chosen, show);
  for (const id of ["panel", "web-config", "browser"]) document.getElementById("tab-" + id).setAttribute("aria-controls", "pane-" + id);
}

function panel() {
  return [h("form", { id: "panel", "data-api": "/printer/glass", method: "post" }, h("div", { class: "bezel" }, h("div", { class: "glass", id: "glass" }), h("div", { id: "casing" }))), off("panel-off"),
    h("p", { class: "say", role: "status", "aria-live": "polite", id: "say" }), h("p", { class: "alert", id: "problem", hidden: true }),
    h("div", { id: "beside-panel" }), printer.start()];
}

async function draw({ now }, fresh) {
  if (fresh || !addresses) addresses = await get("/").then((a) => a.bench, () => addresses);
  if (!addresses) return;
  drawTabs();
  if (fresh || bench !== language + now.on) {
    bench = language + now.on;
    beside(now);
  }
  if (fresh) {
    for (const id of ["web-config", "browser"]) delete titles[id];
    web(now);
    browser(now);
    show(chosen);
    drawTabs();
  }
  powered(now);
  waiting(now);
  printer.draw(fresh);
}

// off says in place of what a printer shows that it is switched off, with the button that switches it on.
const off = (id) => h("div", { id, class: "warnbox", role: "status", hidden: true }, word("p", "printer-is-off"),
  h("button", { type: "button", class: "b p", "data-key": id + "-on", onclick: () => attempt(async () => { await post("/printer/power", { state: "on" }); await refresh(); }) }, word("span", "power-on")));

// powered shows the printer's own pages or, where nobody answers, that it is switched off. The frame begins anew at its
// first page when the printer is on again: a browser would show its own error.
function powered(now) {
  for (const id of ["panel-off", "web-config-off"]) {
    const place = document.getElementById(id);
    if (place) place.hidden = now.on;
  }
  const shown = frames["web-config"];
  if (!shown || shown.hidden === !now.on) return;
  shown.hidden = !now.on;
  if (!now.on || shown.dataset.src) return;
  delete paths["web-config"];
  shown.src = now.panes.webConfig;
}

function beside(now) {
  const to = h("input", { type: "text", value: "bob@fabrikam.com", "data-key": "scan-to", autocomplete: "off", spellcheck: "false" });
  const power = now.on ? "off" : "on";
  fill(document.getElementById("beside-panel"),
    h("form", { class: "field", onsubmit: (e) => { e.preventDefault(); attempt(async () => { await post("/printer/scan", { to: to.value.split(/[\s,;]+/).filter(Boolean) }); await refresh(); bring(document.getElementById("panel"), "start"); }); } },
      h("label", {}, t("scan-to"), to), h("button", { class: "b", disabled: !now.on }, t("scan"))),
    h("div", { class: "acts" },
      h("button", { type: "button", class: "b", "data-key": "lay", disabled: !now.on, onclick: () => attempt(async () => { await post("/printer/originals", { pages: 1 }); await refresh(); }) }, t("lay-a-page")),
      h("button", { type: "button", class: "b", "data-key": "sheet", disabled: !now.on, onclick: () => attempt(async () => { await post("/printer/sheet"); await refresh(); }) }, t("print-sheet")),
      h("button", { type: "button", class: "b", "data-key": "power", onclick: () => attempt(async () => { await post("/printer/power", { state: power }); await refresh(); }) }, t("power-" + power)),
      h("a", { class: "b", href: addresses.panel, target: "_blank", rel: "noopener" }, t("alone"))));
}

function frame(id, address, title) {
  if (!address) return word("p", "no-frames", { class: "warnbox" });
  frames[id] = h("iframe", { title, allow: "clipboard-write; clipboard-read", referrerpolicy: "no-referrer", sandbox: "allow-scripts allow-forms allow-same-origin allow-downloads allow-popups allow-popups-to-escape-sandbox" });
  delete paths[id];
  if (chosen === id) frames[id].src = address;
  else frames[id].dataset.src = address;
  return frames[id];
}

function web(now) {
  if (!addresses.webConfig) { fill(document.getElementById("pane-web-config"), word("p", "no-web-config")); return; }
  fill(document.getElementById("pane-web-config"),
    h("div", { class: "beside above" }, word("strong", "log-in-first", { id: "log-in-first", role: "status", hidden: true }), addresses.webConfigPassword ? [word("span", "user-name-empty"), secret("administrator-password", addresses.webConfigPassword)] : null,
      word("a", "real-door", { href: addresses.webConfig, target: "_blank", rel: "noopener" })),
    off("web-config-off"), frame("web-config", now.panes.webConfig, "Web Config"));
}

function browser(now) {
  fill(document.getElementById("pane-browser"),
    h("details", {}, word("summary", "accounts-of-the-bench"), h("ul", { id: "pane-accounts" })),
    h("div", { class: "beside above" }, word("strong", "code-first", { id: "code-first", role: "status", hidden: true }), h("span", { id: "code-waiting" }), word("a", "real-door", { href: addresses.entra + "/device", target: "_blank", rel: "noopener" })),
    frame("browser", now.panes.browser && now.panes.browser + "/device", t("microsofts-pages")));
  attempt(async () => {
    const accounts = await get("/accounts");
    fill(document.getElementById("pane-accounts"), accounts.map((a) => h("li", { class: "beside" }, h("span", {}, h("b", {}, a.user), " ", a.roles.join(", ")), secret("password", a.password))));
  });
}

let waits = null;
function waiting(now) {
  const place = document.getElementById("code-waiting");
  const key = [now.code, now.copied, now.signedIn, language].join();
  if (!place || waits === key && place.childNodes.length) return;
  waits = key;
  fill(place, now.code ? secret("code-that-waits", now.code) : [word("span", now.signedIn ? "code-done" : "no-code"), now.copied && !now.signedIn ? [" ", secret("code-of-before", now.copied)] : null]);
}
