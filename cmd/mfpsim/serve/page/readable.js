// What servers say, as people read it.

import { h } from "./dom.js";
import { t } from "./texts.js";

// numbers are what Exchange adds for Microsoft's own people: groups such as 0.35250:1F009983, hundreds of them.
const numbers = /(?:\d+\.\d+:[0-9A-Za-z.]+,?\s*){4,}/g;

// short leaves the numbers out.
export const short = (text) => text.replace(numbers, "… ");

// folded keeps them, folded. The element that takes it is no summary and no button.
export function folded(text) {
  const parts = [];
  let from = 0;
  for (const found of text.matchAll(numbers)) {
    parts.push(text.slice(from, found.index), h("details", { class: "numbers" }, h("summary", {}, t("numbers", { n: found[0].split(":").length - 1 })), " " + found[0]), " ");
    from = found.index + found[0].length;
  }
  return [...parts, text.slice(from)];
}
