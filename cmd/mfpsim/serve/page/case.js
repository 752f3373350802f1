// Why am I here? The cases by the guide's chapters, what a pasted text leads to, and the case that is loaded.

import { attempt, get, post } from "./api.js";
import { inLog } from "./behind.js";
import { bring, fill, h } from "./dom.js";
import { controlsOf, placeOf, remedyAt } from "./controls.js";
import * as doit from "./doit.js";
import { state, onChange, refresh } from "./state.js";
import { isOver, nextOf } from "./steps.js";
import { secret } from "./copy.js";
import { language, stamp, t } from "./texts.js";

const place = () => document.getElementById("case");
let mode = ""; // "list", "found" or "loaded"
let go = () => {};
let view = () => {};
let reveal = () => {};
let ticked = () => {};
let found = null;
let drawn = "";

export function start(leads, views, reveals, hands) {
  [go, view, reveal, ticked] = [leads, views, reveals, hands.ticked];
  doit.start({ ...hands, view, go, changed: () => { if (mode === "loaded") loaded(state.now.case); } });
  onChange(({ now }, fresh) => {
    if (fresh || !mode) mode = now.case.id ? "loaded" : "list";
    if (mode === "loaded") loaded(now.case);
    else if (drawn !== mode + language) draw();
  });
}

function draw() {
  drawn = mode + language;
  goOn([]);
  if (mode === "found") attempt(drawFound);
  else attempt(drawList);
}

// load puts the bench into a case.
async function load(id, wanted) {
  place().setAttribute("aria-busy", "true");
  await attempt(async () => {
    const c = state.now.case;
    await post("/case", { id, language: wanted || (c.languages.includes(language) ? language : c.language) });
    mode = "";
    await refresh();
    atHead();
  });
  place().removeAttribute("aria-busy");
}

// atHead shows the head of what the column holds, and gives it the focus.
function atHead() {
  view("case");
  const head = place().querySelector(".q");
  if (!head) return;
  head.tabIndex = -1;
  head.focus({ preventScroll: true });
  place().scrollTo(0, 0);
  bring(head, "nearest");
}

// allCases opens the list at its top.
const allCases = () => attempt(async () => {
  mode = "list";
  drawn = mode + language;
  goOn([]);
  await drawList();
  atHead();
});

// back leads back to the case that is loaded, from wherever the column has gone.
function back() {
  const c = state.now.case;
  return c.id ? h("div", { class: "acts" }, h("button", { type: "button", class: "b", "data-key": "back", onclick: () => { mode = "loaded"; loaded(c, true); atHead(); } }, t("back-to-case")), h("span", { class: "note", lang: c.titleLanguage }, c.title)) : null;
}

const few = 4; // cases of a chapter that are shown at once

const row = (c) => h("li", {}, h("button", { type: "button", class: "case", "data-key": "case-" + c.id, "aria-current": state.now.case.id === c.id ? "true" : null, onclick: () => load(c.id) },
  h("span", { lang: c.language }, c.title), h("small", { lang: "en" }, c.id)));

async function drawList() {
  const chapters = await get("/cases?language=" + language);
  const of = state.now.case.number;
  fill(place(), h("h3", { class: "q" }, t("which-case")), h("p", { class: "meta" }, t("which-case-help")), panelLanguage(),
    back(),
    chapters.map((c, i) => h("details", { class: "chap", open: of ? c.number === of : i < 4 }, h("summary", {}, h("span", {}, c.title, " ", h("span", { class: "count" }, "(" + c.cases.length + ")"))), h("ul", {}, c.cases.slice(0, few).map(row)),
      c.cases.length > few ? h("details", { open: c.cases.slice(few).some((r) => r.id === state.now.case.id) }, h("summary", {}, t("more-cases", { n: c.cases.length - few })), h("ul", {}, c.cases.slice(few).map(row))) : null)),
    h("details", { class: "chap", open: true }, h("summary", {}, t("no-case")), h("ul", {}, h("li", {}, h("button", { type: "button", class: "case", onclick: () => load("") }, t("free-bench"))))));
}

// panelLanguage chooses the language in which the printer speaks to its user.
function panelLanguage() {
  const select = h("select", { "data-key": "panel-language", onchange: (e) => attempt(async () => {
    await post("/printer/language", { language: e.target.value });
    wantedLanguage = e.target.value;
    await refresh();
  }) }, [["en", "English"], ["hi", "हिन्दी"], ["el", "Ελληνικά"]].map(([id, name]) => h("option", { value: id, lang: id, selected: id === (wantedLanguage || state.now.panel.language) }, name)));
  return h("div", { class: "field" }, h("label", {}, t("panel-language"), select));
}
let wantedLanguage = "";

// panelSpeaks lets the panel follow the language of the page, where the model has it.
export async function panelSpeaks(chosen) {
  const { on, case: c } = state.now;
  if (!c.languages.includes(chosen)) return;
  wantedLanguage = chosen;
  if (on) await post("/printer/language", { language: chosen });
}

// read looks up what somebody reads.
export async function read(text) {
  if (!text.trim()) { mode = "list"; draw(); return; }
  await attempt(async () => {
    found = { text };
    mode = "found";
    drawn = "";
    draw();
  });
}

const answered = async () => get("/explain?language=" + language + "&text=" + encodeURIComponent(found.text));

const loads = (id, title, only) => h("button", { type: "button", class: only ? "b p" : "b", "data-key": "load-" + id, "aria-label": t("load") + ": " + title, onclick: () => load(id, wantedLanguage) }, t("load"));

// drawFound draws the answer: what was recognized, the causes with their remedies, other cases that show it.
async function drawFound() {
  const { answer: a, cases } = await answered();
  const head = a.headings;
  const known = a.items.length + a.causes.length + cases.length;
  const facts = (i) => h("dl", {}, i.facts.map((f) => [h("dt", {}, f.heading), h("dd", {}, f.text)]));
  const item = (i, n) => h("details", { class: "hit", open: n < 2 && !a.causes.length }, h("summary", {}, h("span", {}, h("b", {}, capital(i.what)), " ", i.title)), facts(i));
  const shown = a.items.slice(0, mostItems);
  // What a customer can be asked stands open; what only the bench and Microsoft's side can tell is folded.
  const cause = (c, n) => h("article", { class: "hit" }, h("h3", {}, n + 1 + ". " + c.says), c.note ? h("p", { class: "unfit" }, c.note) : null,
    h("p", {}, h("b", {}, head.ask + ": "), c.ask), loads(c.scenario, c.title, a.causes.length === 1),
    h("details", {}, h("summary", { "data-key": "tell-" + c.id }, head.tell + " · " + head.remedy), h("p", {}, c.tell),
      h("div", { class: "rem" }, h("h3", {}, head.guide + ": " + c.chapter + ", " + head.page + " " + c.page), h("p", {}, c.do)), h("p", { class: "meta" }, capital(c.common) + " · ", h("span", { lang: "en" }, c.scenario))));
  fill(place(), h("h3", { class: "q" }, known ? t("found", { n: a.causes.length }) : t("found-none")),
    h("p", { class: "meta" }, t("quoted", { text: clipped(found.text) })), back(),
    a.near.length ? h("p", { class: "acts" }, head.near + ": ", a.near.map((text) => h("button", { type: "button", class: "lk", onclick: () => { document.getElementById("find-text").value = text; read(text); } }, text))) : null,
    shown.filter((i) => !i.passing).map(item), a.causes.length ? h("h3", { class: "sec" }, head.causes) : null, a.causes.map(cause), shown.filter((i) => i.passing).map(item),
    cases.length ? [h("h3", { class: "sec" }, t("other-cases")), cases.map((c) => h("article", { class: "hit" }, h("h3", { lang: c.language }, c.title), h("p", { class: "meta", lang: "en" }, c.id), loads(c.id, c.title, cases.length === 1 && !a.causes.length)))] : null,
    panelLanguage(), h("div", { class: "acts" }, h("button", { type: "button", class: "b", onclick: allCases }, t("all-cases"))));
  atHead();
}
const mostItems = 6;

// capital begins a heading with a capital letter.
const capital = (text) => text.charAt(0).toLocaleUpperCase(language) + text.slice(1);

// clipped is the beginning of a text, cut between words and not behind a comma.
function clipped(text) {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length <= 200 ? line : line.slice(0, line.lastIndexOf(" ", 200)).replace(/[\s,;:.·–-]+$/, "") + " …";
}

// steps draws steps of a part. The one that is next is lit and leads to its place.
function steps(list, next) {
  const how = (s) => (s.done ? "done" : s.needless ? "needless" : s.unseen ? "unseen" : s.skipped ? "skipped" : "open");
  return h("ol", {}, list.map((s) => h("li", { class: "step" + (s.done ? " done" : "") + (s === next ? " now" : ""), "aria-current": s === next ? "step" : null },
    h("span", { class: "mark", "aria-hidden": "true" }, s.done ? "✓" : s.skipped || s.needless || s.why ? "–" : s === next ? "→" : s.besides ? "·" : "○"),
    h("div", {}, h("span", { class: "say" }, t(how(s)) + ": "), s.says,
      s.why && !s.done ? h("small", {}, t("why-" + s.why)) : s.until ? h("small", {}, t("held-until", { at: stamp(s.until, state.now.now) })) : s.at ? h("small", {}, t(s.looks ? "seen-at" : "done-at", { at: stamp(s.at, state.now.now) })) : null,
      s === next && s.aim.first.some((f) => f.says) ? h("div", { class: "first" }, t("first-of", { control: s.aim.control }), h("ul", {}, s.aim.first.map((f) => h("li", {}, f.says)))) : null,
      s === next && asksCode(s) ? codeHere() : null,
      s === next ? h("div", {}, s.place ? h("button", { type: "button", class: "lk", "data-key": "go-" + s.line, onclick: () => go(placeOf(s), controlsOf(s), s) }, t("go-there")) : null,
        s.looks ? null : doit.button(s),
        h("button", { type: "button", class: "lk", "data-key": "skip-" + s.line, onclick: () => attempt(async () => { await post("/case/skip", { line: s.line }); await refresh(); }) }, t("skip"))) : null,
      s === next ? doit.told(s) : null))));
}

// asksCode reports whether a step needs the device code. codeHere says where it is: Web Config may show another page.
const asksCode = (s) => /^browser (enter code$|sign-in )/.test(s.text);
function codeHere() {
  const { code } = state.now;
  return h("div", { class: "first", id: "code-of-step" }, code ? [secret("code-that-waits", code), h("br"), t("code-also")] : t("no-code"));
}

// remedies lead to where the page has what helps in this very case.
function remedies(c) {
  return h("p", { class: "meta" }, t("controls-of-remedy") + ": ", c.ownAt.map((at, i) => {
    const { title, selectors, step } = remedyAt(at, t);
    return [i ? " · " : null, h("button", { type: "button", class: "lk", "data-key": "remedy-" + i, onclick: () => go(at.place, selectors, step) }, title)];
  }));
}

function loaded(c, anew) {
  // What the printer itself refuses a person, such as a wrong password, is not what the case is about.
  const cause = state.lines.filter((l) => l.protocol && l.tone === "refused" && l.number > c.from && (l.from !== "person" || l.party === "entra")).at(-1);
  // It is of the past once something went well after it.
  const past = cause && state.lines.some((l) => l.number > cause.number && l.tone === "good" && (l.kind === "outcome" || l.protocol === "SMTP"));
  const key = "loaded" + language + JSON.stringify(c) + (cause ? cause.number + cause.text + past : "") + state.now.code + doit.key();
  if (key === drawn && !anew) return;
  const were = new Set([...place().querySelectorAll("details[open]")].map((d) => d.dataset.id));
  const fold = (id, summary, ...inside) => h("details", { "data-id": id, open: were.has(id) }, h("summary", { "data-key": "fold-" + id }, summary), inside);
  drawn = key;
  const story = c.parts.filter((p) => p.kind === "story");
  const rest = c.parts.slice(story.length);
  const way = rest.filter((p) => !["other", "further"].includes(p.kind));
  const over = way.every((p) => p.steps.every(isOver));
  const passed = way.some((p) => p.steps.some((s) => s.skipped));
  const next = nextOf(c);
  const part = (p) => [p.says && p.saysLanguage === language ? h("p", { class: "part" }, p.says) : null, steps(p.steps.filter((s) => !s.besides), next)];
  const notes = c.parts.filter((p) => p.says && p.saysLanguage !== language); // those of somebody's own scenario
  const kind = (wanted, head) => {
    const of = rest.filter((p) => p.kind === wanted);
    return of.length ? [h("h3", { class: "sec" }, t(head)), wanted === "remedy" ? other : null, of.map(part)] : null;
  };
  const other = otherOf(c, rest);
  const further = rest.filter((p) => p.kind === "further");
  const besides = rest.flatMap((p) => p.steps.filter((s) => s.besides));
  const end = c.solved ? h("p", { class: "done-all", role: "status" }, t("solved", { at: stamp(c.solved, state.now.now) }))
    : next?.line && c.parts[c.inHand]?.kind === "other" ? h("p", { class: "goal" }, t("solved-when"))
    : over && rest.length && !c.mends ? h("p", { class: "done-all", role: "status" }, t(passed ? "all-over" : "all-done"))
      : c.mends ? h("p", { class: "goal" }, t(over && passed ? "all-over" : "solved-when")) : null;
  const remedy = h("div", { class: "rem" }, c.own ? [h("h3", {}, t("what-helps-here")), h("p", {}, c.own), remedies(c)] : null, h("h3", {}, t(c.own ? "guide-in-general" : "guide-says", { chapter: c.chapter })), c.remedy ? h("p", {}, c.remedy) : null,
    c.solution ? [c.remedy ? h("h3", {}, t("guide-solution", { code: c.code })) : null, h("p", {}, c.solution)] : null);
  const ending = [next ? null : doit.halted(), end]; // of the last act
  fill(place(), h("h3", { class: "q", lang: c.titleLanguage }, c.title), h("p", { class: "meta" }, c.chapter),
    h("p", {}, c.question), c.account || c.faxAccount ? h("p", { class: "meta", id: "account-of-case" }, [c.account && t("stands-for", { account: c.account }), c.faxAccount && t("stands-for-fax", { account: c.faxAccount })].filter(Boolean).join(" ")) : null,
    story.length ? fold("story", t("story", { n: story.length }), story.map(part)) : null,
    kind("symptom", "what-the-user-sees"),
    cause ? h("div", { class: past ? "cause past" : "cause" }, h("h3", {}, t(past ? "cause-past" : "cause", { at: stamp(cause.at, state.now.now) })), h("p", {}, cause.text), h("button", { type: "button", class: "lk", "data-key": "cause", onclick: () => reveal(cause) }, t(inLog(cause) ? "see-in-log" : "see-on-wire"))) : null, remedy, kind("remedy", "what-to-try"), kind("other", "another-solution"),
    ending,
    further.length ? fold("further", t("goes-on"), h("p", { class: "meta" }, t("goes-on-help")), further.map(part)) : null,
    besides.length ? fold("besides", t("bench-checks"), h("p", { class: "meta" }, t("bench-checks-help")), steps(besides, null)) : null,
    notes.length ? fold("notes", t("notes-in-english"), h("div", { lang: "en" }, notes.map((p) => h("p", { class: "part" }, p.says)))) : null,
    fold("about", t("about-case"), h("p", { class: "meta" }, t("case-file") + " ", h("code", {}, c.id)), c.proves.length ? h("p", { class: "meta" }, t("rules-shown") + " " + c.proves.join(" ")) : null),
    h("div", { class: "acts" }, h("button", { type: "button", class: "b", "data-key": "reset", onclick: () => attempt(async () => { await post("/reset", { to: "start" }); await refresh(); atHead(); }) }, t("reset")),
      h("button", { type: "button", class: "b", "data-key": "next", onclick: () => attempt(async () => { await post("/case/next"); mode = ""; await refresh(); atHead(); }) }, t("next-case")),
      h("button", { type: "button", class: "b", "data-key": "all", onclick: allCases }, t("all-cases"))));
  goOn(next ? doit.head() : []);
  follow(c, next);
  comesTrue(c);
}

// comesTrue shows the first thing that is ticked as seen since the list was drawn: it may be below what fits.
let seen = { id: "", lines: new Set() };
function comesTrue(c) {
  const looks = c.parts.filter((p) => p.kind !== "story").flatMap((p) => p.steps).filter((s) => s.looks && s.done);
  const fresh = seen.id === c.id && looks.find((s) => !seen.lines.has(s.line) && ["web-config", "browser"].includes(placeOf(s)));
  seen = { id: c.id, lines: new Set(looks.map((s) => s.line)) };
  if (fresh && !doit.isRunning()) ticked(placeOf(fresh), fresh);
}

// otherOf is what takes the other remedy in place of the first, by what it alone asks for.
function otherOf(c, rest) {
  const [first, instead] = [rest.filter((p) => p.kind === "remedy").at(-1), rest.find((p) => p.kind === "other")];
  if (c.solved || c.parts[c.inHand]?.kind !== "remedy" || !instead || first.steps.every(isOver)) return null;
  const acts = instead.steps.filter((s) => !s.looks && !isOver(s));
  const own = acts.find((s) => !first.steps.some((f) => f.text === s.text)) || acts[0];
  if (!own) return null;
  return h("button", { type: "button", class: "lk", "data-key": "other-instead", onclick: () => attempt(async () => { await post("/case/other"); await refresh(); }) }, t("other-instead", { step: own.says.replace(/[.।]$/, "") }));
}

// goOn draws what does the next steps and says why it has stopped: it stays in sight, whatever the columns scroll to.
function goOn(inside) {
  const bar = document.getElementById("goon");
  bar.hidden = !inside.length;
  fill(bar, inside);
}

// follow keeps the step that is next in sight, when it has become another one; at the end what says so.
let followed = "";
function follow(c, next) {
  const at = c.id + " " + (c.solved ? "solved" : next ? next.line : "");
  // What grows above it pushes it out of sight; who looks at something else in the column is left alone.
  if (at === followed && place().matches(":hover, :focus-within")) return;
  const begins = !followed.startsWith(c.id + " ");
  followed = at;
  const node = place().querySelector(c.solved ? ".done-all" : ".step.now");
  if (begins || !node || !node.offsetParent) return;
  bring(node, "nearest", "center");
}
