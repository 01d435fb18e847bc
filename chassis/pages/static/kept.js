// What is typed while the line is down lies in this browser, sealed with a key that comes with the page and is
// kept nowhere, until the server has it.
export const RETRY = 5000;
const KEPT_DAYS = 14;
const PREFIX = "goldthread.typed.";

export const clock = () =>
  new Date().toLocaleTimeString(document.documentElement.lang, { hour: "numeric", minute: "2-digit", hour12: true });

const bytes = (text) => Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
const text = (all) => btoa(String.fromCharCode(...new Uint8Array(all)));

/** What is typed, sealed in this browser. Without WebCrypto or storage nothing is kept, and `keeps` is false. */
export class Kept {
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

export function fill(of, said) {
  for (const field of of.elements) {
    const values = said.filter(([name]) => name === field.name).map(([, value]) => value);
    if (["checkbox", "radio"].includes(field.type)) field.checked = values.includes(field.value);
    else if (field.name && field.type !== "submit" && values.length) field.value = values[0];
  }
}

/** The answer to what a form says; null while the line is down or the server is not ready. */
export async function posted(address, said) {
  try {
    const answer = await fetch(address, {
      method: "POST", body: new URLSearchParams(said), headers: { Accept: "text/html" }, cache: "no-store",
      signal: AbortSignal.timeout(20_000),
    });
    return answer.status < 500 ? answer : null;
  } catch { return null; }
}

export const parsed = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");
