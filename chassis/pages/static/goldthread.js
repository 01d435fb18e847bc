// What a script adds to pages that work without one: the menu of a phone, news of an open page,
// and the list of alerts that moves by itself.
import { initAll } from "./govuk-frontend.min.js";

initAll();

const clock = () =>
  new Date().toLocaleTimeString(document.documentElement.lang, { hour: "numeric", minute: "2-digit", hour12: true });

/** For how long a line may say nothing: longer than two of its signs of life (chassis/pages/live.py). */
const SILENCE = 40_000;

/** Listens to a page's news. `heard` is given each, `lost` the time since when there are none; `over` the last,
 * after which nobody listens any more. A line that died in silence, or was refused, is tried again. */
function listen(address, heard, lost, over) {
  let source = null, since = null, last = Date.now();
  const is_lost = () => { since ??= clock(); lost(since); };
  const lives = () => {
    last = Date.now();
    if (since) { since = null; lost(null); }
  };
  function start() {
    source = new EventSource(address);
    source.addEventListener("open", lives);
    source.addEventListener("still", lives);
    source.addEventListener("news", (event) => { lives(); heard(event.data); });
    source.addEventListener("over", (event) => {
      lives();
      source.close();
      clearInterval(watch);
      over?.(event.data);
    });
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) return is_lost();
      since ??= clock();
      setTimeout(() => since && lost(since), 5000);
    });
  }
  const watch = setInterval(() => {
    if (Date.now() - last < SILENCE) return;
    is_lost();
    last = Date.now();
    source.close();
    start();
  }, 5000);
  start();
}

/** News waits behind a link: nothing moves under a reader. */
for (const place of document.querySelectorAll("[data-live]")) {
  const news = document.createElement("p");
  const gone = document.createElement("p");
  const { live, show, lost } = place.dataset;
  news.className = "gt-live__news";
  gone.className = "gt-live__lost";
  place.append(news, gone);
  function tell(text) {
    const link = document.createElement("a");
    link.className = "govuk-link";
    link.href = location.pathname + location.search;
    link.textContent = show ?? text;
    link.addEventListener("click", (event) => { event.preventDefault(); location.reload(); });
    news.replaceChildren(...(show ? [`${text} `, link] : [link]));
  }
  listen(live, tell, (since) => { gone.textContent = since ? lost.replace("%(time)s", since) : ""; }, tell);
}

/** Three short tones, which a browser plays once somebody has tapped the page, and not before. What was chosen
 * is kept for the next time; whether it can be heard now is said on the button. */
function sound(button) {
  const kept = "goldthread.sound";
  let audio = null;
  let wanted = false;
  try { wanted = localStorage.getItem(kept) === "on"; } catch { /* it is chosen anew each time */ }
  const runs = () => audio?.state === "running";

  function tell() {
    const { off, on, blocked } = button.dataset;
    button.textContent = !wanted ? off : runs() ? on : blocked;
    button.classList.toggle("gt-button-link--loud", wanted && !runs());
  }
  async function start() {
    if (!wanted || runs()) return;
    if (audio === null) {
      audio = new AudioContext();
      audio.addEventListener("statechange", tell);
    }
    await audio.resume();
    tell();
  }
  function play() {
    if (!wanted || !runs()) return;
    for (const after of [0, 0.3, 0.6]) {
      const tone = audio.createOscillator();
      tone.frequency.value = 880;
      tone.connect(audio.destination);
      tone.start(audio.currentTime + after);
      tone.stop(audio.currentTime + after + 0.18);
    }
    navigator.vibrate?.([200, 100, 200, 100, 200]);
  }
  button.addEventListener("click", async () => {
    wanted = !(wanted && runs());
    try { localStorage.setItem(kept, wanted ? "on" : "off"); } catch { /* as above */ }
    tell();
    if (wanted) await start();
    play();
  });
  for (const touch of ["pointerdown", "keydown"]) {
    addEventListener(touch, (event) => { if (event.target !== button) start(); });
  }
  tell();
  start();
  return play;
}

/** The list of alerts: replaced whenever it changes, unless it is paused or somebody types in it. */
for (const list of document.querySelectorAll("[data-live-list]")) {
  const bar = document.getElementById(list.dataset.liveBar);
  const gone = document.getElementById(list.dataset.liveLost);
  const [pause, loud, says] = bar.querySelectorAll("button, [data-says]");
  const known = () => new Set([...list.querySelectorAll("[data-waiting]")].map((each) => each.id));
  const play = sound(loud);
  let paused = false, late = false, pressed = false;
  let unheard = null, unread = null, title = document.title;

  /** That news does not come, or could not be asked for: loud, above all else, and in the title. */
  function lost() {
    const since = unheard ?? unread;
    const text = since ? gone.dataset.says.replace("%(time)s", since) : "";
    if (text && !gone.textContent) play();
    if (gone.textContent !== text) gone.textContent = text;
    document.title = since ? gone.dataset.title.replace("%(title)s", title) : title;
  }

  // Nothing moves under a finger, nor while somebody says why they cannot take an alert.
  const busy = () => paused || pressed || list.querySelector("details[open] form") !== null;
  const says_now = (of) => [...of.querySelectorAll(".gt-call, h1")].map((each) => each.textContent).join();
  async function asked() {
    try {
      const answer = await fetch(location.href, {
        headers: { Accept: "text/html" }, cache: "no-store", signal: AbortSignal.timeout(20_000),
      });
      if (answer.ok && !answer.redirected) return await answer.text();
      if (answer.status < 500) location.reload(); // whoever is here may not be so any more
    } catch { /* the line is down */ }
    return null;
  }
  async function renew() {
    late = busy();
    if (late) return;
    const text = await asked();
    unread = text === null ? unread ?? clock() : null;
    if (text === null) return lost();
    const page = new DOMParser().parseFromString(text, "text/html");
    if (busy()) { late = true; return lost(); }
    show(page);
    title = page.title;
    lost();
  }
  function show(page) {
    const before = known(), focused = document.activeElement?.id;
    const coming = page.getElementById(list.id);
    const [now, then] = [document, page].map((each) => each.getElementById("loudest"));
    if (now.textContent.trim() !== then.textContent.trim()) now.replaceChildren(...then.childNodes);
    const lines = coming.querySelectorAll(".gt-fresh");
    list.querySelectorAll(".gt-fresh").forEach((line, n) => line.replaceWith(lines[n].cloneNode(true)));
    if (says_now(coming) === says_now(list)) return;
    list.replaceChildren(...coming.childNodes);
    if (focused) document.getElementById(focused)?.focus();
    if ([...known()].some((id) => !before.has(id))) play();
  }

  bar.hidden = false;
  list.addEventListener("pointerdown", () => { pressed = true; });
  for (const end of ["pointerup", "pointercancel"]) {
    addEventListener(end, () => setTimeout(() => { pressed = false; if (late) renew(); }, 300));
  }
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.textContent = paused ? pause.dataset.goOn : pause.dataset.pause;
    says.textContent = paused ? says.dataset.paused : "";
    if (!paused) renew();
  });
  list.addEventListener("toggle", () => { if (late) renew(); }, true);
  // Each minute it is told anew how long ago an alert was raised and whether alerts get out; and a line that
  // died in silence is found out.
  setInterval(renew, 60_000);
  listen(list.dataset.liveList, renew, (since) => { unheard = since; lost(); });
}
