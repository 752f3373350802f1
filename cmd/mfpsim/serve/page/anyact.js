// Whatever a line of a case says that has no button of its own: typed as the line has it, or filled in by Go there.

import { attempt, post } from "./api.js";
import { h } from "./dom.js";
import { refresh, state } from "./state.js";
import { t } from "./texts.js";

const words = (line) => (line.match(/[^\s'=]*=?'(?:[^']|'')*'|\S+/g) || []);
const bare = (word) => word.replace(/^([^'=]*=)?'(.*)'$/, (_, name, text) => (name || "") + text.replaceAll("''", "'"));

// fromPrinter plants for the printer alone what clients from outside cannot meet.
const fromPrinter = (fault) => fault.split(" then ").map((one) => (/(^| )(no-name|dead-address)\b|at=read/.test(one) && !one.includes("from=") ? one + " from=" + (state.now.case.printer || "printer") : one)).join(" then ");

// requestOf is the request of the control API that does what a line says; null: no line of its kind has one.
export function requestOf(line) {
  const all = words(line);
  const [verb, said, ...rest] = all.map(bare);
  const behind = (n) => ({ words: all.slice(n).join(" ") });
  const settings = all.slice(2).filter((w) => /^[a-z]+=|^(color|gray|split)$/.test(w));
  const to = rest.filter((w) => !/^[a-z]+=|^(color|gray|split)$/.test(w));
  const named = (name) => settings.map(bare).find((w) => w.startsWith(name + "="))?.slice(name.length + 1);
  switch (verb) {
    case "network":
      if (said === "browser" && rest[0] === "on") return ["/network/place", behind(1)];
      return rest[0] === "ok" ? ["/network/clear", { to: said }] : ["/network/fault", { words: fromPrinter(all.slice(1).join(" ")) }];
    case "provider": return ["/provider", behind(1)];
    case "user": case "tenant": return ["/" + verb, behind(1)];
    case "memory": return said === "has" ? null : ["/printer/memory", behind(1)];
    case "power": {
      const at = /^at=write:(\d+)$/.exec(rest[0] || ""), byte = /^byte=(\d+)$/.exec(rest[1] || "");
      return ["/printer/power", { state: said, ...(at ? { atWrite: Number(at[1]) } : {}), ...(byte ? { atByte: Number(byte[1]) } : {}) }];
    }
    case "lang": return ["/printer/language", { language: said }];
    case "clock": return said.startsWith("+") ? ["/clock/advance", { duration: said.slice(1) }] : null;
    case "printer":
      if (said === "set" && rest[0] === "firmware") return ["/printer/firmware", { version: rest[1] }];
      return ["event", "license", "user-authentication", "user"].includes(said) ? ["/printer/" + (said === "user" ? "users" : said), behind(2)] : null;
    case "entra":
      if (said === "set") return ["/entra/set", { setting: rest[0], value: rest[1] }];
      return ["application", "resource", "consent", "as-of", "source", "answer", "policy"].includes(said) ? ["/entra/" + said, behind(2)] : null;
    case "exchange": return ["answer", "restrict", "licence", "quota", "verdict", "external-limit", "front-end"].includes(said) ? ["/exchange/" + said, behind(2)] : ["/exchange/cmdlet", { name: said, arguments: rest }];
    case "scan": {
      const kind = { email: "Email", fax: "Fax", copy: "Copy", "to-my-email": "To My Email" }[said];
      if (said === "originals") return named("pages") ? ["/printer/originals", { pages: Number(named("pages")), ...(named("size") ? { size: named("size") } : {}) }] : null;
      const own = ["subject", "file", "pages"];
      return kind ? ["/printer/scan", { function: kind, to, ...(named("subject") ? { subject: named("subject") } : {}), ...(named("file") ? { file: named("file") } : {}), ...(named("pages") ? { pages: Number(named("pages")) } : {}),
        words: settings.filter((w) => !own.some((name) => w.startsWith(name + "="))).join(" ") }] : null;
    }
  }
  return null;
}

// lacksButton reports whether a line is for this field: what the page has buttons for is done there.
export function lacksButton(text) {
  const [verb, said, ...rest] = words(text).map(bare);
  const settled = rest.length < 2;
  switch (verb) {
    case "network": return !["entra", "smtp"].includes(said) || !settled;
    case "provider": return said !== "faxes";
    case "user": case "tenant": case "lang": return true;
    case "memory": return said !== "has" && rest.length > 1;
    case "power": return rest.length > 0;
    case "clock": return said.startsWith("+") && !["+15m", "+1h", "+1d", "+91d"].includes(said);
    case "printer": return said === "event";
    case "entra": return ["application", "resource", "consent", "as-of", "source"].includes(said) || said === "set" && rest[0] !== "Security defaults";
    case "scan": return said === "originals" ? text !== "scan originals pages=1" : rest.some((w) => /^[a-z]+=|^(color|gray|split)$/.test(w)) || said === "fax";
  }
  return false;
}

let typed = "";

// offer fills the line in that Go there is about.
export function offer(line) {
  typed = line;
  const field = document.querySelector('[data-key="any-act"]');
  if (field) field.value = line;
}

export function draw(then) {
  const field = h("input", { type: "text", value: typed, "data-key": "any-act", autocomplete: "off", spellcheck: "false", placeholder: "network maker unreachable times=1", oninput: (e) => { typed = e.target.value; } });
  return h("form", { class: "field", onsubmit: (e) => {
    e.preventDefault();
    attempt(async () => {
      const request = requestOf(field.value.trim());
      if (!request) throw new Error(t("no-such-act"));
      await post(...request);
      typed = field.value = "";
      await refresh();
      await then();
    });
  } }, h("label", {}, t("any-act"), field), h("button", { class: "b", "data-key": "any-act-do" }, t("do-line")));
}
