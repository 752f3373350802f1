// The clocks of the bench, what happens next, and what ends or begins by itself.

import { attempt, get, post } from "./api.js";
import { fill, h } from "./dom.js";
import { refresh, state } from "./state.js";
import { full, language, t } from "./texts.js";

let drawn = "";

export function draw(into, { now }, anew) {
  const key = now.now.slice(0, 18);
  if (!anew && (key === drawn || into.contains(document.activeElement) && document.activeElement.tagName === "INPUT")) return;
  drawn = key;
  attempt(() => show(into));
}

const names = () => ({ entra: "Entra ID", smtp: "Exchange Online" });
// A date is typed as ISO 8601 has it: a browser shows its own fields of dates in the form of its own country.
const typed = (at) => at.slice(0, 16).replace("T", " ");
const dated = (key, at) => h("input", { type: "text", value: typed(at), "data-key": key, placeholder: "2026-03-02 09:00", pattern: "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d", required: true, autocomplete: "off", spellcheck: "false", title: t("date-form") });
const moment = (input) => input.value.trim().replace(" ", "T") + ":00Z";

async function show(into) {
  const c = await get("/clock/parties?language=" + language);
  const pass = (duration) => attempt(async () => { await post("/clock/advance", { duration }); await refresh(); });
  const reach = (at, seconds) => attempt(async () => { await post("/clock/advance", { to: new Date(new Date(at).getTime() + seconds * 1000).toISOString() }); await refresh(); });
  const to = dated("clock-to", c.now);
  const own = dated("clock-own", state.now.printer || c.now);
  fill(into,
    h("p", { class: "party" }, h("span", {}, t("true-time")), h("b", {}, full(c.now))),
    c.parties.map((p) => h("p", { class: "party" }, h("span", {}, names()[p.party] || (p.party === "printer" ? t("printer") : p.party)), h("b", { class: Math.abs(new Date(p.now) - new Date(c.now)) > 60000 ? "bad" : null }, full(p.now)))),
    h("div", { class: "acts" }, [["15m", "plus-15"], ["1h", "plus-1h"], ["1d", "plus-1d"], ["91d", "plus-91"]].map(([d, name]) => h("button", { type: "button", class: "b", "data-key": "pass-" + d, onclick: () => pass(d) }, t(name)))),
    h("form", { class: "field", onsubmit: (e) => {
      e.preventDefault();
      attempt(async () => {
        if (!(new Date(moment(to)) > new Date(state.now.now))) throw new Error(t("not-back"));
        await post("/clock/advance", { to: moment(to) });
        await refresh();
      });
    } }, h("label", {}, t("to-a-date"), to), h("button", { class: "b" }, t("go"))),
    h("form", { class: "field", onsubmit: (e) => { e.preventDefault(); attempt(async () => { await post("/clock/printer", { date: moment(own) }); await refresh(); }); } },
      h("label", {}, t("printers-own-date"), own), h("button", { class: "b", "data-key": "set-clock-own" }, t("set"))),
    h("h3", { class: "sub2" }, t("ends-by-itself")),
    c.deadlines.length ? h("ul", { class: "bare", id: "deadlines" }, c.deadlines.map((d, i) => deadline(d, i, new Date(c.now), reach))) : h("p", { class: "note" }, t("nothing-due")),
    c.due.length ? [h("h3", { class: "sub2" }, t("what-happens-next")), h("ul", {}, c.due.map((d) => h("li", { class: "party" }, h("span", {}, d.what), h("span", {}, full(d.at)))))] : null);
}

// deadline says when something ends or begins by itself, whose it is and what happens then; the clock goes there.
function deadline(d, i, now, reach) {
  const go = (name, seconds) => h("button", { type: "button", class: "b", "data-key": name + "-" + i, "aria-label": t(name) + ": " + d.what, disabled: seconds < 0 && new Date(d.at) - now <= 1000, onclick: () => reach(d.at, seconds) }, t(name));
  return h("li", { class: "party", "data-kind": d.kind }, h("span", {}, h("b", {}, full(d.at)), " · " + (names()[d.party] || d.party), h("br"), d.what), h("span", { class: "acts" }, go("just-before", -1), go("just-after", 1)));
}
