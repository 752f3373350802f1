// What is broken on purpose, said as truths: all on means that nothing is.

import { draw as anyAct } from "./anyact.js";
import { attempt, get, post } from "./api.js";
import { fill, h } from "./dom.js";
import { refresh } from "./state.js";
import { t } from "./texts.js";

let drawn = -1;
let place = null;
let from = "printer";

export function draw(into, { now }, anew) {
  place = into;
  from = now.case.printer || "printer";
  if (!anew && (drawn === now.last || into.contains(document.activeElement) && document.activeElement.tagName === "INPUT")) return;
  drawn = now.last;
  attempt(show);
}

const act = (f) => attempt(async () => { await f(); await refresh(); await show(); });
const kinds = ["unreachable", "no-name", "silent", "reset after=0", "untrusted", "wrong-name", "expired", "no-intermediate", "old-tls", "black-hole"];
const mailKinds = [...kinds, "no-starttls", "silent at=write:3", "slow at=write:3 delay=70s"];
const entraAnswers = ["status=503 retry-after=30 times=1", "html times=1", "empty times=1", "truncated times=1", "pending times=3", "error=50173 times=1", "error=53003 times=1"];
const exchangeAnswers = ["at=connect reply='421 4.3.2 Service not available' times=1", "at=AUTH reply='454 4.7.0 Temporary authentication failure' times=1", "at=MAIL reply='451 4.7.0 Temporary server error. Please try again later' times=1", "end-of-data mailbox-full times=1"];

async function show() {
  const [faults, entra, exchange] = await Promise.all([get("/network/fault"), get("/entra/answer"), get("/exchange/answer")]);
  const on = (party) => faults.armed.filter((f) => f.to === party);
  const unmet = [...entra.unmet, ...exchange.unmet];
  fill(place, h("p", { class: "note" }, t("faults-help")),
    h("h3", { class: "sub2" }, t("network")),
    truth("entra", t("reaches", { party: "Entra ID" }), kinds, on("entra")),
    truth("smtp", t("reaches", { party: "Exchange Online" }), mailKinds, on("smtp")),
    faults.armed.filter((f) => !["entra", "smtp"].includes(f.to)).map((f) => h("p", { class: "party" }, h("span", { lang: "en" }, f.to + ": " + f.kind),
      h("button", { type: "button", class: "b", "data-key": "fault-away-" + f.to, "aria-label": t("take-away") + ": " + f.to, onclick: () => act(() => post("/network/clear", { to: f.to })) }, t("take-away")))),
    faults.armed.some((f) => f.kind === "untrusted") ? h("p", { class: "note" }, t("stranger-help"), " ", h("a", { href: "/network/stranger.pem", download: "authority.pem", "data-key": "stranger" }, t("stranger-file"))) : null,
    h("h3", { class: "sub2" }, t("answers")),
    answers("/entra/answer", t("answers-itself", { party: "Entra ID" }), entraAnswers, entra.set),
    answers("/exchange/answer", t("answers-itself", { party: "Exchange Online" }), exchangeAnswers, exchange.set),
    unmet.length ? h("p", { class: "meta" }, t("not-met", { what: unmet.join(" · ") })) : null,
    h("h3", { class: "sub2" }, t("power")),
    h("div", { class: "acts" }, ["off", "on", "cut"].map((s) => h("button", { type: "button", class: "b", "data-key": "power-" + s, onclick: () => act(() => post("/printer/power", { state: s })) }, t("power-" + s)))),
    h("h3", { class: "sub2" }, t("memory")),
    h("div", { class: "acts" }, h("button", { type: "button", class: "b", "data-key": "memory-refuses", onclick: () => act(() => post("/printer/memory", { words: "refuses writes" })) }, t("memory-refuses")),
      h("button", { type: "button", class: "b", "data-key": "memory-ok", onclick: () => act(() => post("/printer/memory", { words: "ok" })) }, t("memory-ok"))),
    h("h3", { class: "sub2" }, t("anything-else")), anyAct(show));
}

function truth(party, label, choices, armed) {
  const id = "fault-" + party;
  return h("div", { class: "sw" }, h("label", { for: id }, label), h("small", { class: armed.length ? "bad" : null }, armed.length ? armed.map((f) => f.kind).join(", ") : t("nothing-broken")),
    h("select", { id, "data-key": id, onchange: (e) => act(() => (e.target.value ? post("/network/fault", { words: party + " " + e.target.value + " from=" + from }) : post("/network/clear", { to: party }))) },
      h("option", { value: "" }, t("on")), choices.map((c) => h("option", { value: c, lang: "en", selected: armed.length > 0 && armed[0].kind === c.split(" ")[0] }, c))));
}

function answers(path, label, choices, set) {
  const id = "answer" + path.replaceAll("/", "-");
  const own = h("input", { type: "text", "data-key": id + "-own", list: id + "-list", autocomplete: "off", spellcheck: "false" });
  return [h("div", { class: "party" }, h("span", {}, label, h("br"), h("small", { class: set.length ? "bad" : "note", lang: set.length ? "en" : null }, set.length ? set.join("; ") : t("nothing-broken"))),
    set.length ? h("button", { type: "button", class: "b", "data-key": id + "-ok", "aria-label": t("take-away") + ": " + label, onclick: () => act(() => post(path, { words: "ok" })) }, t("take-away")) : null),
  h("form", { class: "field", onsubmit: (e) => { e.preventDefault(); act(() => post(path, { words: own.value })); } },
    h("label", {}, t("another-answer"), own), h("datalist", { id: id + "-list" }, choices.map((c) => h("option", { value: c }))), h("button", { class: "b" }, t("plant")))];
}
