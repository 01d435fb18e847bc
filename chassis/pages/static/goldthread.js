// What a script adds to pages that work without one: the menu of a phone, news of an open page,
// and the list of alerts that moves by itself.
import { initAll } from "./govuk-frontend.min.js";

initAll();

const clock = () =>
  new Date().toLocaleTimeString(document.documentElement.lang, { hour: "numeric", minute: "2-digit", hour12: true });

/** Listens to a page's news. `heard` is given each, `lost` the time since when there are none. */
function listen(address, heard, lost) {
  const source = new EventSource(address);
  let since = null;
  source.addEventListener("open", () => { since = null; lost(null); });
  source.addEventListener("news", (event) => heard(event.data));
  source.addEventListener("error", () => {
    since ??= clock();
    if (source.readyState === EventSource.CLOSED) lost(since);
    else setTimeout(() => since && lost(since), 5000);
  });
  return source;
}

/** News waits behind a link: nothing moves under a reader. */
for (const place of document.querySelectorAll("[data-live]")) {
  const news = document.createElement("p");
  const gone = document.createElement("p");
  news.className = "gt-live__news";
  gone.className = "gt-live__lost";
  place.append(news, gone);
  listen(
    place.dataset.live,
    (text) => {
      const link = document.createElement("a");
      link.className = "govuk-link";
      link.href = location.pathname + location.search;
      link.textContent = text;
      link.addEventListener("click", (event) => { event.preventDefault(); location.reload(); });
      news.replaceChildren(link);
    },
    (since) => { gone.textContent = since ? place.dataset.lost.replace("%(time)s", since) : ""; },
  );
}

/** Three short tones: browsers allow them once somebody has tapped. */
function sound() {
  const audio = new AudioContext();
  for (const start of [0, 0.3, 0.6]) {
    const tone = audio.createOscillator();
    tone.frequency.value = 880;
    tone.connect(audio.destination);
    tone.start(audio.currentTime + start);
    tone.stop(audio.currentTime + start + 0.18);
  }
  navigator.vibrate?.([200, 100, 200, 100, 200]);
}

/** The list of alerts: replaced whenever it changes, unless it is paused or somebody types in it. */
for (const list of document.querySelectorAll("[data-live-list]")) {
  const bar = document.getElementById(list.dataset.liveBar);
  const [pause, loud, says] = bar.querySelectorAll("button, [data-says]");
  const known = () => new Set([...list.querySelectorAll("[data-waiting]")].map((each) => each.id));
  let paused = false, audible = false, late = false, pressed = false;

  // Nothing moves under a finger, nor while somebody says why they cannot take an alert.
  const busy = () => paused || pressed || list.querySelector("details[open] form") !== null;
  const says_now = (of) => [...of.querySelectorAll(".gt-call, h1")].map((each) => each.textContent).join();
  async function renew() {
    late = busy();
    if (late) return;
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (!answer.ok || answer.redirected) return location.reload();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const before = known(), focused = document.activeElement?.id;
    if (busy()) { late = true; return; }
    const coming = page.getElementById(list.id);
    list.querySelector(".gt-fresh").textContent = coming.querySelector(".gt-fresh").textContent;
    if (says_now(coming) === says_now(list)) return;
    list.replaceChildren(...coming.childNodes);
    document.title = page.title;
    if (focused) document.getElementById(focused)?.focus();
    if (audible && [...known()].some((id) => !before.has(id))) sound();
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
  loud.addEventListener("click", () => {
    audible = !audible;
    loud.textContent = audible ? loud.dataset.on : loud.dataset.off;
    if (audible) sound();
  });
  list.addEventListener("toggle", () => { if (late) renew(); }, true);
  // How long ago an alert was raised is told anew each minute while one waits.
  setInterval(() => { if (known().size > 0) renew(); }, 60_000);
  listen(list.dataset.liveList, renew, (since) => {
    says.textContent = since ? says.dataset.lost.replace("%(time)s", since) : paused ? says.dataset.paused : "";
  });
}
