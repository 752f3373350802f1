// Both protocols as they happen, a line for each exchange. What was said in full is asked for when a line is opened.

import { attempt, get } from "./api.js";
import { fill, h, point } from "./dom.js";
import { folded, short } from "./readable.js";
import { stamp, t } from "./texts.js";

let filter = "";
let refusals = false;
let all = false;
let place = null;
let state = null;
const most = 300;

// belongs reports whether a line is one of the two protocols, which the pane shows as long as nobody filters.
export const belongs = (l) => Boolean(l.protocol) && l.from !== "person";

export function draw(into, now, anew) {
  [place, state] = [into, now];
  if (anew || !into.firstChild) fill(into, frame());
  list();
}

// reveal opens a line and shows its head: the sentence stands there.
export function reveal(number) {
  if (!document.querySelector('#wire-lines [data-id="wire-' + number + '"]')) {
    [filter, refusals, all] = ["", false, true]; // it was filtered out
    fill(place, frame());
    list();
  }
  const line = document.querySelector('#wire-lines [data-id="wire-' + number + '"]');
  if (!line) return;
  line.open = true;
  point(line.querySelector("summary"), "start");
}

function frame() {
  const box = (key, label, on, set) => h("label", { class: "acts" }, h("input", { type: "checkbox", "data-key": key, checked: on, onchange: (e) => { set(e.target.checked); list(); } }), label);
  return [h("div", { class: "field" }, h("label", {}, t("filter"), h("input", { type: "search", value: filter, "data-key": "wire-filter", oninput: (e) => { filter = e.target.value; list(); } }))),
    box("wire-refusals", t("refusals-only"), refusals, (on) => { refusals = on; }), box("wire-all", t("everything"), all, (on) => { all = on; }), h("div", { id: "wire-lines" })];
}

function list() {
  const wanted = filter.trim().toLowerCase();
  const lines = state.lines.filter((l) => (all || belongs(l)) && (!refusals || l.tone === "refused") && (!wanted || (l.text + " " + l.status + " " + (l.why || "")).toLowerCase().includes(wanted))).slice(-most).reverse();
  const into = document.getElementById("wire-lines");
  const have = new Map([...into.children].map((n) => [n.dataset.id + "|" + n.dataset.last + "|" + n.dataset.says, n]));
  fill(into, lines.length ? lines.map((l) => have.get("wire-" + l.number + "|" + l.last + "|" + l.text) || row(l)) : h("p", { class: "note" }, t("nothing-yet")));
}

const names = { printer: "", person: "", client: "", control: "" };

function row(l) {
  const from = l.from in names ? t("from-" + l.from) : l.from;
  const to = l.party === "entra" ? "Entra ID" : l.party === "smtp" ? "Exchange" : l.party === l.from ? "" : l.party in names ? t("from-" + l.party) : l.party;
  const full = h("div", {});
  const was = document.querySelector('#wire-lines [data-id="wire-' + l.number + '"]')?.open;
  const line = h("details", { class: "log", "data-id": "wire-" + l.number, "data-last": l.last, "data-says": l.text, open: was || false, ontoggle: () => { if (line.open && !full.firstChild) attempt(() => open(l, full)); } },
    h("summary", { "data-key": "wire-" + l.number }, h("time", { datetime: l.at }, stamp(l.at, state.now.now)),
      h("span", {}, l.protocol ? h("span", { class: "pr" + (l.protocol === "SMTP" ? " s" : "") }, l.protocol) : null, l.protocol && to ? h("small", { class: "note" }, from + " → " + to + ": ") : null, h("span", { class: l.tone === "refused" ? "bad" : null }, l.text), l.command ? [" ", h("code", {}, l.command)] : null, l.times > 1 ? " " + t("times", { n: l.times }) : null,
        l.why && l.tone === "refused" ? h("small", { class: "note", lang: "en" }, h("br"), short(l.why)) : null),
      h("b", { class: l.tone === "refused" ? "bad" : l.tone === "good" ? "good" : null }, l.status)), full);
  if (was) attempt(() => open(l, full));
  return line;
}

async function open(l, into) {
  const { entries } = await get("/journal/" + l.number + "?to=" + l.last);
  const mine = l.protocol === "SMTP" ? entries.filter((e) => e.kind === "smtp" && e.connection === entries[0].connection && e.party === l.party) : entries.filter((e) => e.number === l.number || e.number === l.last);
  fill(into, mine.length ? h("pre", { class: "wire", tabindex: "0", role: "region", "aria-label": l.text }, folded(mine.map(text).join(l.protocol === "SMTP" ? "\n" : "\n\n"))) : h("p", { class: "note" }, t("fallen-out")));
}

function text(e) {
  if (!e.http) return e.text || "";
  const x = e.http;
  const fields = (list) => (list || []).map((f) => f.name + ": " + f.value).join("\n");
  return [x.method + " https://" + x.host + x.target, fields(x.requestHeader), "", (x.requestBody || "").replaceAll("&", "\n&"), "", "HTTP " + x.status, fields(x.responseHeader), "", x.responseBody || ""].join("\n").replace(/\n{3,}/g, "\n\n");
}
