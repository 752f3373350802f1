// What the page knows of the bench, and who wants to hear of it.

import { get, alertOf } from "./api.js";
import { language } from "./texts.js";

export const state = { now: null, lines: [], bench: null };
const hearers = [];

// onChange is told the bench as it is now, and whether another one stands there.
export function onChange(hear) { hearers.push(hear); }

function tell(fresh) {
  for (const hear of hearers) {
    try { hear(state, fresh); } catch (problem) { console.error(problem); }
  }
}

// redraw is for another language.
export async function redraw() { await look("", true); }

const overlap = 20; // lines that are told anew, because a conversation may go on

async function lines(fresh) {
  const from = fresh ? 0 : Math.max(0, (state.lines.at(-overlap) || state.lines[0] || { number: 1 }).number - 1);
  const more = await get("/wire?since=" + from + "&language=" + language);
  state.lines = (fresh ? [] : state.lines.filter((l) => l.number <= from)).concat(more).slice(-2000);
}

let last = 0;
let signal = null;

async function look(wait, redrawn) {
  const now = await get("/bench/now?language=" + language + (wait ? "&after=" + last + "&wait=" + wait : ""), wait ? signal.signal : undefined);
  const fresh = state.bench !== now.bench;
  const more = fresh || redrawn || now.last !== last;
  last = now.last;
  state.bench = now.bench;
  state.now = now;
  if (more) await lines(fresh || redrawn);
  dispatchEvent(new CustomEvent("panel-shows", { detail: now.panel }));
  tell(fresh);
}

// refresh looks at once.
export async function refresh() { await look(""); }

// follow looks again and again, as long as somebody looks at the page.
export async function follow() {
  let waited = false;
  for (;;) {
    if (document.hidden) {
      await new Promise((go) => document.addEventListener("visibilitychange", go, { once: true }));
      continue;
    }
    try {
      signal = new AbortController();
      await look(waited ? "5s" : "");
      waited = true;
    } catch (problem) {
      waited = false;
      if (problem.name !== "AbortError" && !/reset|ended/.test(problem.message)) alertOf(problem.message);
      await new Promise((go) => setTimeout(go, 1000));
    }
  }
}
addEventListener("visibilitychange", () => { if (document.hidden && signal) signal.abort(); });
