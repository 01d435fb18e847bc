// What a script adds to the page of one case at a meeting: timers, that nothing typed is lost while the line is
// down, and that the next case is there meanwhile.
import { Kept, RETRY, clock, fill, parsed, posted } from "./kept.js";

const AHEAD = 180_000;

/** The case that is on the page: it is another than in the address for a moment, when somebody steps back. */
let shown = location.pathname;

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

/** One case: it is sent until the server has it, also when the next one is on the page by then. */
async function hear(page) {
  const form = () => page.querySelector("form[data-kept-as]");
  const action = () => page.querySelector("form.gt-action-form");
  const fields = () => [...new FormData(form())].filter(([name]) => name !== "then");
  const kept = new Kept(form().dataset.keptAs, form().dataset.key);
  const keptAction = new Kept(`${form().dataset.keptAs}.action`, form().dataset.key);
  const letters = page.querySelector(".gt-letters").textContent;
  let changed = 0, sending = false, waits = null, since = null, again = 0, ahead = null, left = null;

  const tell = (what, time = "", place = "[data-state]") => {
    const says = form().dataset[what].replace("%(time)s", time);
    if (left) left.textContent = `${letters}: ${says}`;
    else page.querySelector(place).textContent = says;
  };

  /** The page of the next case, held ready in memory alone. */
  async function fetchAhead() {
    const next = document.querySelector(".gt-way__next");
    if (left || !next) return;
    const asked = { headers: { Accept: "text/html" }, cache: "no-store" };
    try {
      const answer = await fetch(`${next.href}?ahead=true`, asked);
      if (answer.ok) ahead = { address: next.pathname, html: await answer.text(), came: Date.now() };
    } catch { /* the line is down: what came before is what there is */ }
    setTimeout(fetchAhead, AHEAD);
  }

  /** The next case instead of this one, while the line is down. */
  function goAhead() {
    const came = new DOMParser().parseFromString(ahead.html, "text/html");
    const next = came.querySelector("[data-hear]");
    left = document.createElement("p");
    left.className = "gt-kept";
    document.querySelector("[data-state-others]").append(left);
    for (const timer of next.querySelectorAll(".gt-timer")) timer.dataset.came = ahead.came;
    history.pushState(null, "", ahead.address);
    shown = location.pathname;
    document.title = came.title;
    document.querySelector(".gt-way").replaceWith(came.querySelector(".gt-way"));
    page.replaceWith(next);
    next.querySelector("h1").tabIndex = -1;
    next.querySelector("h1").focus();
    times();
    hear(next);
  }

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
      if (!left && then && then === ahead?.address) goAhead();
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
    if (left) return tell("open");
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
      if (then && !left) { location.href = then; return; }
      tell("saved", clock());
      return;
    }
    if (left) return tell("open");
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
  document.querySelector(".gt-way__next")?.addEventListener("click", (event) => {
    if (ahead === null || (navigator.onLine && since === null)) return;
    event.preventDefault();
    goAhead();
    if (changed && waits === null) tell("open");
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
  fetchAhead();
}

/** A step back or on leads to another case. The skip link is such a step too, and stays on this one. */
addEventListener("popstate", () => location.pathname !== shown && location.reload());
await hear(document.querySelector("[data-hear]"));
