// Which control of the page a line of a case means, by the verb of the scenario: selectors, the best first.

const on = (key) => `[data-key="${key}"]`;

const byVerb = {
  scan: ["#beside-panel form button"],
  "scan originals": [on("lay")],
  "sheet print": [on("sheet")],
  panel: ["#glass"],
  "printer set": [on("firmware"), "#more-of-printer"],
  "printer license": [on("license"), "#more-of-printer"],
  jobs: ["#job-list"],
  lang: ["#glass"],
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
  network: [on("fault-entra")],
  "network smtp": [on("fault-smtp")],
  power: [on("power-off")],
  memory: [on("memory-refuses")],
};

// placeOf is the tab at which a line is done or seen: the history of the jobs has one of its own, and what the owner of
// the printer does besides Web Config stands below the panel.
export const placeOf = (step) => (/^(! *)?jobs\b/.test(step.text) ? "jobs" : /^printer (set|license)\b/.test(step.text) ? "panel" : step.place);

export function controlsOf(step) {
  const [verb, said] = step.text.replace(/^!\s*/, "").split(/\s+/);
  const user = verb + " " + said === "panel log-in" && step.text.split(/\s+/)[2];
  if (user && user !== "wrong") return [on("log-in-" + user), "#more-of-printer"];
  return byVerb[verb + " " + said] || byVerb[verb] || [];
}
