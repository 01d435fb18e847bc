// The script of a copy that is taken along: a file by itself, which loads nothing and keeps nothing. What is
// sealed in it opens by a code, between the minute in which it was made and the end of its day.
const MINUTE = 60_000;
const root = document.querySelector("[data-copy]");
const form = root.querySelector("form");
const state = root.querySelector("[data-state]");
const sealed = document.querySelector("#sealed").textContent.trim();
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));
let latest = 0;

/** Why it stays closed: the day is over, or the clock was put back; null while it may be read. */
function closed({ made, until }) {
  const now = Date.now();
  if (now < Number(made) - 5 * MINUTE || now < latest - MINUTE) return "clock";
  latest = Math.max(latest, now);
  return now >= Number(until) ? "over" : null;
}

function end(why) {
  document.querySelector("#sealed")?.remove();
  document.querySelectorAll(".gt-sheet").forEach((sheet) => sheet.remove());
  form.remove();
  root.hidden = false;
  state.textContent = root.dataset[why];
}

/** Looks at the clock often enough that nothing stays in sight after its day. */
function watch(times) {
  const look = () => {
    const why = closed(times);
    if (why === null) return;
    clearInterval(timer);
    end(why);
  };
  const timer = setInterval(look, 5000);
  document.addEventListener("visibilitychange", look);
  addEventListener("pageshow", look);
  look();
}

async function opened(code) {
  const typed = code.toUpperCase().replace(/[^A-Z0-9]/g, "").replaceAll("0", "O").replaceAll("1", "I").replaceAll("8", "B");
  const raw = await crypto.subtle.importKey("raw", new TextEncoder().encode(typed), "PBKDF2", false, ["deriveKey"]);
  const key = await crypto.subtle.deriveKey(
    { name: "PBKDF2", hash: "SHA-256", salt: bytes(root.dataset.salt), iterations: Number(root.dataset.rounds) },
    raw, { name: "AES-GCM", length: 256 }, false, ["decrypt"],
  );
  const [head, , iv, said, tag] = sealed.split(".");
  const whole = new Uint8Array([...bytes(said), ...bytes(tag)]);
  const additionalData = new TextEncoder().encode(head);
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes(iv), additionalData }, key, whole);
  return JSON.parse(new TextDecoder().decode(plain));
}

function show(copy) {
  const came = new DOMParser().parseFromString(copy.html, "text/html");
  came.querySelectorAll("a:not([href^='#'])").forEach((link) => link.removeAttribute("href"));
  root.hidden = true;
  root.after(...came.body.children);
  watch(copy);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const code = form.querySelector("#code").value;
  try {
    const copy = await opened(code);
    form.querySelector("#code").value = "";
    state.textContent = "";
    if (root.isConnected && form.isConnected) show(copy);
  } catch { state.textContent = root.dataset.wrong; }
});

if (globalThis.crypto?.subtle) watch(root.dataset);
else end("none");
