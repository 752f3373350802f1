// The admin centers to which the guide sends its reader, small.

import { attempt, get, post } from "./api.js";
import { fill, h, point } from "./dom.js";
import { clock, day, language, t } from "./texts.js";
import { folded } from "./readable.js";
import { refresh } from "./state.js";

let drawn = -1;
let place = null;

// draw shows the admin centers as they are now. What is typed meanwhile stays: an open form is not drawn anew.
export function draw(into, { now }, anew) {
  place = into;
  if (!anew && (drawn === now.last || into.contains(document.activeElement) && /INPUT|TEXTAREA/.test(document.activeElement.tagName))) return;
  drawn = now.last;
  attempt(show);
}

// reveal opens the row of the sign-in log that tells of a refusal at a time: the newest until then, or just after.
export const reveal = (at) => attempt(async () => {
  const until = Date.parse(at) + 2000;
  const row = (await get("/entra/sign-ins")).filter((s) => s.status.errorCode && !interrupts.has(s.status.errorCode) && Date.parse(s.createdDateTime) <= until).at(-1);
  await show();
  const line = row && place.querySelector('[data-id="' + CSS.escape("sign-in-" + row.id) + '"]');
  if (line) line.open = true;
  point(line ? line.querySelector("summary") : document.getElementById("at-sign-ins"), "start");
});

// act does something at Microsoft and looks again.
const act = (f) => attempt(async () => { const said = await f(); await refresh(); await show(); return said; });
const words = (...list) => ({ words: list });

async function show() {
  const [m, signIns, trace, refusals, answers] = await Promise.all([get("/microsoft?language=" + language), get("/entra/sign-ins"), get("/exchange/trace"), get("/exchange/refusals"), get("/entra/answer")]);
  const open = new Set([...place.querySelectorAll("details[open]")].map((d) => d.dataset.id));
  const fold = (id, summary, ...inside) => h("details", { class: "log", "data-id": id, open: open.has(id) }, h("summary", { "data-key": id }, summary), inside);
  const organizations = m.tenants.filter((o) => !o.personal);
  fill(place,
    h("h3", { class: "sub2", id: "at-exchange" }, t("exchange-admin-center")),
    organizations.map((o) => toggle("smtp-" + o.domain, t("smtp-auth-organization"), o.domain + ". " + t("mailbox-overrides"), o.smtpAuth,
      (on) => post("/exchange/cmdlet", { name: "Set-TransportConfig", arguments: [...(organizations.length > 1 ? ["-Organization", o.domain] : []), "-SmtpClientAuthenticationDisabled", on ? "$false" : "$true"] }))),
    h("h4", { class: "sub2", id: "at-send-as" }, "Send As"), m.mailboxes.map((b) => sendAs(b, m)),
    h("h4", { class: "sub2", id: "at-powershell" }, "Exchange Online PowerShell"), powershell(),
    h("h3", { class: "sub2", id: "at-microsoft-365" }, t("microsoft-365-admin-center")),
    m.mailboxes.map((b) => mailbox(b)),
    h("h3", { class: "sub2", id: "at-entra" }, t("entra-admin-center")),
    organizations.map((o) => toggle("defaults-" + o.domain, t("security-defaults"), o.domain + ". " + t("defaults-block"), o.securityDefaults,
      (on) => post("/entra/set", { tenant: o.domain, setting: "Security defaults", value: on ? "Enabled" : "Disabled" }))),
    application(answers.set),
    h("h4", { class: "sub2", id: "at-policies" }, t("conditional-access")), policies(m, organizations, open),
    h("h4", { class: "sub2", id: "at-accounts" }, t("accounts")), m.accounts.map((a) => account(a, open, organizations)),
    h("h4", { class: "sub2", id: "at-consents" }, t("consents")), consents(m),
    h("h4", { class: "sub2", id: "at-sign-ins" }, t("sign-in-log")), signIns.length ? signIns.slice(-40).reverse().map((s) => signIn(s, m.reasons, fold)) : h("p", { class: "note" }, t("nothing-yet")),
    h("h3", { class: "sub2" }, t("message-trace")), trace.length ? trace.slice(-40).reverse().map((r) => traced(r, fold)) : h("p", { class: "note" }, t("nothing-yet")),
    refusals.length ? [h("h3", { class: "sub2" }, t("refused-submissions")), refusals.slice(-20).reverse().map((r) => refusal(r, fold))] : null);
}

function toggle(key, label, help, on, set) {
  const id = "l-" + key.replace(/[^a-z0-9]/gi, "-");
  return h("div", { class: "sw" }, h("span", { id }, label), h("small", {}, help),
    h("button", { type: "button", class: "tog", role: "switch", "aria-checked": String(on), "aria-labelledby": id, "data-key": key, onclick: () => act(() => set(!on)) }, t(on ? "on" : "off")));
}

function mailbox(b) {
  const id = "mb-" + b.address.replace(/[^a-z0-9]/gi, "-");
  const value = { on: "$false", off: "$true", "": "$null" };
  return h("div", { class: "sw" }, h("label", { for: id }, t("smtp-auth-mailbox", { address: b.address })), h("small", {}, b.smtpAuth ? t("overrides-organization") : t("as-organization")),
    h("select", { id, "data-key": id, onchange: (e) => act(() => post("/exchange/cmdlet", { name: "Set-CASMailbox", arguments: [b.address, "-SmtpClientAuthenticationDisabled", value[e.target.value]] })) },
      [["", t("as-organization-short")], ["on", t("on")], ["off", t("off")]].map(([v, name]) => h("option", { value: v, selected: v === b.smtpAuth }, name))));
}

// sendAs are those who may send as a mailbox; the permission is granted and taken away by Exchange's own cmdlets.
function sendAs(b, m) {
  const label = t("send-as", { address: b.address });
  const set = (verb, who) => () => post("/exchange/cmdlet", { name: verb + "-RecipientPermission", arguments: [b.address, "-Trustee", who, "-AccessRights", "SendAs"] });
  const left = m.mailboxes.map((other) => other.address).filter((who) => who !== b.address && !b.sendAs.includes(who));
  const id = "send-as-" + b.address.replace(/[^a-z0-9]/gi, "-");
  const select = h("select", { id, "data-key": "send-as-who-" + b.address }, left.map((who) => h("option", { value: who }, who)));
  return h("div", { class: "box" }, left.length ? null : h("p", { class: "meta" }, label),
    left.length ? h("form", { class: "field", onsubmit: (e) => { e.preventDefault(); act(set("Add", select.value)); } },
      h("label", { class: "whole", for: id }, label), select, h("button", { class: "b", "data-key": "send-as-" + b.address, "aria-label": t("grant") + ": " + label }, t("grant"))) : null,
    b.sendAs.length ? b.sendAs.map((who) => h("p", { class: "party" }, h("b", {}, who), h("button", { type: "button", class: "b", "data-key": "send-as-away-" + b.address + who, "aria-label": t("take-away") + ": " + label + ", " + who, onclick: () => act(set("Remove", who)) }, t("take-away"))))
      : h("p", { class: "note" }, t("send-as-nobody")));
}

// powershell runs any other command of the administrator's: what a case asks for stands there to be typed.
let typed = "";
let printed = null;
const acts = ["restrict", "licence", "quota", "verdict", "external-limit", "front-end"];
function powershell() {
  const field = h("input", { type: "text", value: typed, "data-key": "powershell", autocomplete: "off", spellcheck: "false", placeholder: "Get-RecipientPermission", oninput: (e) => { typed = e.target.value; } });
  return [h("form", { class: "field", onsubmit: (e) => {
    e.preventDefault();
    const said = (field.value.match(/'(?:[^']|'')*'|"[^"]*"|\S+/g) || []);
    const bare = said.map((w) => (/^'.*'$/.test(w) ? w.slice(1, -1).replaceAll("''", "'") : w.replace(/^"(.*)"$/, "$1")));
    if (!bare.length) return;
    act(async () => {
      if (acts.includes(bare[0])) printed = (await post("/exchange/" + bare[0], { words: said.slice(1).join(" ") })).done;
      else printed = (await post("/exchange/cmdlet", { name: bare[0], arguments: bare.slice(1) })).output;
    });
  } }, h("label", {}, t("powershell"), field), h("button", { class: "b", "data-key": "powershell-run" }, t("run"))),
  printed === null ? null : h("pre", { class: "wire", tabindex: "0", role: "region", "aria-label": t("powershell") }, printed.trim() || t("command-done"))];
}

// application is the switch of the printer's enterprise application. Off is what Entra ID then answers; where other
// answers are planted the tab of faults has them.
const disabled = "error=7000112";
function application(planted) {
  const off = planted.some((p) => p.includes(disabled));
  if (planted.length && !off) return null;
  return toggle("application", t("application-enabled"), t("application-off-says"), !off, (on) => post("/entra/answer", { words: on ? "ok" : disabled }));
}

const presets = [
  ["Block device code flow", "users=All", "flow=deviceCodeFlow", "grant=block"],
  ["Require MFA for all users", "users=All", "grant=mfa"],
  ["Require a compliant device", "users=All", "grant=compliant"],
  ["Block all but known platforms", "users=All", "platforms=all", "exclude-platforms=windows,macOS,iOS,android,linux", "grant=block"],
  ["Sign in again every week", "users=All", "sign-in-frequency=7d", "grant=none"],
];

// said is a word of a policy as the page says it; one that the page has no words for stands as Entra ID has it.
const said = (kind, word) => (["policy-on", "policy-off", "grant-block", "grant-mfa", "grant-compliant"].includes(kind + word) ? t(kind + word) : /report/i.test(word) ? t("policy-report") : word);
const flow = (name) => (/^device ?code ?flow$/i.test(name) ? t("policy-flow") : name);

function policies(m, organizations, open) {
  const tenant = organizations.at(-1)?.domain;
  const missing = presets.filter(([name]) => !m.policies.some((p) => p.name === name));
  const exported = h("textarea", { rows: "5", "aria-label": t("exported-policy"), "data-key": "exported" });
  const preset = h("select", { "data-key": "preset" }, missing.map(([name], i) => h("option", { value: String(i), lang: "en" }, name)));
  return [m.policies.map((p) => h("div", {}, toggle("policy-" + p.tenant + p.name, p.name, [said("policy-", p.state), said("grant-", p.grant), ...p.flows.map(flow), p.users.map((u) => (u === "All" ? t("policy-everybody") : u)).join(", "), p.exclude.length ? t("excluded", { who: p.exclude.join(", ") }) : ""].filter(Boolean).join(" · "), p.state === "on",
    (on) => post("/entra/policy", { tenant: p.tenant, ...words(p.name, "state=" + (on ? "on" : "off")) })),
  exclude(p, m))),
  missing.length && tenant ? h("form", { class: "field", onsubmit: (e) => { e.preventDefault(); act(() => post("/entra/policy", { tenant, ...words(...missing[Number(preset.value)], "state=on") })); } },
    h("label", {}, t("preset"), preset), h("button", { class: "b" }, t("add"))) : null,
  h("details", { "data-id": "export", open: open.has("export") }, h("summary", {}, t("paste-export")),
    h("form", { onsubmit: (e) => {
      e.preventDefault();
      act(async () => {
        let policy;
        try { policy = JSON.parse(exported.value); } catch { throw new Error(t("no-json")); }
        await post("/entra/policy", { tenant, policy });
      });
    } }, exported, h("div", { class: "acts" }, h("button", { class: "b" }, t("add")))))];
}

function exclude(p, m) {
  const left = m.accounts.filter((a) => !a.personal && !p.exclude.includes(a.user));
  if (!left.length) return null;
  const id = "exclude-" + p.name.replace(/[^a-z0-9]/gi, "-");
  const select = h("select", { id, "data-key": "exclude-" + p.name }, left.map((a) => h("option", { value: a.user }, a.user)));
  return h("form", { class: "field", onsubmit: (e) => { e.preventDefault(); act(() => post("/entra/policy", { tenant: p.tenant, ...words(p.name, "exclude=" + [...p.exclude, select.value].join(",")) })); } },
    h("label", { class: "whole", for: id }, t("exclude-from", { policy: p.name })), select, h("button", { class: "b", "data-key": "exclude-from-" + p.name, "aria-label": t("exclude") + ": " + p.name }, t("exclude")));
}

const role = "Cloud Application Administrator";

function account(a, open, organizations) {
  const id = "account-" + a.user;
  const button = (word, f) => h("button", { type: "button", class: "b", "data-key": word + a.user, "aria-label": t(word) + ": " + a.user, onclick: () => act(f) }, t(word));
  const has = a.roles.includes(role);
  return h("details", { class: "acct", "data-id": id, open: open.has(id) }, h("summary", { "data-key": id }, h("b", {}, a.user), " ",
    h("span", { class: "note" }, [...a.roles, a.personal ? t("personal-account") : "", a.mailbox ? t("has-mailbox") : t("no-mailbox"), a.mfa ? "MFA" : ""].filter(Boolean).join(", ")), a.disabled ? h("span", { class: "bad" }, t("blocked")) : null),
  h("p", { class: "meta" }, t("password") + ": ", h("span", { class: "mono" }, a.password)),
  h("div", { class: "acts" },
    button("change-password", () => post("/entra/password", { user: a.user })),
    button("revoke", () => post("/entra/revoke", { user: a.user })),
    a.disabled ? button("enable", () => post("/entra/enable", { user: a.user })) : button("disable", () => post("/entra/disable", { user: a.user })),
    a.mailbox ? button("lift-restriction", () => post("/exchange/restrict", { words: a.user + " none" })) : null,
    a.mfa ? button("mfa-off", () => post("/entra/mfa", { user: a.user, on: false })) : button("mfa-on", () => post("/entra/mfa", { user: a.user, on: true })),
    a.personal || !organizations.length ? null : has ? button("role-off", () => post("/entra/role", { user: a.user, role, on: false })) : button("role-on", () => post("/entra/role", { user: a.user, role, on: true }))));
}

function consents(m) {
  if (!m.consents.length) return h("p", { class: "note" }, t("nothing-yet"));
  return m.consents.map((c) => h("div", { class: "party" }, h("span", {}, h("b", {}, c.application), " · ", c.user || t("whole-organization", { tenant: c.tenant }), h("br"), h("small", { class: "mono" }, c.scopes.join(" "))),
    h("button", { type: "button", class: "b", "data-key": "withdraw" + c.application + c.user, "aria-label": t("withdraw") + ": " + c.application, onclick: () => act(() => post("/entra/withdraw-consent", { tenant: c.tenant, application: c.application })) }, t("withdraw"))));
}

// english is what Microsoft's log says: it is English everywhere.
const english = (text) => (text ? [h("span", { lang: "en" }, text)] : "");
const pairs = (rows) => h("dl", {}, rows.filter(([, v]) => v !== undefined && v !== null && v !== "").map(([k, v]) => [h("dt", {}, k), h("dd", {}, Array.isArray(v) ? v : String(v))]));
const when = (at) => h("time", { datetime: at }, day(at), h("br"), clock(at));

// interrupts are codes with which Entra ID asks the person for something more: the log calls them interrupted, not failed
// (Microsoft Entra authentication error codes).
const interrupts = new Set([50058, 50072, 50074, 50076, 50079, 50125, 50140, 50199]);

// results are what a policy may have said of a sign-in, as Microsoft Graph names it.
const results = new Set(["success", "failure", "reportOnlySuccess", "reportOnlyFailure", "reportOnlyInterrupted"]);

function signIn(s, reasons, fold) {
  const code = s.status.errorCode;
  const interrupted = interrupts.has(code);
  const status = interrupted ? t("interrupted") : code ? t("failure") : t("success");
  const applied = (s.appliedConditionalAccessPolicies || []).map((p) => p.displayName + ": " + (results.has(p.result) ? t("policy-" + p.result) : p.result)).join("; ");
  return fold("sign-in-" + s.id, [when(s.createdDateTime), h("span", {}, s.userPrincipalName || "—", h("br"), h("small", { class: "note" }, s.appDisplayName, code ? [h("br"), h("span", {}, reasons[code])] : null)),
    h("b", { class: interrupted ? "warn" : code ? "bad" : "good" }, status, code ? [h("br"), String(code)] : null)],
    pairs([[t("reason"), reasons[code]], [t("said-by-microsoft"), english(s.status.failureReason)], [t("details"), english(s.status.additionalDetails)], [t("conditional-access"), applied], [t("resource"), s.resourceDisplayName], [t("client"), s.clientAppUsed],
      [t("protocol"), s.authenticationProtocol], ["IP", s.ipAddress], ["Correlation ID", s.correlationId], ["Request ID", s.id]]));
}

function traced(r, fold) {
  return fold("trace-" + r.messageId + r.recipient, [when(r.at), h("span", {}, r.sender + " → " + r.recipient, h("br"), h("small", { class: "note" }, r.subject)), h("b", { class: r.status === "Delivered" ? "good" : "bad" }, r.status)],
    pairs([[t("details"), r.detail], ["Message ID", r.messageId], [t("size"), r.size], [t("connection"), r.connection]]));
}

function refusal(r, fold) {
  return fold("refusal-" + r.at + r.connection, [when(r.at), h("span", {}, r.user || "—"), h("b", { class: "bad" }, r.reply.split(" ").slice(0, 2).join(" "))],
    pairs([[t("reply"), folded(r.reply)], [t("reason"), r.reason], [t("connection"), r.connection]]));
}
