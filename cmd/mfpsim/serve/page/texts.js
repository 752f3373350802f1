// The words of the page, in its languages: texts.json has them all.

let table = {};
export let language = "en";

export async function load() {
  table = await (await fetch("/bench/texts.json")).json();
  const wanted = [storage("get"), ...navigator.languages.map((l) => l.slice(0, 2))];
  language = wanted.find((l) => ["en", "hi", "el"].includes(l)) || "en";
}

function storage(act, value) { // a browser may refuse it
  try { return act === "get" ? localStorage.getItem("mfpsim-language") : localStorage.setItem("mfpsim-language", value); } catch { return null; }
}

export function speak(chosen) { language = chosen; storage("set", chosen); }

export function t(id, values) {
  const row = table[id];
  let text = row ? row[language] : id;
  for (const [name, value] of Object.entries(values || {})) text = text.replaceAll("{" + name + "}", value);
  return text;
}

// apply puts the words into what stands in the page itself.
export function apply() {
  document.documentElement.lang = language;
  document.title = "mfpsim " + t("bench");
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of document.querySelectorAll("[data-t-placeholder]")) node.placeholder = t(node.dataset.tPlaceholder);
  for (const node of document.querySelectorAll("[data-t-label]")) node.setAttribute("aria-label", t(node.dataset.tLabel));
}

const two = (n) => String(n).padStart(2, "0");

// clock is a time of the bench, in UTC.
export function clock(text) {
  const at = new Date(text);
  return two(at.getUTCHours()) + ":" + two(at.getUTCMinutes()) + ":" + two(at.getUTCSeconds());
}
// day is a date as people write it, as reports have it too: 2 Mar 2026.
export function day(text) {
  const at = new Date(text);
  return at.getUTCDate() + " " + t("months").split(" ")[at.getUTCMonth()] + " " + at.getUTCFullYear();
}
export const full = (text) => day(text) + " " + clock(text);
// stamp is a time of the day of the bench, or its day if that is another.
export function stamp(text, now) { return now && text.slice(0, 10) === now.slice(0, 10) ? clock(text) : day(text); }

// size is a number of octets as people say it.
export function size(octets) {
  const [n, unit] = octets < 1024 ? [octets, "byte"] : octets < 1024 * 1024 ? [octets / 1024, "kilobyte"] : [octets / 1024 / 1024, "megabyte"];
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: unit === "byte" ? "long" : "short", maximumFractionDigits: unit === "megabyte" ? 1 : 0 }).format(n);
}
