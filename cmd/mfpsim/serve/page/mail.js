// All mails of the bench in one list. What is in them comes from outside: HTML is shown in a frame without rights.

import { attempt, change, get } from "./api.js";
import { fill, h, point } from "./dom.js";
import { clock, day, size, stamp, t } from "./texts.js";

let place = null;
let seen = -1;
let folder = "";
let query = "";
let opened = null;
let way = "text";
let now = null;

export function draw(into, state, anew) {
  place = into;
  now = state.now.now;
  if (anew) { fill(place, frame()); seen = -1; opened = null; }
  if (seen === state.now.mails && !anew) return;
  seen = state.now.mails;
  attempt(list);
}

function frame() {
  const search = h("input", { type: "search", value: query, "data-key": "mail-search", placeholder: "subject:Scan to:bob@fabrikam.com" });
  const select = h("select", { "data-key": "mail-folder", onchange: (e) => { folder = e.target.value; opened = null; attempt(list); } });
  return [h("form", { class: "field", onsubmit: (e) => { e.preventDefault(); query = search.value.trim(); opened = null; attempt(list); } },
    h("label", {}, t("search-mails"), search), h("button", { class: "b" }, t("search"))),
  h("div", { class: "field" }, h("label", {}, t("folder"), select), h("button", { type: "button", class: "b", "data-key": "delete-all", onclick: () => attempt(async () => { await change("DELETE", "/api/v1/messages", {}); opened = null; await list(); }) }, t("delete-all"))),
  h("div", { id: "mail-list" }), h("div", { id: "mail-open", "aria-live": "polite" })];
}

async function list() {
  const select = place.querySelector("select");
  const accounts = (await get("/accounts")).filter((a) => a.mailbox);
  fill(select, h("option", { value: "" }, t("all-inboxes")), h("option", { value: "ndr" }, t("ndrs")), accounts.map((a) => h("option", { value: a.user }, t("sent-items", { address: a.user }))));
  select.value = folder;
  const into = document.getElementById("mail-list");
  if (folder.includes("@")) {
    const sent = (await get("/sent/" + encodeURIComponent(folder))).reverse();
    fill(into, sent.map((m) => row(m.to.join(", "), m.receivedAt, m.subject, m.attachments.length, "sent-" + m.number, false, () => { opened = m; showSent(); })));
    if (!sent.length) fill(into, h("p", { class: "note" }, t("nothing-yet")));
    showSent();
    return;
  }
  const asked = [folder === "ndr" ? "tag:NDR" : "", query].filter(Boolean).join(" ");
  const found = await get(asked ? "/api/v1/search?limit=200&query=" + encodeURIComponent(asked) : "/api/v1/messages?limit=200");
  fill(into, h("p", { class: "meta" }, t("mails-found", { n: found.messages_count })), found.messages.map((m) => row((m.To || []).map((a) => a.Address).join(", "), m.Created, m.Subject + (m.Tags.includes("NDR") ? " · NDR" : ""),
    m.Attachments, m.ID, !m.Read, () => attempt(() => openMail(m.ID)), m.From ? m.From.Address : "—")));
  if (!found.messages.length) fill(into, h("p", { class: "note" }, t("no-mail")));
  if (!opened) fill(document.getElementById("mail-open"));
}

function row(to, at, subject, attachments, key, isNew, open, from) {
  return h("button", { type: "button", class: "mailrow" + (isNew ? " new" : ""), "data-key": "mail-" + key, "aria-current": opened && (opened.ID === key || "sent-" + opened.number === key) ? "true" : null, onclick: open },
    h("span", {}, h("small", {}, t("to"), ": "), to || "—"), h("span", {}, stamp(at, now)), h("span", {}, from ? [h("small", {}, t("from"), ": "), from, h("br")] : null, subject), h("span", {}, attachments ? t("attachments", { n: attachments }) : ""));
}

async function openMail(id) {
  opened = await get("/api/v1/message/" + id);
  way = opened.HTML ? "html" : "text";
  await list();
  await show();
}

// openOf opens the mail that came of what was accepted at a time: the one that arrived next to it.
export const openOf = (at) => attempt(async () => {
  [folder, query] = ["", ""];
  fill(place, frame());
  const { messages } = await get("/api/v1/messages?limit=200");
  const away = (m) => Math.abs(new Date(m.Created) - new Date(at));
  const came = messages.reduce((best, m) => (!best || away(m) < away(best) ? m : best), null);
  if (!came) return list();
  await openMail(came.ID);
  point(document.querySelector("#mail-open .msg"), "start");
});

const addresses = (all) => (all || []).map((a) => (a.Name ? a.Name + " <" + a.Address + ">" : a.Address)).join(", ");

async function show() {
  const m = opened;
  const at = "/api/v1/message/" + m.ID;
  const ways = [["text", t("text")], ["html", "HTML"], ["headers", t("headers")], ["raw", t("raw")]].filter(([id]) => id !== "html" || m.HTML);
  const body = h("div", { class: "content", tabindex: "0", role: "region", "aria-label": t("body") });
  fill(document.getElementById("mail-open"), h("article", { class: "msg" },
    h("header", {}, h("h3", {}, m.Subject || "—"), h("dl", {}, [[t("from"), addresses(m.From ? [m.From] : [])], [t("to"), addresses(m.To)], ["Cc", addresses(m.Cc)], ["Bcc", addresses(m.Bcc)], [t("date"), day(m.Date) + " " + clock(m.Date)]]
      .filter(([, v]) => v).map(([k, v]) => [h("dt", {}, k), h("dd", {}, v)]))),
    h("div", { class: "seg", role: "group", "aria-label": t("body") }, ways.map(([id, name]) => h("button", { type: "button", class: "b", "data-key": "way-" + id, "aria-pressed": String(id === way), onclick: () => { way = id; attempt(show); } }, name)),
      h("button", { type: "button", class: "b", "data-key": "delete-one", onclick: () => attempt(async () => { await change("DELETE", "/api/v1/messages", { IDs: [m.ID] }); opened = null; await list(); }) }, t("delete"))),
    body, m.Attachments.map((a) => attachment(a, at))));
  if (way === "html") fill(body, h("iframe", { src: "/view/" + m.ID, title: t("html-of", { subject: m.Subject }), sandbox: "", referrerpolicy: "no-referrer" }));
  else if (way === "text") fill(body, h("pre", {}, m.Text || t("no-text")));
  else fill(body, h("pre", {}, way === "raw" ? String(await get(at + "/raw")) : Object.entries(await get(at + "/headers")).map(([k, v]) => v.map((one) => k + ": " + one).join("\n")).join("\n")));
}

function attachment(a, at) {
  const address = at + "/part/" + a.PartID;
  const kind = a.ContentType.split(";")[0].toLowerCase();
  const shown = h("div", { class: "content", hidden: true });
  const open = () => {
    shown.hidden = !shown.hidden;
    if (shown.hidden) return;
    if (kind === "application/pdf") fill(shown, h("iframe", { src: address, title: a.FileName }));
    else fill(shown, h("img", { src: address, alt: a.FileName }));
  };
  const seeable = kind === "application/pdf" || ["image/png", "image/jpeg", "image/gif"].includes(kind);
  return [h("div", { class: "att" }, h("span", {}, a.FileName || a.PartID, h("br"), h("small", { class: "note" }, kind + ", " + size(a.Size))),
    seeable ? h("button", { type: "button", class: "b", "data-key": "see-" + a.PartID, "aria-label": t("show") + ": " + a.FileName, onclick: open }, t("show")) : null,
    h("a", { class: "b", href: address, download: a.FileName || a.PartID }, t("download"))), shown];
}

function showSent() {
  const into = document.getElementById("mail-open");
  if (!opened || !folder.includes("@")) { fill(into); return; }
  const m = opened;
  fill(into, h("article", { class: "msg" }, h("header", {}, h("h3", {}, m.subject || "—"), h("dl", {}, [[t("from"), m.from], [t("to"), m.to.join(", ")], [t("date"), day(m.receivedAt) + " " + clock(m.receivedAt)]].map(([k, v]) => [h("dt", {}, k), h("dd", {}, v)]))),
    h("div", { class: "content" }, h("pre", {}, m.text || t("no-text"))), m.attachments.map((a) => h("div", { class: "att" }, a.name + ", " + a.type + ", " + size(a.size)))));
}
