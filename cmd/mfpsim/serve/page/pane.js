// In a frame of the bench's page: tells that page what is shown, and gives it the links that lead out of the frame.
"use strict";
(() => {
  const bench = document.currentScript.dataset.bench;
  if (window.parent === window) return;
  const tell = (what) => parent.postMessage({ mfpsim: "pane", ...what }, bench);
  const heading = document.querySelector("h1, h2");
  const alert = document.querySelector("main [role=alert], main [role=status], main .error, [role=alert]");
  // The frame is as high as its page, so that the page does not scroll inside what scrolls already.
  document.documentElement.style.overflowY = "hidden";
  document.body.style.minHeight = "0";
  const height = () => Math.ceil(document.documentElement.getBoundingClientRect().height) + innerHeight - document.documentElement.clientHeight;
  const shown = () => tell({ title: (heading && heading.textContent.trim()) || document.title, path: location.pathname, height: height() });
  // points asks for an element to be brought into sight, in a frame as high as the page is: one that was hidden is not yet.
  const points = (node) => tell({ height: height(), message: node.getBoundingClientRect().top + scrollY });
  shown();
  new ResizeObserver(() => tell({ height: height() })).observe(document.documentElement);
  addEventListener("load", () => {
    shown();
    if (alert && alert.textContent.trim()) points(alert);
  });
  document.addEventListener("selectionchange", () => { const marked = String(getSelection()).slice(0, 300); if (marked.trim()) tell({ marked }); });
  const same = (a, b) => a.trim().replace(/\s+/g, " ").toLocaleLowerCase() === b.trim().replace(/\s+/g, " ").toLocaleLowerCase();
  const seen = (n) => n.getClientRects().length > 0; // what is hidden, such as the button that Enter presses, is not meant
  const all = (selector) => [...document.querySelectorAll(selector)].filter(seen);
  const text = (n) => n.textContent || n.value || "";
  const named = (selector, labels) => all(selector).find((n) => labels.some((label) => same(text(n), label)));
  const controls = "main button, main a, main label, main legend, main input[type=submit], main dt";
  // says finds the smallest element that has all words, each in one of its languages; where they stand far apart, the one
  // that has the first of them.
  const says = (selector, words) => {
    const found = words.length ? all(selector).filter((n) => words.every((ways) => ways.some((way) => n.textContent.toLocaleLowerCase().includes(way.toLocaleLowerCase())))).at(-1) : null;
    return found && words.length > 1 && found.offsetHeight > 240 ? says(selector, words.slice(0, 1)) : found;
  };
  let ringed = null;
  const unmark = () => { if (ringed) ringed.style.outline = ""; };
  addEventListener("click", unmark);
  // deed is what the bench's page was asked to do for the reader, and does here. Nothing secret is kept with it.
  let deed = null;
  const did = () => { if (deed) { deed = null; tell({ did: true }); } };
  const cannot = () => { deed = null; tell({ did: false }); };
  const types = (field, value) => {
    const option = [...(field.options || [])].find((o) => same(text(o), value));
    if (field.type === "checkbox") field.checked = /^(on|yes|true)$/i.test(value) || value === true;
    else field.value = option ? option.value : value;
    for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
  };
  // fills sets what a label names, a box or a choice of several too; false: that is not to be had.
  const fills = (label, value) => {
    const field = label.control || label.parentElement.querySelector("select, input, textarea");
    if (!field || field.options && ![...field.options].some((o) => same(text(o), value))) return false;
    if (field.type !== "radio") { types(field, value); return true; }
    const choice = [...(label.closest("fieldset") || document).querySelectorAll("label")].find((l) => l.control && l.control.type === "radio" && same(text(l), value || text(label)));
    if (choice) choice.control.click();
    return Boolean(choice);
  };
  const rings = (node) => {
    if (!node) return;
    if (deed && deed.kind !== "look") {
      const as = deed.kind;
      if (as === "open") did();
      else if (as === "click" && node.matches("button, a, input[type=submit]")) { did(); node.click(); return; }
      else if (as === "tick" && (node.control || node).type === "checkbox") { types(node.control || node, true); did(); }
      else if (as === "set" && fills(node, deed.value)) did();
      else if (as === "type" && "value" in node) { types(node, deed.value); did(); }
      else cannot();
    } else did();
    const field = node.control || node;
    unmark();
    ringed = node.matches("label, legend") && node.closest(".row, fieldset") || node;
    Object.assign(ringed.style, { outline: "4px solid #FFB938", outlineOffset: "3px" });
    if (!quiet && !shows && field.matches("button, input, select, textarea, a[href]")) field.focus({ preventScroll: true });
    points(node);
  };
  let shows = false; // the reader has come by himself to what is shown
  let quiet = false; // the focus stays with who has asked for a deed
  const later = (aim) => sessionStorage.setItem("aim", JSON.stringify({ ...aim, until: aim.until || Date.now() + 600000 }));

  // field is what a label of Web Config names: a list, a box, a choice among several.
  const valueOf = (label) => {
    const field = label.control || label.parentElement.querySelector("select, input:checked");
    return field ? (field.selectedOptions ? [...field.selectedOptions].map(text).join() : field.type === "radio" ? text(field.closest("label")) : field.value) : "";
  };
  // missing is the first of what makes a control appear that is there and not done.
  const missing = (first) => {
    for (const { label, value } of first) {
      const node = named(value ? "main label, main legend" : controls, [label]);
      if (node && (!value || !same(valueOf(node), value))) return node;
    }
  };
  // makes does what makes a control appear, as far as it is on this page.
  const makes = (first) => {
    for (const { label, value } of first) {
      const node = value && named("main label, main legend", [label]);
      if (node && !same(valueOf(node), value)) fills(node, value);
    }
  };
  const own = (item) => item && item.querySelector(":scope > a, :scope > span");
  const among = (list, label) => [...(list ? list.querySelectorAll(":scope > li") : [])].find((item) => own(item) && same(text(own(item)), label));

  // inWebConfig leads to a page by the labels of the menu, tab first. Who has to log in first is led there, and then on.
  const inWebConfig = (aim) => {
    const logIn = document.querySelector('a[href^="/login"]');
    const asked = location.pathname === "/login" && document.querySelector("main input[type=password]");
    tell({ first: Boolean(logIn || asked) });
    if (asked && deed) { later({ ...aim, open: deed.kind === "log-in" ? null : aim.open, end: deed.kind === "log-in" }); tell({ asks: "password" }); return; }
    if (asked) { later(aim); rings(asked); return; }
    if (logIn) { later(aim); logIn.click(); return; }
    if (deed && deed.kind === "log-in") { did(); return; }
    const [tab, ...items] = aim.open;
    let [item, list] = [null, document.querySelector("nav.side > ul")];
    const current = document.querySelector("nav.tabs [aria-current]");
    const atTab = current && same(text(current), tab);
    for (const label of atTab ? items : []) { item = among(list, label); list = item && item.querySelector(":scope > ul"); }
    const link = own(item) || own(among(document.querySelector("nav.tabs > ul"), tab));
    const whole = items.length ? own(item) : atTab && link;
    const address = whole && new URL(whole.href, location).pathname;
    const inMenu = [...document.querySelectorAll("nav a")].some((a) => a.pathname === location.pathname);
    const folder = (of) => of.slice(0, of.lastIndexOf("/") + 1);
    const below = !inMenu && address && (location.pathname.startsWith(address + "/") || folder(location.pathname) === folder(address));
    if (address && (location.pathname === address || below)) {
      const acts = deed && ["click", "set"].includes(deed.kind);
      if (acts && !named(controls, [aim.control])) makes(aim.first);
      const node = aim.control ? named(controls, [aim.control]) || !acts && missing(aim.first) : says("main *", aim.sees);
      if (node) { rings(node); return; }
      const stays = location.pathname === address || !aim.acts;
      if (stays && !aim.acts && aim.sees.length && !aim.control && !aim.again) { later({ ...aim, again: true }); location.reload(); return; } // as it is now
      if (stays && acts) { cannot(); return; }
      if (stays && deed && deed.kind === "look" && aim.sees.length) later({ ...aim, until: Math.min(aim.until || Infinity, Date.now() + 10000) }); // the page may go on by itself to what shows it
      if (stays) { rings(document.querySelector("main h1")); return; }
    }
    if ((!link || aim.tries > 5) && deed) { cannot(); return; }
    if (!link || aim.tries > 5) { rings(document.querySelector("nav.side, nav.tabs")); return; }
    later(aim);
    link.click();
  };

  // onMicrosoft marks what a step is about. Where the page is another one it begins anew, as a new window does.
  const fields = { code: "input[name=otc]", account: "input[name=loginfmt], button[name=pick]", password: "input[name=passwd]" };
  const onMicrosoft = (aim) => {
    if (deed && deed.kind === "sign-in") { signsIn(aim); return; }
    const known = deed && deed.kind === "type" && (aim.asks === "password" ? deed.value === null && testPassword() : aim.asks === "account" && testAccount(deed.value));
    if (known) { did(); known.click(); return; }
    const form = aim.asks && all(fields[aim.asks])[0];
    const dead = aim.asks === "code" && document.querySelector("main .error");
    const node = !aim.acts ? says("main h1, main p, main li, main button, main label", aim.sees) || document.querySelector("main h1")
      : aim.asks && (!form || dead) ? null : aim.labels.length ? named("main button, main label", aim.labels) : form;
    tell({ first: !node && aim.asks !== "code" });
    if (node) { rings(node); return; }
    if (deed && deed.kind !== "look" && (aim.tries > 1 || !aim.begin || aim.asks !== "code")) { cannot(); return; }
    if (aim.tries > 1 || !aim.begin) { rings(all(fields.code)[0] || document.querySelector("main h1")); return; }
    later(aim);
    location.replace("/.mfpsim/fresh?to=" + encodeURIComponent(aim.begin));
  };
  const testPassword = () => all("button[name=testPassword]")[0];
  const testAccount = (user) => all("button[name=testAccount], button[name=pick]").find((b) => same(b.value, user));
  // signsIn goes all the way through the pages, from the code to the end, one page after the other.
  const signsIn = (aim) => {
    const page = (document.querySelector("main[data-page]") || { dataset: {} }).dataset.page;
    const [code, box, next] = [all(fields.code)[0], all("main input[type=checkbox]")[0], all("#idSIButton9")[0]];
    if (!aim.begun) { later({ ...aim, begun: true, tries: 0 }); location.replace("/.mfpsim/fresh?to=" + encodeURIComponent(aim.begin)); return; }
    if (page === "done") { did(); return; }
    if (page === "permissions" && deed.consent === "cancel") { const button = all("main button").find((b) => b !== next); if (button) { did(); button.click(); return; } }
    if (code && !document.querySelector("main .error")) types(code, deed.code);
    else if (page === "permissions" && deed.consent === "organization" && box) types(box, true);
    const press = code ? next : testAccount(deed.user) || testPassword() || next;
    if (!press || code && document.querySelector("main .error") || page === "permissions" && !deed.consent) { cannot(); return; }
    later(aim);
    press.click();
  };
  const goes = (aim) => {
    deed = aim.deed || null;
    quiet = Boolean(deed);
    shows = Boolean(aim.shown);
    if (aim.end) did();
    else if (aim.shown) rings(aim.control ? named(controls, [aim.control]) : says("main *", aim.sees)); // nothing else is opened for it
    else if (Array.isArray(aim.open)) inWebConfig(aim);
    else onMicrosoft(aim);
  };
  const waits = sessionStorage.getItem("aim");
  sessionStorage.removeItem("aim");
  if (waits) {
    const aim = JSON.parse(waits);
    if (aim.until > Date.now() && (aim.tries = (aim.tries || 0) + 1) < (aim.begun ? 14 : 8)) addEventListener("load", () => goes(aim));
  }
  addEventListener("message", (e) => {
    if (e.source !== parent || e.origin !== new URL(bench).origin || !e.data || e.data.mfpsim !== "bench") return;
    if (e.data.aim) { sessionStorage.removeItem("aim"); goes(e.data.aim); }
    // The password comes when it is asked for, into the field and nowhere else.
    const field = typeof e.data.password === "string" && location.pathname === "/login" && document.querySelector("main input[type=password]");
    if (field) { types(field, e.data.password); field.form.requestSubmit(field.form.querySelector("button:not([hidden])")); }
  });
  addEventListener("click", (e) => {
    const link = e.target.closest && e.target.closest("a[href]");
    if (!link || link.origin === location.origin || !/^https?:$/.test(link.protocol)) return;
    e.preventDefault();
    tell({ open: link.href });
  });
})();
