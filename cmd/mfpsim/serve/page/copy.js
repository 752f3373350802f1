// What a reader copies: a code or a password, with its button.

import { attempt } from "./api.js";
import { h } from "./dom.js";
import { t } from "./texts.js";

// word is a text of the page that another language is put into where it stands: what is beside a frame is not drawn anew.
export const word = (tag, key, attributes) => h(tag, { "data-t": key, ...attributes }, t(key));
export const secret = (key, text) => h("span", {}, word("span", key), " ", h("b", { class: "mono" }, text), " ", copyButton(key, text));

// copyButton says that it has copied without another width: both words have its place.
const copyButton = (key, text) => h("button", { type: "button", class: "lk copy", onclick: (e) => attempt(async () => {
  const button = e.currentTarget;
  await navigator.clipboard.writeText(text);
  button.classList.add("done");
  document.getElementById("announce").textContent = t("copied") + ": " + t(key).replace(/:$/, "");
}) }, word("span", "copy", { class: "first" }), word("span", "copied", { class: "then" }), word("span", key, { class: "say" }));
