// Looks at the page as it stands: what axe-core finds, in a place of it or everywhere, and text that leaves its place.
// Returns problems, one a line.
async (withAxe, place) => {
  // A page can be read as soon as its text is there; how it looks is known when its style sheet is.
  if (document.readyState !== "complete") await new Promise((done) => addEventListener("load", done, { once: true }));
  const problems = [];
  const name = (e) => e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + [...e.classList].map((c) => "." + c).join("");
  const short = (text) => JSON.stringify(text.trim().slice(0, 60));

  const page = document.scrollingElement;
  if (page.scrollWidth > innerWidth) {
    const wide = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1);
    problems.push(`the page is ${page.scrollWidth} px wide in a window of ${innerWidth}: ${wide.slice(0, 3).map(name).join(", ")}`);
  }

  // A text must lie within every box around it that cuts off what is outside of it, unless one can scroll there.
  const glass = document.querySelector("#glass .lcd");
  if (glass && glass.clientWidth > 560 && Math.abs(glass.clientHeight / glass.clientWidth - 480 / 800) > 0.01) {
    problems.push(`the glass is ${glass.clientWidth} by ${glass.clientHeight}: it does not scale as a whole`);
  }
  const lines = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode, parent = node.parentElement, style = getComputedStyle(parent);
    if (!node.data.trim() || style.visibility === "hidden" || parent.closest("[inert], script, style, option, svg, textarea")) continue;
    if (parent.closest(".say, .unseen")) continue; // for screen readers only
    if (parent.closest("details:not([open]) > :not(summary)")) continue; // folded away
    const range = document.createRange();
    range.selectNodeContents(node);
    const rects = [...range.getClientRects()].filter((r) => r.width > 1 && r.height > 1);
    if (!rects.length) continue; // it is not shown
    if (glass && glass.contains(parent) && parseFloat(style.fontSize) < 13.99 && innerWidth < 560) {
      problems.push(`${name(parent)} is written in ${style.fontSize}: ${short(node.data)}`);
    }
    // A word that is no longer than a line stands on one, but for what went over a wire.
    for (const found of parent.closest("pre") ? [] : node.data.matchAll(/[^\s/>-]+/g)) {
      if (found[0].length > 15) continue;
      range.setStart(node, found.index);
      range.setEnd(node, found.index + found[0].length);
      const lines = [...range.getClientRects()].filter((r) => r.width > 1 && r.height > 1);
      if (new Set(lines.map((r) => Math.round(r.top))).size > 1) {
        problems.push(`${name(parent)} breaks the word ${short(found[0])}`);
      }
    }
    for (const rect of rects) {
      let cutBy = null, scrolls = false;
      for (let box = parent; box && box !== document.body; box = box.parentElement) {
        const around = getComputedStyle(box), place = box.getBoundingClientRect();
        const clips = (overflow) => overflow !== "visible";
        const slides = (overflow) => overflow === "auto" || overflow === "scroll";
        const outX = rect.left < place.left - 1 || rect.right > place.right + 1;
        const outY = rect.top + rect.height * 0.2 < place.top - 1 || rect.bottom - rect.height * 0.2 > place.bottom + 1;
        if (clips(around.overflowX) && outX && !(slides(around.overflowX) && !(glass && glass.contains(box)))) cutBy = cutBy || box;
        if (slides(around.overflowY) && outY) { scrolls = true; break; }
        if (slides(around.overflowX) && outX && !(glass && glass.contains(box))) { scrolls = true; break; }
        if (clips(around.overflowY) && outY) cutBy = cutBy || box;
        if (around.position === "absolute" || around.position === "fixed") {
          if (glass && glass.contains(box)) { box = glass.parentElement; }
        }
      }
      if (cutBy) problems.push(`${name(cutBy)} cuts off ${name(parent)} ${short(node.data)}`);
      if (!scrolls && !cutBy) lines.push({ rect, parent, text: node.data });
      // A key or cell is as large as its text.
      const own = parent.closest("button, a.button, .btn, .row, .tile, td, th");
      if (own && own !== document.body) {
        const place = own.getBoundingClientRect();
        if (rect.left < place.left - 1 || rect.right > place.right + 1 || rect.bottom > place.bottom + rect.height * 0.25) {
          problems.push(`${short(node.data)} leaves ${name(own)}`);
        }
      }
    }
  }
  // Two texts at one place cannot be read, but for what scrolls below a bar that stays at the foot.
  const bar = (node) => {
    for (let box = node; box && box !== document.body; box = box.parentElement) {
      const { position, bottom } = getComputedStyle(box);
      if (position === "sticky" && bottom !== "auto") return box;
    }
    return null;
  };
  for (let i = 0; i < lines.length; i++) {
    for (let k = i + 1; k < lines.length; k++) {
      const a = lines[i], b = lines[k];
      if (a.parent === b.parent || bar(a.parent) !== bar(b.parent)) continue;
      const w = Math.min(a.rect.right, b.rect.right) - Math.max(a.rect.left, b.rect.left);
      const h = Math.min(a.rect.bottom, b.rect.bottom) - Math.max(a.rect.top, b.rect.top);
      if (w > 3 && h > 0.4 * Math.min(a.rect.height, b.rect.height)) {
        problems.push(`${short(a.text)} and ${short(b.text)} lie at one place`);
      }
    }
  }

  if (withAxe) {
    const found = await axe.run(place || document, { preload: false, resultTypes: ["violations"], rules: { "target-size": { enabled: true } } });
    for (const rule of found.violations) {
      for (const node of rule.nodes) {
        problems.push(`axe ${rule.id} (${rule.impact}): ${node.target.join(" ")}: ${node.failureSummary.replace(/\s+/g, " ")}`);
      }
    }
  }
  return [...new Set(problems)].join("\n");
}
