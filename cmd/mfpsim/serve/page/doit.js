// Do it for me: an act of the check list is done by the page. What belongs to Web Config or Microsoft's pages is done in
// their frames, so that the reader sees what the person sees; everything else, and what a frame cannot do, is asked of the
// bench, which plays the line as the scenario does.

import { post } from "./api.js";
import { controlsOf, placeOf } from "./controls.js";
import { h } from "./dom.js";
import { state, refresh } from "./state.js";
import { isOver, nextOf } from "./steps.js";
import { t } from "./texts.js";

let hands = null; // of the page: view, go, show, act, follows, reload, changed
let running = false;
let problem = { line: 0, text: "" };

export function start(given) { hands = given; }

// key changes when what is drawn here does.
export const key = () => JSON.stringify([running, problem]);

const press = (name, key, f) => h("button", { type: "button", class: name === "do-next" ? "b" : "lk", "data-key": key, "aria-disabled": running ? "true" : null, onclick: () => { if (!running) f(); } }, t(running && name === "do-next" ? "doing" : name));

// head is what stands at the head of the part that is next, button beside a step.
export const head = () => h("div", { class: "acts" }, press("do-next", "do-next", () => run(false)));
export const button = (s) => press("do-it", "do-" + s.line, () => run(true));

// told is what went wrong at a step.
export const told = (s) => (problem.line === s.line ? h("p", { class: "unfit" }, problem.text) : null);

const announce = (text) => { document.getElementById("announce").textContent = text; };
const breath = (ms) => new Promise((go) => setTimeout(go, ms));

// comes looks at the bench until something is so, or for some time.
async function comes(is, patience) {
  for (const end = performance.now() + patience; ; ) {
    await refresh();
    if (is()) return true;
    if (performance.now() > end) return false;
    await breath(200);
  }
}

const stepAt = (line) => state.now.case.parts.filter((p) => p.kind !== "story").flatMap((p) => p.steps).find((s) => s.line === line);
const over = (line) => { const s = stepAt(line); return !s || isOver(s); };
const partOf = (line) => state.now.case.parts.findIndex((p) => p.kind !== "story" && p.steps.some((s) => s.line === line));

// run does one step, or the next ones up to what is to be seen, or to the end of their part.
async function run(one) {
  running = true;
  problem = { line: 0, text: "" };
  hands.changed();
  announce(t("doing"));
  const been = new Set();
  let last = null;
  try {
    for (;;) {
      const bench = state.bench;
      const next = nextOf(state.now.case, been);
      if (!next || last && (one || partOf(next.line) !== partOf(last.line) && !next.looks)) break;
      been.add(next.line);
      if (next.looks) {
        if (next.comes) continue;
        await looks(next); // who goes on has seen enough
        continue;
      }
      await does(next);
      last = next;
      if (state.bench !== bench) return;
      const seen = one ? null : toSee(next);
      if (seen) { await looks(seen); break; }
    }
    announce(last ? t("did", { step: last.says }) : t("nothing-to-do"));
  } catch (wrong) {
    problem = { line: wrong.line || 0, text: t("did-not", { why: wrong.message }) };
    hands.view("case"); // where it is said
    announce(problem.text);
  } finally {
    running = false;
    hands.changed();
    keepsFocus();
  }
}

// keepsFocus gives the focus to the button again that has lost it: its column was out of sight, or its step is done.
function keepsFocus() {
  const again = document.querySelector('[data-key="do-next"]');
  if (again && again.offsetParent && document.activeElement === document.body) again.focus({ preventScroll: true });
}

// toSee is what is to be seen right after an act, whether it has come true by now or not. Acts that were done with it, as
// by a button of the bench's, lie behind.
function toSee(step) {
  const p = state.now.case.parts[partOf(step.line)];
  const behind = p.steps.slice(p.steps.findIndex((s) => s.line === step.line) + 1).find((s) => !s.besides && !s.comes && !s.unseen && (s.looks || !isOver(s)));
  return behind && behind.looks ? behind : null;
}

// looks leads to what is to be seen and waits a while for it.
async function looks(step) {
  const place = placeOf(step);
  hands.view(["panel", "web-config", "browser"].includes(place) ? "see" : "behind");
  hands.show(place);
  if (await comes(() => over(step.line), 600)) return;
  if (place === "web-config" && step.aim.path || place === "browser") hands.act(place, step, { kind: "look" });
  await comes(() => over(step.line), 9000);
}

class Failed extends Error {
  constructor(line, message) { super(message); this.line = line; }
}

// does does a step where it belongs, and waits until the list shows it. What is typed into a form is shown when the form
// was sent.
async function does(step) {
  const place = placeOf(step);
  const deed = deedOf(step);
  const framed = ["web-config", "browser"].includes(place) && deed && state.now.panes.webConfig;
  if (["panel", "web-config", "browser"].includes(place)) hands.view("see"); // a frame out of sight has nothing to click
  hands.show(place);
  if (!framed) {
    try { await post("/case/do", { line: step.line }); } catch (wrong) { throw new Failed(step.line, wrong.message.split("\n")[0]); }
    await refresh();
    if (/^(webconfig|browser|printer sign-in)/.test(step.text)) hands.reload("web-config");
    return;
  }
  if (deed.kind === "wait") { await comes(() => over(step.line), 3000); return; }
  if (deed.kind === "follow") hands.follows(step.aim.begin || "/device");
  else if (!(await hands.act(place, step, deed))) throw new Failed(step.line, t("no-control", { control: step.aim.control || step.says }));
  const later = ["set", "type", "tick"].includes(deed.kind);
  await comes(() => over(step.line), later ? 300 : deed.kind === "sign-in" ? 15000 : 5000);
}

const words = (text) => (text.match(/'(?:[^']|'')*'|\S+/g) || []).map((w) => w.replace(/^'(.*)'$/, "$1").replaceAll("''", "'"));

// inOneForm are the steps that fill in the same form as a step, with what sends it.
function inOneForm(step) {
  const steps = state.now.case.parts[partOf(step.line)].steps.filter((s) => !s.looks);
  const at = steps.findIndex((s) => s.line === step.line);
  const isFill = (s) => /^webconfig (set|enter|upload) /.test(s.text);
  let from = at;
  while (from > 0 && isFill(steps[from - 1])) from -= 1;
  let to = at;
  while (to < steps.length - 1 && isFill(steps[to])) to += 1;
  return steps.slice(from, to + 1);
}

// deedOf is what a frame is asked to do for a step; null: the bench does it.
function deedOf(step) {
  const [verb, act, ...rest] = words(step.text);
  const code = () => state.now.code || state.now.copied;
  if (verb === "webconfig") {
    if (inOneForm(step).some((s) => /^webconfig (upload|enter (password|license)|double-click)\b/.test(s.text))) return null;
    if (act === "log-in") return rest.length ? null : { kind: "log-in" };
    if (act === "open") return { kind: "open" };
    if (act === "click") return { kind: "click" };
    if (act === "set" || act === "enter") return { kind: "set", value: step.aim.value || rest[1] };
    if (act === "copy") return { kind: "wait" };
    if (act === "follow") return { kind: "follow" };
  }
  if (verb === "browser") {
    const wrong = rest.at(-1) === "wrong";
    if (act === "click") return { kind: "click" };
    if (act === "tick") return { kind: "tick" };
    if (act === "enter" && rest[0] === "code") return { kind: "type", value: wrong ? "XXXXXXXXX" : code() };
    if (act === "enter" && rest[0] === "account") return { kind: "type", value: rest[1] };
    if (act === "enter" && rest[0] === "password") return { kind: "type", value: wrong ? "wrong-Password-1" : null };
    if (act === "sign-in") return { kind: "sign-in", user: rest[0], consent: (rest[1] || "").replace("consent=", ""), code: code() };
  }
  return null;
}
