// Making elements. Text goes in as text: nothing that comes from outside is ever read as HTML.

export function h(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value") node.value = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(9).filter((c) => c !== null && c !== undefined && c !== false));
  return node;
}

// fill replaces what an element holds. The focus stays where it was, if an element with the same data-key is there again.
export function fill(node, ...children) {
  const active = node.contains(document.activeElement) ? document.activeElement : null;
  const key = active && active.dataset.key;
  node.replaceChildren(...children.flat(9).filter((c) => c !== null && c !== undefined && c !== false));
  if (key) {
    const again = [...node.querySelectorAll("[data-key]")].find((n) => n.dataset.key === key);
    if (again) again.focus({ preventScroll: true });
  }
  mark();
}

// lead brings the first element that is there into sight, marks it until the next click, and gives it the focus. A pane
// that draws itself anew asks the bench first, so the best of them may need some time until it is there.
export async function lead(selectors) {
  const seen = (s) => [...document.querySelectorAll(s)].find((n) => n.offsetParent);
  const patience = performance.now() + 3000;
  let wanted = selectors[0];
  unfold(selectors);
  while (!seen(wanted) && performance.now() < patience) await new Promise(requestAnimationFrame);
  if (!seen(wanted)) wanted = selectors.find(seen);
  if (!wanted) return;
  const meant = seen(wanted);
  point(meant, meant.offsetHeight > 400 ? "start" : "center", wanted);
}

// unfold opens what the first element that is there lies in, or is: a fold may draw what is in it when it opens.
function unfold(selectors) {
  const node = selectors.map((s) => document.querySelector(s)).find(Boolean);
  for (let fold = node && node.closest("details"); fold; fold = fold.parentElement.closest("details")) {
    if (node.closest("summary")?.parentElement !== fold) fold.open = true;
  }
}

// meant is what finds the marked element again, when its pane or the glass has drawn itself anew; "": nothing is marked.
let meant = "";

export function mark() {
  if (!meant || document.querySelector(".meant")) return;
  const again = [...document.querySelectorAll(meant)].find((n) => n.offsetParent);
  if (again) again.classList.add("meant");
}

// point brings an element into sight, marks it until the next click, and gives it the focus.
export function point(node, block, selector) {
  for (const marked of document.querySelectorAll(".meant")) marked.classList.remove("meant");
  node.classList.add("meant");
  meant = selector || "";
  bring(node, block);
  const inside = node.matches(usable) ? node : selector && node.querySelector(usable) || node;
  if (!inside.matches(usable)) inside.tabIndex = -1;
  inside.focus({ preventScroll: true });
  if (matchMedia("(prefers-reduced-motion: no-preference)").matches) node.animate([{ outlineOffset: "3px" }, { outlineOffset: "10px" }, { outlineOffset: "3px" }], { duration: 450, iterations: 2 }); // also where it was marked before
}

// The next click ends a mark, before it does what it is for: that may be another one.
addEventListener("click", () => {
  meant = "";
  for (const marked of document.querySelectorAll(".meant")) marked.classList.remove("meant");
}, true);
const usable = "a, button, input, select, textarea, summary, iframe, [tabindex]";

// covered is how much the line covers that stays above an element while its pane scrolls.
export function covered(node) {
  const line = node.parentElement.querySelector(":scope > .above");
  return line && line !== node ? line.offsetHeight : 0;
}

// footed is how much of a box is covered by what stays at its foot.
export function footed(box) {
  const foot = box.querySelector(":scope > .goon");
  return foot && getComputedStyle(foot).position === "sticky" ? foot.offsetHeight : 0;
}

// bring brings an element into sight. It scrolls what the element lies in, such as its column, and never the page: its
// header stays. Nothing else on the page scrolls by itself. What is in sight already stays where it is if block is nearest;
// else it goes to the top, or to where far says.
export function bring(node, block, far) {
  for (let box = node.parentElement; box; box = box.parentElement) {
    if (!/auto|scroll/.test(getComputedStyle(box).overflowY) || box.scrollHeight <= box.clientHeight) continue;
    const [at, seen] = [node.getBoundingClientRect(), box.getBoundingClientRect()];
    const height = box.clientHeight - footed(box);
    if (block === "nearest" && at.top >= seen.top && at.bottom <= seen.top + height) continue;
    box.scrollTop += at.top - seen.top - ((far || block) === "center" ? Math.max(0, (height - at.height) / 2) : 8 + covered(node));
  }
}

// keepClicks lets a key that was drawn anew between press and release act as if it had stood still: a list may grow at any
// moment, and a click on what has gone is none.
export function keepClicks() {
  let pressed = null;
  const key = (e) => e.target instanceof Element && e.target.closest("button[data-key]");
  addEventListener("pointerdown", (e) => { pressed = key(e); }, true);
  addEventListener("pointerup", (e) => {
    const [before, after] = [pressed, key(e)];
    pressed = null;
    if (before && !before.isConnected && after && after.dataset.key === before.dataset.key) after.click();
  }, true);
}

// tabs makes a tab list that arrows walk through.
export function tabs(list, entries, chosen, choose) {
  fill(list, entries.map(([id, ...inside]) => h("button", {
    type: "button", role: "tab", id: "tab-" + id, "data-key": "tab-" + id, "aria-selected": String(id === chosen), tabindex: id === chosen ? "0" : "-1",
    onclick: () => choose(id),
    onkeydown: (e) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
      if (!step) return;
      e.preventDefault();
      const at = entries.findIndex(([other]) => other === id);
      const to = entries[(at + step + entries.length) % entries.length][0];
      choose(to);
      document.getElementById("tab-" + to).focus({ preventScroll: true });
    },
  }, ...inside)));
}
