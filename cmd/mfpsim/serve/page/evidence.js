// What happened, in one file to hand on.

import { attempt, post } from "./api.js";
import { fill, h } from "./dom.js";
import { language, t } from "./texts.js";

export function start() {
  document.getElementById("save").addEventListener("click", async () => {
    const saved = await attempt(() => post("/evidence", { language }));
    if (saved) tell(saved).click();
  });
}

// tell tells what was saved, and gives the link by which the browser keeps the page.
function tell(saved) {
  const page = h("a", { href: "/evidence/page", download: saved.name }, saved.name);
  const size = new Intl.NumberFormat(language).format(Math.ceil(saved.bytes / 1024));
  const box = h("div", { class: "alert saved", "data-key": "saved" },
    h("span", {}, t("saved"), " ", page, " (" + size + " KB). ", t("nothing-secret"), saved.folder ? " " + t("saved-folder", { folder: saved.folder }) : null),
    h("a", { class: "b", href: "/evidence/folder", download: saved.name.replace(/\.html$/, ".zip") }, t("whole-folder")),
    h("button", { type: "button", class: "b", onclick: () => box.remove() }, t("close")));
  fill(document.getElementById("saved"), box);
  return page;
}
