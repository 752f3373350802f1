// The clocks of the bench, and what happens next.

import { attempt, get, post } from "./api.js";
import { fill, h } from "./dom.js";
import { refresh, state } from "./state.js";
import { clock, day, t } from "./texts.js";

let drawn = "";

export function draw(into, { now }, anew) {
  const key = now.now.slice(0, 18);
  if (!anew && (key === drawn || into.contains(document.activeElement) && document.activeElement.tagName === "INPUT")) return;
  drawn = key;
  attempt(() => show(into));
}

const names = () => ({ entra: "Entra ID", smtp: "Exchange Online" });
const full = (at) => day(at) + " " + clock(at);

async function show(into) {
  const c = await get("/clock/parties");
  const pass = (duration) => attempt(async () => { await post("/clock/advance", { duration }); await refresh(); });
  const to = h("input", { type: "datetime-local", value: c.now.slice(0, 16), "data-key": "clock-to" });
  const own = h("input", { type: "datetime-local", value: (state.now.printer || c.now).slice(0, 16), "data-key": "clock-own" });
  fill(into,
    h("p", { class: "party" }, h("span", {}, t("true-time")), h("b", {}, full(c.now))),
    c.parties.map((p) => h("p", { class: "party" }, h("span", {}, names()[p.party] || (p.party === "printer" ? t("printer") : p.party)), h("b", { class: Math.abs(new Date(p.now) - new Date(c.now)) > 60000 ? "bad" : null }, full(p.now)))),
    h("div", { class: "acts" }, [["15m", "plus-15"], ["1h", "plus-1h"], ["1d", "plus-1d"], ["91d", "plus-91"]].map(([d, name]) => h("button", { type: "button", class: "b", "data-key": "pass-" + d, onclick: () => pass(d) }, t(name)))),
    h("form", { class: "field", onsubmit: (e) => {
      e.preventDefault();
      attempt(async () => {
        const seconds = Math.ceil((new Date(to.value + ":00Z") - new Date(state.now.now)) / 1000);
        if (!(seconds > 0)) throw new Error(t("not-back"));
        const days = Math.floor(seconds / 86400);
        await post("/clock/advance", { duration: (days ? days + "d" : "") + (seconds - days * 86400) + "s" });
        await refresh();
      });
    } }, h("label", {}, t("to-a-date"), to), h("button", { class: "b" }, t("go"))),
    h("form", { class: "field", onsubmit: (e) => { e.preventDefault(); attempt(async () => { await post("/clock/printer", { date: own.value + ":00Z" }); await refresh(); }); } },
      h("label", {}, t("printers-own-date"), own), h("button", { class: "b", "data-key": "set-clock-own" }, t("set"))),
    h("h3", { class: "sub2" }, t("what-happens-next")),
    c.due.length ? h("ul", {}, c.due.map((d) => h("li", { class: "party" }, h("span", { lang: "en" }, d.what), h("span", {}, full(d.at))))) : h("p", { class: "note" }, t("nothing-due")));
}
