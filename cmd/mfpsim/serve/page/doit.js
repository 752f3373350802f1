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
let halt = null; // why the page has stopped, and the acts it is about: lines of the scenario

export function start(given) { hands = given; }

// key changes when what is drawn here does.
export const key = () => JSON.stringify([running, problem, halt]);

const press = (name, key, f) => h("button", { type: "button", class: name === "do-next" ? "b" : "lk", "data-key": key, "aria-disabled": running ? "true" : null, onclick: () => { if (!running) f(); } }, t(running && name === "do-next" ? "doing" : name));

export const isRunning = () => running;

// head is the button that does the next steps, with why it has stopped; button is what stands beside a step.
export const head = () => [h("div", { class: "acts" }, press("do-next", "do-next", () => run(false))), halted()];
export const button = (s) => press("do-it", "do-" + s.line, () => run(true));

// told is what went wrong at a step.
export const told = (s) => (problem.line === s.line ? h("p", { class: "unfit" }, problem.text) : null);

// halted is why the page has stopped and what it does when it is asked again, as long as that is to be done.
export function halted() {
  const text = running || !halt ? "" : reason();
  return text ? h("p", { class: "halted" }, text) : null;
}

function reason() {
  const { why, seen, then, missed } = halt;
  const ahead = actAhead(halt.been);
  if ((ahead ? ahead.line : 0) !== then) return ""; // the reader has gone on
  if (!ahead && state.now.case.solved) return ""; // that is said below
  const says = (key, line) => t(key, { step: stepAt(line).says });
  return [...missed.filter((line) => line !== seen && !over(line)).map((line) => says("halted-missed", line)),
    t(why, { part: ahead && t(heads[partAt(then).kind] || "") }), seen && says(over(seen) ? "halted-seen" : "halted-unseen", seen),
    ahead ? says("press-again", then) : t("nothing-to-do")].filter(Boolean).join(" ");
}

// heads are the headings of the parts before which the page stops.
const heads = { remedy: "what-to-try", other: "another-solution", further: "goes-on" };

// actAhead is the act that is done next; null: there is none.
function actAhead(been) {
  for (const passed = new Set(been); ; ) {
    const step = nextOf(state.now.case, passed);
    if (!step || !step.looks) return step;
    passed.add(step.line);
  }
}

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
const partAt = (line) => state.now.case.parts[partOf(line)];

// run does one step, or the next ones up to what is to be seen, or to the end of their part.
async function run(one) {
  running = true;
  problem = { line: 0, text: "" };
  halt = null;
  hands.changed();
  announce(t("doing"));
  const been = new Set();
  const missed = [];
  let [last, seen] = [null, null];
  try {
    for (;;) {
      const bench = state.bench;
      const next = nextOf(state.now.case, been);
      if (!next || last && (one || partOf(next.line) !== partOf(last.line) && !next.looks)) break;
      been.add(next.line);
      if (next.looks) {
        if (next.comes) continue;
        if (!(await looks(next))) missed.push(next.line); // who goes on has seen enough
        continue;
      }
      await does(next);
      last = next;
      if (state.bench !== bench) return;
      seen = one ? null : toSee(next);
      if (seen) { await looks(seen, true); break; }
    }
    if (last) halts(one, been, missed, last, seen);
    announce([last ? t("did", { step: last.says }) : "", reason()].filter(Boolean).join(" "));
  } catch (wrong) {
    problem = { line: wrong.line || 0, text: t("did-not", { why: wrong.message.replace(/[\s.।]+$/, "") }) };
    hands.view("case"); // where it is said
    announce(problem.text);
  } finally {
    running = false;
    hands.changed();
    keepsFocus();
  }
}

// halts keeps why the page has stopped. A step that was asked for alone has ended where the reader wanted.
function halts(one, been, missed, last, seen) {
  if (one && over(last.line)) return;
  const acts = [...been].filter((line) => !stepAt(line).looks); // looks may have come true when it goes on
  const ahead = actAhead(acts);
  const another = ahead && partAt(ahead.line).kind !== partAt(last.line).kind && heads[partAt(ahead.line).kind];
  const why = one ? "halted-typed" : another ? "halted-before" : seen ? "halted-look" : "halted-part";
  halt = { why, been: acts, missed, seen: seen ? seen.line : 0, then: ahead ? ahead.line : 0 };
}

// keepsFocus gives the focus to the button again that has lost it: its column was out of sight, or its step is done.
function keepsFocus() {
  const again = document.querySelector('[data-key="do-next"]');
  if (again && again.offsetParent && document.activeElement === document.body) again.focus({ preventScroll: true });
}

// toSee is what is to be seen right after an act, whether it has come true by now or not. Acts that were done with it, as
// by a button of the bench's, lie behind.
function toSee(step) {
  const p = partAt(step.line);
  const behind = p.steps.slice(p.steps.findIndex((s) => s.line === step.line) + 1).find((s) => !s.besides && !s.comes && !s.unseen && (s.looks || !isOver(s)));
  return behind && behind.looks ? behind : null;
}

// looks leads to what is to be seen and waits a while for it; it answers whether that has come true. Where the page
// stops for it, it is brought into sight.
async function looks(step, stops) {
  const place = placeOf(step);
  hands.view(["panel", "web-config", "browser"].includes(place) ? "see" : "behind");
  hands.show(place);
  const seen = await comes(() => over(step.line), 600);
  if (seen && !stops) return true;
  if (place === "web-config" && step.aim.path || place === "browser") hands.act(place, step, { kind: "look" });
  return seen || comes(() => over(step.line), 9000);
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
  const steps = partAt(step.line).steps.filter((s) => !s.looks);
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
