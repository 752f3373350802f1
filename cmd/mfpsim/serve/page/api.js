// Requests of the control API. Those that change something go one after the other, so that the bench can be saved.

import { h, fill } from "./dom.js";
import { t } from "./texts.js";

let queue = Promise.resolve();

async function ask(method, path, body, signal) {
  const answer = await fetch(path, {
    method, signal, headers: body === undefined ? {} : { "Content-Type": "application/json" }, body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  let value = text;
  try { value = JSON.parse(text); } catch { /* it is no JSON */ }
  if (!answer.ok) throw new Error((value && value.error) || answer.status + " " + answer.statusText);
  return value;
}

export const get = (path, signal) => ask("GET", path, undefined, signal);

export function change(method, path, body) {
  const asked = queue.then(() => ask(method, path, body));
  queue = asked.catch(() => {});
  return asked;
}

export const post = (path, body) => change("POST", path, body || {});

// attempt does something and tells what went wrong.
export async function attempt(f) {
  try {
    const value = await f();
    fill(document.getElementById("alerts"));
    return value;
  } catch (problem) {
    alertOf(problem.message);
    return undefined;
  }
}

export function alertOf(message) {
  fill(document.getElementById("alerts"), h("div", { class: "alert" }, h("span", { lang: "en" }, message),
    h("button", { type: "button", class: "b", onclick: () => fill(document.getElementById("alerts")) }, t("close"))));
}
