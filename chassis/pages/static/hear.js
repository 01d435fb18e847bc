// What a script adds to the page of one case at a meeting: timers, and that nothing typed is lost while the
// line is down. What is typed lies in this browser, sealed with a key that comes with the page and is kept
// nowhere, until the server has it.
const RETRY = 5000;
const KEPT_DAYS = 14;
const PREFIX = "goldthread.typed.";

const clock = () =>
  new Date().toLocaleTimeString(document.documentElement.lang, { hour: "numeric", minute: "2-digit", hour12: true });

/** Since when is the server's to say, and what time it was there when the page was made. */
function times() {
  for (const { dataset, classList } of document.querySelectorAll(".gt-timer")) {
    dataset.came ??= Date.now();
    const passed = Date.parse(dataset.now) - Date.parse(dataset.since) + Date.now() - Number(dataset.came);
    const minutes = Math.max(0, Math.floor(passed / 60_000));
    dataset.minutes = dataset.says.replace("%(n)s", minutes);
    classList.toggle("gt-timer--over", minutes >= Number(dataset.long ?? Infinity));
  }
}
times();
setInterval(times, 10_000);

const bytes = (text) => Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
const text = (all) => btoa(String.fromCharCode(...new Uint8Array(all)));

/** What is typed, sealed in this browser. Without WebCrypto or storage nothing is kept, and `keeps` is false. */
class Kept {
  constructor(name, secret) {
    this.name = PREFIX + name;
    this.keeps = Boolean(globalThis.crypto?.subtle);
    this.key = this.keeps && crypto.subtle
      .digest("SHA-256", new TextEncoder().encode(secret))
      .then((raw) => crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]));
    this.turn = Promise.resolve();
  }
  /** One after the other, so that the last that was typed is the last that is kept. */
  then(work) {
    this.turn = this.turn.then(work).catch(() => { this.keeps = false; });
    return this.turn;
  }
  put(fields) {
    if (!this.keeps) return this.turn;
    return this.then(async () => {
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const said = new TextEncoder().encode(JSON.stringify(fields));
      const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await this.key, said);
      localStorage.setItem(this.name, `${Date.now()}.${text(iv)}.${text(sealed)}`);
    });
  }
  async get() {
    try {
      const [iv, sealed] = localStorage.getItem(this.name).split(".").slice(1).map(bytes);
      const opened = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, await this.key, sealed);
      return JSON.parse(new TextDecoder().decode(opened));
    } catch { return null; }
  }
  forget() {
    return this.then(() => localStorage.removeItem(this.name));
  }
}

/** Whatever anybody left here so long ago is of no use to them any more. */
function tidy() {
  for (const name of Object.keys(localStorage)) {
    const days = (Date.now() - Number(localStorage.getItem(name).split(".")[0])) / 86_400_000;
    if (name.startsWith(PREFIX) && !(days < KEPT_DAYS)) localStorage.removeItem(name);
  }
}
try { tidy(); } catch { /* nothing can be kept here, then */ }

const page = document.querySelector("[data-hear]");
const form = () => page.querySelector("form[data-kept-as]");
const action = () => page.querySelector("form.gt-action-form");
const fields = () => [...new FormData(form())].filter(([name]) => name !== "then");
const kept = new Kept(form().dataset.keptAs, form().dataset.key);
const keptAction = new Kept(`${form().dataset.keptAs}.action`, form().dataset.key);
let changed = 0, sending = false, waits = null, since = null, again = 0;

const tell = (what, time = "", place = "[data-state]") => {
  page.querySelector(place).textContent = form().dataset[what].replace("%(time)s", time);
};

function fill(of, said) {
  for (const field of of.elements) {
    const values = said.filter(([name]) => name === field.name).map(([, value]) => value);
    if (["checkbox", "radio"].includes(field.type)) field.checked = values.includes(field.value);
    else if (field.name && field.type !== "submit" && values.length) field.value = values[0];
  }
}

/** The answer to what a form says; null while the line is down or the server is not ready. */
async function posted(address, said) {
  try {
    const answer = await fetch(address, {
      method: "POST", body: new URLSearchParams(said), headers: { Accept: "text/html" }, cache: "no-store",
      signal: AbortSignal.timeout(20_000),
    });
    return answer.status < 500 ? answer : null;
  } catch { return null; }
}

const parsed = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");

/** Sends what is typed; what cannot be sent waits, and goes when the line is back. */
async function send(then) {
  waits = then;
  if (sending) return;
  sending = true;
  if (since === null) tell("saving");
  const at = changed;
  const answer = await posted(form().action, [...fields(), ["then", ""]]);
  sending = false;
  if (answer === null) {
    since ??= clock();
    tell(kept.keeps ? "down" : "unkept", since);
    clearTimeout(again);
    again = setTimeout(() => waits !== null && send(waits), RETRY);
    return;
  }
  if (answer.status === 401) return tell("out");
  if (![200, 412, 422].includes(answer.status)) return tell("gone");
  waits = since = null;
  await show(answer, at, then);
}

/** A part of the page as the server has it now; what is typed of an action stays in its form, under its name. */
function instead(part, came) {
  const typed = [...new FormData(action())];
  part.replaceChildren(...came.childNodes);
  fill(action(), typed);
}

/** An action that is agreed: under one name, however often it is sent. It is kept until the server has it; what
 * is wrong with it the server tells in its form. Nothing else of the page is moved: what is typed beside it may be
 * kept nowhere. */
async function agree() {
  const answer = await posted(action().action, [...new FormData(action())]);
  if (answer === null) {
    tell(keptAction.keeps ? "down" : "unkept", clock(), "[data-state-action]");
    setTimeout(agree, RETRY);
    return;
  }
  if (answer.status === 401) return tell("out", "", "[data-state-action]");
  const answered = await parsed(answer);
  const came = answered.querySelector("form.gt-action-form");
  if (answer.ok) {
    await keptAction.forget();
    page.querySelector("[data-actions]").replaceChildren(...answered.querySelector("[data-actions]").childNodes);
    action().replaceChildren(...came.childNodes);
    return tell("saved", clock(), "[data-state-action]");
  }
  if (came === null) return tell("gone", "", "[data-state-action]");
  page.querySelector("[data-state-action]").textContent = "";
  instead(action(), came);
  action().querySelector(".govuk-form-group--error :is(input, select, textarea)")?.focus();
}

/** What the server says: it has it, or somebody else wrote meanwhile and both texts are to be read. */
async function show(answer, at, then) {
  const came = (await parsed(answer)).querySelector("[data-hear]");
  if (answer.ok) {
    form().elements.upon.value = came.querySelector("[name=upon]").value;
    if (changed !== at) { await kept.put(fields()); return send(then); }
    await kept.forget();
    if (then) { location.href = then; return; }
    tell("saved", clock());
    return;
  }
  instead(page, came);
  times();
  await kept.put(fields());
  page.querySelector(".govuk-error-summary")?.scrollIntoView();
  page.querySelector(".govuk-error-summary")?.focus();
}

page.addEventListener("input", (event) => {
  if (event.target.form === action()) keptAction.put([...new FormData(action())]);
  if (event.target.form !== form()) return;
  changed += 1;
  kept.put(fields());
});
page.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.target === action()) return agree();
  const pressed = event.submitter?.value;
  const here = location.pathname;
  kept.put(fields());
  send(!pressed ? "" : pressed === "sitting" ? here.replace(/hear\/.*$/, "sitting") : here.replace(/[^/]*$/, pressed));
});
addEventListener("online", () => waits !== null && send(waits));
addEventListener("beforeunload", (event) => { if (waits !== null && !kept.keeps) event.preventDefault(); });

const [before, agreed] = [await kept.get(), await keptAction.get()];
if (before !== null) {
  fill(form(), before);
  changed += 1;
  tell("back");
}
if (agreed !== null) {
  fill(action(), agreed);
  tell("back", "", "[data-state-action]");
}
