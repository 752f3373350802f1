// Both protocols as they happen, a line for each exchange. What was said in full is asked for when a line is opened.

import { attempt, get } from "./api.js";
import { fill, h, point } from "./dom.js";
import { folded, short } from "./readable.js";
import { full, stamp, t } from "./texts.js";

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
  const lines = together(state.lines.filter((l) => (all || belongs(l)) && (!refusals || l.tone === "refused") && (!wanted || (l.text + " " + l.status + " " + (l.why || "")).toLowerCase().includes(wanted)))).slice(-most).reverse();
  const into = document.getElementById("wire-lines");
  const have = new Map([...into.children].map((n) => [n.dataset.id + "|" + n.dataset.last + "|" + n.dataset.says, n]));
  fill(into, lines.length ? lines.map((l) => have.get("wire-" + l.number + "|" + l.last + "|" + l.text) || row(l)) : h("p", { class: "note" }, t("nothing-yet")));
}

// together makes one line of equal ones that stand beside each other, such as a printer that asks again and again whether
// somebody has signed in: it has their number, and all of them when it is opened.
function together(lines) {
  const out = [];
  for (const l of lines) {
    const before = out.at(-1);
    if (!before || !l.protocol || before.text !== l.text || before.party !== l.party || before.from !== l.from || before.status !== l.status) { out.push(l); continue; }
    const of = before.of || [before];
    out[out.length - 1] = { ...before, last: l.last, at: l.at, times: Math.max(before.times, 1) + Math.max(l.times, 1), of: [...of, l] };
  }
  return out;
}

const names = { printer: "", person: "", client: "", control: "" };

function row(l) {
  const from = l.from in names ? t("from-" + l.from) : l.from;
  const to = l.party === "entra" ? "Entra ID" : l.party === "smtp" ? "Exchange" : l.party === l.from ? "" : l.party in names ? t("from-" + l.party) : l.party;
  const inside = h("div", {});
  const was = document.querySelector('#wire-lines [data-id="wire-' + l.number + '"]')?.open;
  const line = h("details", { class: "log", "data-id": "wire-" + l.number, "data-last": l.last, "data-says": l.text, open: was || false, ontoggle: () => { if (line.open && !inside.firstChild) attempt(() => open(l, inside)); } },
    h("summary", { "data-key": "wire-" + l.number }, h("time", { datetime: l.at }, stamp(l.at, state.now.now)),
      h("span", {}, l.protocol ? h("span", { class: "pr" + (l.protocol === "SMTP" ? " s" : "") }, l.protocol) : null, l.protocol && to ? h("small", { class: "note" }, from + " → " + to + ": ") : null, h("span", { class: l.tone === "refused" ? "bad" : null }, l.waits && l.times > 1 ? t("asked-in-vain", { n: l.times }) : l.text), l.command ? [" ", h("code", {}, l.command)] : null, l.times > 1 && !l.waits ? " " + t("times", { n: l.times }) : null,
        l.why && l.tone === "refused" ? h("small", { class: "note", lang: "en" }, h("br"), short(l.why)) : null),
      h("b", { class: l.tone === "refused" ? "bad" : l.tone === "good" ? "good" : null }, l.status)), inside);
  if (was) attempt(() => open(l, inside));
  return line;
}

async function open(l, into) {
  const { entries } = await get("/journal/" + l.number + "?to=" + l.last);
  const pre = (mine, gap) => h("pre", { class: "wire", tabindex: "0", role: "region", "aria-label": l.text }, folded(mine.map(text).join(gap)));
  const none = h("p", { class: "note" }, t("fallen-out"));
  if (l.protocol === "SMTP") {
    const said = (one) => entries.filter((e) => e.kind === "smtp" && e.party === l.party && e.connection === (entries.find((x) => x.number === one.number) || {}).connection);
    const all = (l.of || [l]).map(said).filter((mine) => mine.length);
    return fill(into, all.length ? all.map((mine) => pre(mine, "\n")) : none);
  }
  const wanted = new Set((l.of || [l]).flatMap((one) => [one.number, one.last]));
  const mine = entries.filter((e) => wanted.has(e.number) || l.waits && e.http && e.party === l.party && (e.http.responseBody || "").includes("authorization_pending"));
  if (mine.length < 2) return fill(into, mine.length ? pre(mine, "\n\n") : none);
  fill(into, h("ol", { class: "bare" }, mine.map((e) => h("li", {}, h("details", {}, h("summary", {}, full(e.at)), pre([e], ""))))));
}

function text(e) {
  if (!e.http) return e.text || "";
  const x = e.http;
  const fields = (list) => (list || []).map((f) => f.name + ": " + f.value).join("\n");
  return [x.method + " https://" + x.host + x.target, fields(x.requestHeader), "", (x.requestBody || "").replaceAll("&", "\n&"), "", "HTTP " + x.status, fields(x.responseHeader), "", x.responseBody || ""].join("\n").replace(/\n{3,}/g, "\n\n");
}
