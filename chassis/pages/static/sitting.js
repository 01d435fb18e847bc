// What a script adds to the page from which a meeting is held: who attends and who left is typed while the line is
// down, one after another, and goes in that order when the line is back.
import { Kept, RETRY, clock, fill, parsed, posted } from "./kept.js";

const room = document.querySelector("[data-sitting]");
const kept = new Kept(room.dataset.keptAs, room.dataset.key);
const forms = () => [...room.querySelectorAll("form[data-typed]")];
const named = (name) => room.querySelector(`form[data-typed="${name}"]`);
const fields = (form) => [...new FormData(form)];
/** Whether somebody typed or chose something in it. */
const holds = (form) => form !== null && fields(form).some(([name, value]) => name !== "form" && value);
let waits = [], aside = {}, sending = false, since = null, again = 0;

const tell = (what) => {
  const says = room.dataset[what].replace("%(time)s", what === "saved" ? clock() : since);
  for (const state of room.querySelectorAll("[data-state]")) {
    state.textContent = what === "saved" || !waits.length ? says : `${says} ${room.dataset.waits.replace("%(n)s", waits.length)}`;
  }
};

/** What is typed in each form, what was set aside for it, and what waits to be sent. */
const keep = () => {
  const typed = Object.fromEntries(forms().filter(holds).map((form) => [form.dataset.typed, fields(form)]));
  const any = waits.length || Object.keys(typed).length || Object.keys(aside).length;
  return any ? kept.put({ waits, typed, aside }) : kept.forget();
};

/** The page as the server has it now, with what is typed. ``refused``: the form that it gives back. */
function instead(came, refused = null) {
  const typed = forms().filter(holds).map((form) => [form.dataset.typed, fields(form)]);
  room.replaceChildren(...came.childNodes);
  for (const [name, said] of typed) {
    if (name === refused) aside[name] = said;
    else if (named(name)) fill(named(name), said);
  }
  for (const [name, said] of Object.entries(aside)) {
    if (name === refused || !named(name) || holds(named(name))) continue;
    fill(named(name), said);
    delete aside[name];
  }
}

/** Sends the first that waits, and then the next. What the server refuses comes back into its form. */
async function send() {
  if (sending || !waits.length) return;
  sending = true;
  const answer = await posted(room.dataset.address, waits[0]);
  sending = false;
  if (answer === null) {
    since ??= clock();
    tell(kept.keeps ? "down" : "unkept");
    clearTimeout(again);
    again = setTimeout(send, RETRY);
    return;
  }
  if (answer.status === 401) return tell("out");
  const came = (await parsed(answer)).querySelector("[data-sitting]");
  if (came === null) return tell("gone");
  const [said] = waits.splice(0, 1);
  if (answer.ok && waits.length) { await keep(); return send(); }
  const [, of] = said.find(([name]) => name === "form");
  instead(came, answer.ok ? null : of);
  since = null;
  await keep();
  if (answer.ok) {
    if (document.activeElement === document.body) named(of)?.querySelector("select").focus();
    return tell("saved");
  }
  room.querySelector(".govuk-error-summary")?.scrollIntoView();
  room.querySelector(".govuk-error-summary")?.focus();
  if (waits.length) send();
}

room.addEventListener("input", keep);
room.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.typed) return;
  event.preventDefault();
  if (waits.length && !holds(form)) return; // pressed twice
  const once = globalThis.crypto?.randomUUID?.(); // under one name, however often it is sent
  waits.push([...fields(form), ["act", event.submitter.value], ...(once ? [["once", once]] : [])]);
  for (const field of form.elements) {
    if (["checkbox", "radio"].includes(field.type)) field.checked = false;
    else if (!["hidden", "submit"].includes(field.type)) field.value = "";
  }
  keep();
  send();
});
addEventListener("online", send);
addEventListener("beforeunload", (event) => { if (waits.length && !kept.keeps) event.preventDefault(); });

const before = await kept.get();
if (before !== null) {
  waits = [...before.waits, ...waits];
  aside = before.aside;
  for (const [name, said] of Object.entries(before.typed)) if (named(name)) fill(named(name), said);
  if (waits.length) send();
}
