// Which control of the page a line of a case means, by the verb of the scenario: selectors, the best first.

const on = (key) => `[data-key="${key}"]`;

const byVerb = {
  scan: ["#beside-panel form button"],
  "scan originals": [on("lay")],
  "sheet print": [on("sheet")],
  panel: ["#glass"],
  jobs: ["#glass"],
  lang: ["#glass"],
  webconfig: ["#pane-web-config iframe"],
  browser: ["#pane-browser iframe"],
  "entra policy": ["#at-policies"],
  "entra log": ["#at-sign-ins"],
  "entra withdraw-consent": ["#at-consents"],
  "entra set": ["#at-entra"],
  entra: ["#at-accounts"],
  user: ["#at-accounts"],
  "exchange Set-CASMailbox": ["#at-microsoft-365"],
  exchange: ["#at-exchange"],
  mailbox: ["#mail-list"],
  wire: ["#wire-lines"],
  clock: [on("clock-to")],
  network: [on("fault-entra")],
  "network smtp": [on("fault-smtp")],
  power: [on("power-off")],
  memory: [on("memory-refuses")],
};

export function controlsOf(step) {
  const [verb, said] = step.text.replace(/^!\s*/, "").split(/\s+/);
  return byVerb[verb + " " + said] || byVerb[verb] || [];
}
