// What is done on the bench, as a scenario: recorded, with what is expected to be seen, and saved.

import { attempt, get, post } from "./api.js";
import { fill, h } from "./dom.js";
import { onChange, refresh } from "./state.js";
import { language, t } from "./texts.js";

const surfaces = [["panel", "panel"], ["webconfig", "web-config"], ["browser", "microsofts-pages"], ["jobs", "job-history"], ["sheet", "status-sheet"]];
const place = () => document.getElementById("record");
let now = { recording: false, lines: [], expects: 0, unsaid: [] };
let drawn = "";
let surface = "panel";

export function start() {
  // A text that somebody marks is what he expects.
  document.addEventListener("selectionchange", () => {
    const marked = String(document.getSelection());
    const at = document.getSelection().anchorNode;
    if (marked.trim() && at && document.getElementById("glass").contains(at)) marks("panel", marked);
  });
  addEventListener("pane-marks", (e) => marks(e.detail.surface, e.detail.text));
  onChange(() => { if (now.recording || !drawn) look(); else draw(); });
}

function marks(where, text) {
  const field = document.getElementById("expected");
  if (!field) return;
  surface = where;
  field.dataset.marked = where;
  field.value = text.replace(/\s+/g, " ").trim().slice(0, 300);
  document.getElementById("expected-at").value = where;
}

async function look() {
  try { now = await get("/record"); } catch { /* the bench is being built: the next look tells */ }
  draw();
}

// change asks for something that changes the recording.
const change = (path, body) => attempt(async () => { now = await post(path, body || {}); draw(); await refresh(); });

function draw() {
  const key = language + JSON.stringify(now);
  if (key === drawn) return;
  drawn = key;
  if (!now.recording) {
    fill(place(), h("div", { class: "acts" }, h("button", { type: "button", class: "b", "data-key": "record", onclick: () => change("/record/start") }, t("record")), h("span", { class: "note" }, t("record-help"))));
    return;
  }
  const kept = document.getElementById("expected")?.value || "";
  const text = h("input", { id: "expected", "data-key": "expected", type: "text", autocomplete: "off", value: kept });
  const at = h("select", { id: "expected-at", "data-key": "expected-at", onchange: (e) => { surface = e.target.value; } }, surfaces.map(([id, name]) => h("option", { value: id }, name === "web-config" ? "Web Config" : t(name))));
  at.value = surface;
  const not = h("input", { type: "checkbox", "data-key": "expected-not" });
  const name = h("input", { "data-key": "record-name", type: "text", autocomplete: "off", value: document.querySelector("[data-key=record-name]")?.value || "what-happened" });
  fill(place(), h("p", {}, h("b", { class: "rec-on" }, t("recording")), " ", t("recorded-so-far", { n: now.lines.length, of: now.expects })),
    h("form", { class: "field", onsubmit: async (e) => { e.preventDefault(); await change("/record/expect", { surface: at.value, text: text.value, not: not.checked }); } },
      h("label", {}, t("expected-text"), text), h("label", {}, t("expected-at"), at), h("label", { class: "box" }, not, t("expected-not")),
      h("button", { class: "b", "data-key": "expect" }, t("expect-this"))),
    h("details", {}, h("summary", {}, t("recorded-lines")), h("pre", { class: "wire", tabindex: "0" }, now.lines.join("\n"))),
    now.unsaid.length ? h("p", { class: "warnbox" }, t("recorded-unsaid"), " ", h("span", { lang: "en" }, now.unsaid.join(", "))) : null,
    h("form", { class: "field", onsubmit: (e) => { e.preventDefault(); save(name.value); } },
      h("label", {}, t("record-name"), name), h("button", { class: "b p", "data-key": "record-save", disabled: now.expects === 0 }, t("save-as-scenario")),
      h("button", { type: "button", class: "b", "data-key": "record-discard", onclick: () => change("/record/discard") }, t("discard"))),
    now.expects === 0 ? h("p", { class: "note" }, t("nothing-expected")) : null);
}

// save lets the browser keep the scenario.
async function save(name) {
  const saved = await attempt(() => post("/record/save", { name }));
  if (!saved) return;
  const address = URL.createObjectURL(new Blob([saved.text], { type: "text/plain" }));
  const file = saved.file.split("/").pop();
  const link = h("a", { href: address, download: file }, file);
  fill(document.getElementById("saved"), h("div", { class: "alert saved", "data-key": "saved" }, h("span", {}, t("saved"), " ", link, ". ", t("play-it"), " ", h("code", {}, saved.run)),
    h("button", { type: "button", class: "b", onclick: () => fill(document.getElementById("saved")) }, t("close"))));
  link.click();
}
