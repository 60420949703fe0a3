// Toasts: what happened, ten seconds, held while the pointer or the focus is on them.

const LIFE = 10_000;

/** Says a sentence; `alert` interrupts a screen reader. */
export function say(text, { alert = false } = {}) {
  if (!text) return;
  const place = document.querySelector("[data-toasts]") ?? document.body;
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.setAttribute("role", alert ? "alert" : "status");
  toast.textContent = text;
  toast.dataset.mine = "";
  place.append(toast);
  live(toast);
}

function live(toast) {
  let left = LIFE, timer = 0, since = 0;
  const go = () => { since = performance.now(); timer = setTimeout(() => toast.remove(), left); };
  const hold = () => { clearTimeout(timer); left -= performance.now() - since; };
  for (const [on, off] of [["pointerenter", "pointerleave"], ["focusin", "focusout"]]) {
    toast.addEventListener(on, hold);
    toast.addEventListener(off, go);
  }
  toast.dataset.lives = "";
  go();
}

/** Gives every toast that the server rendered its ten seconds. */
export function start() {
  const all = () => document.querySelectorAll(".toast:not([data-lives])").forEach(live);
  document.addEventListener("parvis:shown", all);
  all();
}
