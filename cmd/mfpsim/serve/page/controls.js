// Which control of the page a line of a case means, by the verb of the scenario: selectors, the best first.

import { lacksButton } from "./anyact.js";

const on = (key) => `[data-key="${key}"]`;

const byVerb = {
  scan: ["#beside-panel form button"],
  "scan originals": [on("lay")],
  "sheet print": [on("sheet")],
  panel: ["#glass"],
  "printer set": [on("firmware"), "#more-of-printer"],
  "printer license": [on("license"), "#more-of-printer"],
  jobs: ["#job-list"],
  webconfig: ["#pane-web-config iframe"],
  browser: ["#pane-browser iframe"],
  "entra policy": ["#at-policies"],
  "entra log": ["#at-sign-ins"],
  "entra withdraw-consent": ["#at-consents"],
  "entra set": ["#at-entra"],
  "entra answer": [on("answer-entra-answer-own")],
  entra: ["#at-accounts"],
  user: ["#at-accounts"],
  "exchange Set-CASMailbox": ["#at-microsoft-365"],
  "exchange Set-TransportConfig": ["#at-exchange"],
  "exchange Add-RecipientPermission": ["#at-send-as"],
  "exchange Remove-RecipientPermission": ["#at-send-as"],
  "exchange answer": [on("answer-exchange-answer-own")],
  exchange: [on("powershell")],
  mailbox: ["#mail-list"],
  wire: ["#wire-lines"],
  clock: [on("clock-to")],
  "clock +15m": [on("pass-15m")],
  "clock +1h": [on("pass-1h")],
  "clock +1d": [on("pass-1d")],
  "clock +91d": [on("pass-91d")],
  "clock printer": [on("clock-own")],
  provider: ["#more-of-printer"],
  network: [on("fault-entra")],
  "network smtp": [on("fault-smtp")],
  "power off": [on("power-off")],
  "power on": [on("power-on")],
  "power cut": [on("power-cut")],
  memory: [on("memory-refuses")],
  "memory ok": [on("memory-ok")],
};

// placeOf is the tab at which a line is done or seen: the history of the jobs has one of its own, and what the owner of
// the printer does besides Web Config stands below the panel.
export const placeOf = (step) => {
  const text = step.text.replace(/^! */, "");
  if (!step.looks && lacksButton(text)) return "faults";
  if (/^jobs\b/.test(text)) return "jobs";
  return /^(printer (set|license)|provider)\b/.test(text) ? "panel" : step.place;
};

// quoted is a text within a selector.
const quoted = (text) => JSON.stringify(text);

// own are the controls of one thing among several: the switch of a mailbox, of a policy, of an organization.
function own(verb, said, rest) {
  const at = rest.find((w) => w.includes("@"));
  const tenant = rest.find((w) => /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(w));
  const row = (key) => `.sw:has([data-key${key}])`;
  const is = verb + " " + said;
  if (is === "exchange Set-CASMailbox" && at) return [`.sw:has(#mb-${at.replace(/[^a-z0-9]/gi, "-")})`];
  if (is === "exchange Set-TransportConfig") return [row(tenant ? "=" + quoted("smtp-" + tenant) : '^="smtp-"')];
  const button = { revoke: "revoke", disable: "disable", password: "change-password" }[said];
  if (verb === "entra" && button && at) return [`[data-key=${quoted(button + at)}]`, `[data-id=${quoted("account-" + at)}]`];
  if (is === "entra withdraw-consent") return ['[data-key^="withdraw"]'];
  if (/RecipientPermission$/.test(said) && rest[0]) return [`form:has([data-key=${quoted("send-as-who-" + rest[0])}])`, "#at-send-as"];
  if (is === "entra set" && rest[0] === "Security defaults") return [row('^="defaults-"')];
  if (is === "entra policy" && rest[0]) {
    const exclude = `form:has([data-key=${quoted("exclude-" + rest[0])}])`;
    const toggle = `.sw:has([data-key$=${quoted(rest[0])}])`;
    return rest.some((w) => w.startsWith("exclude=")) ? [exclude, toggle] : [toggle];
  }
  return [];
}

// key is a key of the glass by its label, if it is to be touched: a dialog covers those below it, and a box may be ticked.
const key = (label) => `#glass button[data-k$=${quoted(":" + label)}]:enabled:not([inert] *, .box[aria-pressed=true])`;
const withRole = (...roles) => roles.map((role) => `#glass button[data-k^="${role}:"]:not([inert] *)`).join(", ");

// onPanel is what somebody touches at the panel as it is now: the last key of the path that its screen has, what closes
// a message over it, what wakes it, or the key that leads home.
function onPanel(said, rest, keys) {
  const there = (...selectors) => selectors.find((s) => document.querySelector(s));
  const over = ["#glass [role=alertdialog] .prim", "#glass .wake"];
  if (said === "log-in") {
    const user = rest[0] && rest[0] !== "wrong" && !rest[0].includes("=");
    return user ? [`[data-key=${quoted("log-in-" + rest[0])} i]`, "#more-of-printer"] : [there(withRole("log-in"), ...over) || "#glass"];
  }
  if (said === "log-out") return [there(withRole("log-off", "log-out"), ...over) || "#glass"];
  if (said === "home") return ["#casing .home"];
  const home = keys.length > 1 ? ["#casing .home:enabled"] : [];
  return [there(...keys.toReversed().map(key), ...over, ...home) || "#glass"];
}

export function controlsOf(step) {
  const words = (step.text.replace(/^!\s*/, "").match(/'(?:[^']|'')*'|\S+/g) || []).map((w) => w.replace(/^'(.*)'$/, "$1").replaceAll("''", "'"));
  const [verb, said, ...rest] = words;
  const keys = step.aim && step.aim.keys || [];
  if (!step.looks && lacksButton(step.text)) return [on("any-act")];
  if (verb === "scan" && keys.length) return [...onPanel(said, rest, keys), "#glass"];
  if (verb === "panel" && said !== "shows") return [...onPanel(said, rest, keys), "#glass"];
  return [...own(verb, said, rest), ...(byVerb[verb + " " + said] || byVerb[verb] || [])];
}
