// What happened, in one file to hand on.

import { attempt, post } from "./api.js";
import { fill, h } from "./dom.js";
import { language, t } from "./texts.js";

export function start() {
  document.getElementById("save").addEventListener("click", async () => {
    const saved = await attempt(() => post("/evidence", { language, ticket: document.getElementById("find-text").value.slice(0, 8000) }));
    if (saved) tell(saved).click();
  });
}

// tell tells what was saved, until it is closed, and gives the link by which the browser keeps the folder.
function tell(saved) {
  const folder = h("a", { class: "b p", href: "/evidence/folder", download: saved.name.replace(/\.html$/, ".zip") }, t("whole-folder"));
  const size = new Intl.NumberFormat(language).format(Math.ceil(saved.bytes / 1024));
  const box = h("div", { class: "alert saved", "data-key": "saved" },
    h("span", {}, t("saved"), " ", h("b", {}, saved.name.replace(/\.html$/, "")), ". ", t("nothing-secret"), saved.folder ? " " + t("saved-folder", { folder: saved.folder }) : null),
    folder, h("a", { class: "b", href: "/evidence/page", download: saved.name }, t("single-page") + " (" + size + " KB)"),
    h("button", { type: "button", class: "b", onclick: () => box.remove() }, t("close")));
  fill(document.getElementById("saved"), box);
  return folder;
}
