// What the owner of the printer has besides its panel and Web Config: firmware, license, the users' passwords, and what
// the Internet fax providers have told their customers.

import { attempt, get, post } from "./api.js";
import { fill, h } from "./dom.js";
import { day, language, t } from "./texts.js";
import { state, refresh } from "./state.js";

let fold = null;
let drawn = "";

// start makes the fold, which is drawn while it is open.
export function start() {
  fold = h("details", { id: "more-of-printer", ontoggle: () => draw(true) }, h("summary", { "data-key": "more-of-printer" }, ""), h("div", {}));
  return fold;
}

// draw shows the printer as it is now. What is typed meanwhile stays: an open form is not drawn anew.
export function draw(anew) {
  fold.firstChild.textContent = t("more-of-printer");
  const key = language + state.bench + " " + state.now.last;
  if (!fold.open || !anew && (drawn === key || fold.contains(document.activeElement) && document.activeElement.matches("input, select"))) return;
  drawn = key;
  attempt(show);
}

const act = (f) => attempt(async () => { await f(); await refresh(); await show(); });
const secret = (text) => h("span", {}, t("password") + " ", h("b", { class: "mono" }, text));
const facts = (rows) => rows.map(([name, value]) => h("p", { class: "party" }, h("span", {}, name), h("b", {}, value)));

async function show() {
  const [printer, providers, faxes] = await Promise.all([get("/printer"), get("/provider"), get("/provider/faxes")]);
  const users = printer.usersCanLogIn ? await get("/printer/users") : null;
  fill(fold.lastChild, facts([[t("model"), printer.model], [t("serial-number"), printer.serial], [t("ip-address"), printer.address], [t("firmware"), printer.firmware]]),
    firmware(printer), users ? people(users, printer) : null, providers.map(provider),
    faxes.length ? [h("h3", { class: "sub2" }, t("faxes-taken")), facts(faxes.toReversed().map((f) => [f.number + " · " + f.account, [f.status, f.reason].filter(Boolean).join(": ")]))] : null);
}

// firmware fits another version. Of a device that is none of the program's models nobody knows which there are.
function firmware(printer) {
  const others = printer.firmwares.filter((v) => v !== printer.firmware).reverse();
  const field = printer.firmwares.length ? h("select", { "data-key": "firmware" }, others.map((v) => h("option", { value: v }, v)))
    : h("input", { type: "text", "data-key": "firmware", autocomplete: "off", spellcheck: "false" });
  return h("form", { class: "field", onsubmit: (e) => { e.preventDefault(); act(() => post("/printer/firmware", { version: field.value })); } },
    h("label", {}, t("another-firmware"), field), h("button", { class: "b", "data-key": "fit", disabled: !printer.on }, t("fit")));
}

function people(users, printer) {
  const last = h("input", { type: "text", "data-key": "license-ends", placeholder: "2026-03-02", pattern: "\\d{4}-\\d\\d-\\d\\d", title: t("day-form"), autocomplete: "off", spellcheck: "false" });
  const licensed = users.licensed ? (users.licenseEnds ? t("license-until", { date: day(users.licenseEnds) }) : t("license-without-end")) : t(users.state === "ended" ? "license-ended" : "no-license");
  return [h("h3", { class: "sub2" }, "Print Admin Serverless"), h("p", { class: "note" }, licensed),
    h("form", { class: "field", onsubmit: (e) => { e.preventDefault(); act(() => post("/printer/license", { words: last.value ? ["until=" + last.value] : [] })); } },
      h("label", {}, t("license-last-day"), last), h("button", { class: "b", "data-key": "license", disabled: !printer.on }, t("enter-license"))),
    users.users.length ? h("h4", { class: "sub2" }, t("users-of-printer")) : null,
    users.users.map((u) => h("div", { class: "party" }, h("span", {}, h("b", {}, u.id), " · " + u.email, u.administrator ? " · " + t("administrator") : "", h("br"), secret(u.password)),
      h("button", { type: "button", class: "b", "data-key": "log-in-" + u.id, "aria-label": t("log-in-at-panel") + ": " + u.id, disabled: users.state !== "on" || !printer.on, onclick: () => act(() => post("/printer/users/log-in", { user: u.id })) }, t("log-in-at-panel"))))];
}

// provider is what a customer is told: an administrator types it into Web Config.
function provider(p) {
  return [h("h3", { class: "sub2" }, t("fax-provider", { domain: p.domain })),
    facts([["Device Authorization Endpoint", p.deviceAuthorizationEndpoint], ["Token Endpoint", p.tokenEndpoint], ["Client ID", p.clientId], ["Scopes", p.scopes], ["SMTP", p.smtp + ":587"]]),
    h("p", {}, h("a", { href: p.pages, target: "_blank", rel: "noopener" }, t("pages-of-provider"))),
    p.accounts.map((a) => h("p", { class: "party" }, h("b", {}, a.user), secret(a.password)))];
}
