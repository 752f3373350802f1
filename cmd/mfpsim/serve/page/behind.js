// What is the truth? Microsoft's side, the mails, the wire, the clock, and what is broken on purpose.

import { h, tabs, fill } from "./dom.js";
import { state, onChange } from "./state.js";
import { t, language } from "./texts.js";
import * as microsoft from "./microsoft.js";
import * as mail from "./mail.js";
import * as wire from "./wire.js";
import * as time from "./time.js";
import * as faults from "./faults.js";
import * as jobs from "./jobs.js";

const panes = { microsoft, mail, jobs, wire, clock: time, faults };
let chosen = "microsoft";
let seen = { mails: 0, wire: 0 };
let spoken = "";

export function start() {
  fill(document.getElementById("behind"), Object.keys(panes).map((id) => h("div", { id: "pane-" + id, role: "tabpanel", "aria-labelledby": "tab-" + id, hidden: id !== chosen })));
  onChange((_, fresh) => {
    if (fresh) seen = { mails: state.now.mails, wire: state.lines.at(-1)?.number || 0 };
    draw(fresh);
  });
}

export function show(id) {
  const other = id !== chosen;
  chosen = id;
  const column = document.getElementById("behind");
  for (const pane of column.children) pane.hidden = pane.id !== "pane-" + id;
  if (other) column.scrollTop = 0; // the tabs share it: another one begins at its top
  draw(false, true);
}

function draw(fresh, opened) {
  if (chosen === "mail") seen.mails = state.now.mails;
  if (chosen === "wire") seen.wire = state.lines.at(-1)?.number || 0;
  const mails = state.now.mails - seen.mails;
  const refused = state.lines.filter((l) => wire.belongs(l) && l.tone === "refused" && l.number > seen.wire).length;
  const badge = (n, red) => (n > 0 ? h("em", { class: red ? "red" : null }, String(n)) : null);
  tabs(document.getElementById("behind-tabs"), [["microsoft", "Microsoft"], ["mail", t("mail"), badge(mails)], ["jobs", t("jobs")], ["wire", t("wire"), badge(refused, true)], ["clock", t("clock")], ["faults", t("faults")]], chosen, show);
  for (const id of Object.keys(panes)) document.getElementById("tab-" + id).setAttribute("aria-controls", "pane-" + id);
  panes[chosen].draw(document.getElementById("pane-" + chosen), state, fresh || opened || spoken !== language);
  spoken = language;
}

// inLog reports whether a line is about a refusal of which the sign-in log says more than the wire: on Microsoft's own
// page, or by a policy.
export const inLog = (line) => line.party === "entra" && line.tone === "refused" && (line.from === "person" || /AADSTS53\d+/.test(line.text));

// showLine leads to what a line of the record is about, as a person reads it: a job to its row in the history, a mail
// that went to the mail, a refusal by a policy to the sign-in log, anything else to the traffic.
export function showLine(line) {
  if (line.kind === "outcome" && line.receipt) { show("jobs"); return jobs.open(line.receipt); }
  if (line.protocol === "SMTP" && line.tone === "good") { show("mail"); return mail.openOf(line.at); }
  if (inLog(line)) { show("microsoft"); return microsoft.reveal(line.at); }
  show("wire");
  return wire.reveal(line.number);
}
