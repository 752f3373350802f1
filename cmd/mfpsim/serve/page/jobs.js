// What became of each job: the printer's own history.

import { attempt, get } from "./api.js";
import { fill, h, point } from "./dom.js";
import { stamp, t } from "./texts.js";

let drawn = -1;
let place = null;
let now = null;

export function draw(into, state, anew) {
  [place, now] = [into, state.now];
  if (!anew && drawn === now.last) return;
  drawn = now.last;
  attempt(show);
}

async function show() {
  const jobs = await get("/printer/jobs");
  fill(place, h("ul", { id: "job-list" }, jobs.map((j) => h("li", { class: "job", id: "job-" + j.receipt, tabindex: "-1" },
    h("p", {}, h("b", {}, j.receipt + ". " + j.type), " → " + (j.to || "—")),
    h("p", { class: "meta" }, stamp(j.time, now.printer || now.now), j.file ? " · " + j.file : ""),
    h("p", { lang: now.panel.language, class: j.code ? "bad" : null }, h("b", {}, j.result + (j.code ? " " + j.code : "")), j.status ? ": " + j.status : ""),
    j.solution ? h("p", { lang: now.panel.language, class: "note" }, j.solution) : null,
    j.refused && j.refused.length ? h("p", { class: "bad" }, j.refused.join(" · ")) : null))),
  jobs.length ? null : h("p", { class: "note" }, t("nothing-yet")));
}

// open shows the row of a job.
export const open = (receipt) => attempt(async () => {
  await show();
  const row = document.getElementById("job-" + receipt);
  if (row) point(row, "center");
});
