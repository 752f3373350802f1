// The page of the bench: three columns, each of which knows its own matters.

import { offer } from "./anyact.js";
import { attempt, post } from "./api.js";
import { fill, h, keepClicks, lead } from "./dom.js";
import { state, onChange, follow, redraw, refresh } from "./state.js";
import * as texts from "./texts.js";
import { t } from "./texts.js";
import { start as startCase, read, panelSpeaks } from "./case.js";
import { start as startStage } from "./stage.js";
import { start as startBehind, show as showBehind, showLine } from "./behind.js";
import { start as startEvidence } from "./evidence.js";
import { start as startRecord } from "./record.js";

keepClicks();
await texts.load();
texts.apply();

const languages = document.getElementById("language");
languages.value = texts.language;
languages.addEventListener("change", async () => {
  texts.speak(languages.value);
  texts.apply();
  await attempt(async () => { await panelSpeaks(languages.value); await redraw(); });
});

const view = (name) => {
  document.body.dataset.view = name;
  for (const button of document.querySelectorAll("#views button")) button.setAttribute("aria-pressed", String(button.dataset.view === name));
};
for (const button of document.querySelectorAll("#views button")) button.addEventListener("click", () => view(button.dataset.view));
view("case");

// go leads to where a step is done or seen, and to the control there that is meant.
const go = (place, controls, step) => {
  const seen = ["panel", "web-config", "browser"].includes(place);
  view(seen ? "see" : "behind");
  if (seen) stage.show(place);
  else showBehind(place);
  if (step) stage.aim(place, step);
  if (step && controls.includes('[data-key="any-act"]')) offer(step.text);
  lead([...(controls || []), "#pane-" + place, "#tab-" + place]);
};

const stage = startStage();
const leads = (line) => { view("behind"); showLine(line); };
const reaches = (place) => (["panel", "web-config", "browser"].includes(place) ? stage.show(place) : place && showBehind(place));
startCase(go, view, leads, { show: reaches, act: stage.act, follows: stage.follows, reload: stage.reload, ticked: stage.ticked });
startBehind();
startEvidence();
startRecord();

// A ticket has several lines: Enter finds, with Shift it begins a line.
document.getElementById("find-text").addEventListener("keydown", (e) => {
  if (e.key !== "Enter" || e.shiftKey || e.isComposing) return;
  e.preventDefault();
  document.getElementById("find").requestSubmit();
});
document.getElementById("find").addEventListener("submit", (e) => {
  e.preventDefault();
  view("case");
  read(document.getElementById("find-text").value);
});
for (const [id, duration] of [["pass-15", "15m"], ["pass-91", "91d"]]) {
  document.getElementById(id).addEventListener("click", () => attempt(async () => {
    await post("/clock/advance", { duration });
    await refresh();
  }));
}

// folded makes one line of all the times that a printer asked in vain whether its sign-in is complete, whatever came
// between: the newest, with their number. Another answer of Entra ID to the printer ends it.
function folded(lines) {
  const out = [];
  let asked = null;
  for (const l of lines.toReversed()) {
    if (l.waits && asked) { asked.times = Math.max(asked.times, 1) + Math.max(l.times, 1); continue; }
    if (l.waits) asked = { ...l };
    else if (l.party === "entra" && l.from === "printer") asked = null;
    out.push(l.waits ? asked : l);
  }
  return out;
}

// matters reports whether a line is worth a place among the newest: not what the panel shows anyway.
const matters = (l) => l.tone !== "plain" || !["screen", "memory"].includes(l.kind);

let announced = "";
onChange(({ now, lines }) => {
  const at = document.getElementById("now");
  at.dateTime = now.now;
  fill(at, texts.day(now.now) + " " + texts.clock(now.now), h("span", {}, t("clock-of-the-bench")));
  const newest = folded(lines.filter(matters)).slice(0, 12);
  fill(document.getElementById("just"), newest.map((l) => h("li", {}, h("time", { datetime: l.at }, texts.stamp(l.at, now.now)),
    h("span", { class: l.tone === "refused" ? "bad" : null }, l.text, l.command ? [" ", h("code", {}, l.command)] : null, l.times > 1 ? " " + t("times", { n: l.times }) : null, " ",
      l.tone === "refused" || l.kind === "outcome" || l.protocol === "SMTP" && l.tone === "good" ? h("button", { type: "button", class: "lk", "data-key": "show-" + l.number, "aria-label": t("show") + ": " + l.text, onclick: () => leads(l) }, t("show")) : null))));
  if (!newest.length) fill(document.getElementById("just"), h("li", {}, h("span", {}), t("nothing-yet")));
  const worst = newest.find((l) => l.tone === "refused");
  const says = worst && worst.at > announced ? worst.text : "";
  if (says) { announced = worst.at; document.getElementById("announce").textContent = says; }
  held(now.held);
});

function held(now) {
  const place = document.getElementById("alerts");
  const there = place.querySelector(".held");
  if (!now.held) { if (there) there.remove(); return; }
  if (there) return;
  place.append(h("div", { class: "alert held" }, h("span", {}, t("held", { by: now.by })),
    now.connections.map((c) => h("button", { type: "button", class: "b", onclick: () => attempt(() => post("/turn/break", { connection: c })) }, t("break-connection", { c })))));
}

follow();
