// Writing: the counter, the draft that the server keeps, who else is here, the countdown of what is held.

import { count, fits } from "./count.js";

const EVERY = 15_000;
let saving = 0, presenceOf = null, wrote = -EVERY, saidDoing = "";

const field = () => document.querySelector("[data-text]");
const conversation = () => document.querySelector("[data-conversation]")?.dataset.conversation;

// The network names the person answered in front unless the text does: that counts too.
function full(text, mention) {
  const named = text.split(/\s+/u).some((word) => word.replace(/[^\p{L}\p{N}]+$/u, "").toLowerCase() === mention.toLowerCase());
  return named ? text : `${mention} ${text}`;
}

function measure() {
  const box = field(), out = document.querySelector("[data-counter]");
  if (!box?.dataset.rule || !out) return;
  const rule = JSON.parse(box.dataset.rule);
  const text = box.value.trim();
  const counted = text && box.dataset.mention ? full(text, box.dataset.mention) : text;
  const units = text ? count(rule, counted) : 0;
  out.querySelector("[data-count]").textContent = units.toLocaleString(document.documentElement.lang);
  const over = !fits(rule, counted);
  out.classList.toggle("t-alert", over);
  const warning = document.querySelector("[data-over]");
  if (warning && warning.hidden === over) warning.hidden = !over;
  box.setAttribute("aria-invalid", String(over));
}

function grow() {
  const box = field();
  if (!box) return;
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight + 2, innerHeight * 0.4)}px`;
}

function save(form, beacon = false) {
  clearTimeout(saving);
  saving = 0;
  const body = new URLSearchParams({ mode: form.elements.mode.value, text: form.elements.text.value });
  if (beacon) { navigator.sendBeacon(form.dataset.draft, body); return; }
  fetch(form.dataset.draft, { method: "POST", body, keepalive: true }).catch(() => {
    // Offline: what is typed stays in the field; try again with the next sign of life.
    saving = setTimeout(() => save(form), 5_000);
  });
}

function onInput(event) {
  const box = event.target.closest?.("[data-text]");
  if (!box) return;
  measure();
  grow();
  wrote = performance.now();
  if (saidDoing !== "writing") sign();
  clearTimeout(saving);
  const form = box.form;
  saving = setTimeout(() => save(form), 700);
}

function flush(beacon) {
  const form = field()?.form;
  if (saving && form) save(form, beacon);
}

// What is sent needs no draft any more: one saved now could come after the answer and stay.
function onSubmit(event) {
  if (!event.target.dataset.draft) return;
  clearTimeout(saving);
  saving = 0;
}

function onKey(event) {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.target.tagName !== "TEXTAREA") return;
  event.preventDefault();
  const form = event.target.form;
  form.requestSubmit(form.querySelector("[data-send], .ct button, .b.p"));
}

function sign() {
  const id = conversation();
  if (presenceOf && presenceOf !== id) tell(presenceOf, "gone");
  presenceOf = id ?? null;
  if (!id || document.hidden) return;
  const writes = performance.now() - wrote < EVERY && field()?.value.trim();
  saidDoing = writes ? "writing" : "reading";
  tell(id, saidDoing);
}

function tell(id, doing) {
  fetch(`/inbox/${id}/presence`, { method: "POST", body: new URLSearchParams({ doing }), keepalive: true }).catch(() => {});
}

function onPresence({ detail }) {
  const line = document.querySelector("[data-presence]");
  if (line && detail.conversation === conversation()) line.textContent = detail.text;
}

// What is held leaves when its time has come; the page then shows how it went.
function tick() {
  for (const it of document.querySelectorAll("[data-until]")) {
    const left = Math.ceil((Number(it.dataset.until) - Date.now()) / 1000);
    if (left > 0) it.textContent = it.dataset.words.replace("0", left);
    else if (!it.dataset.left) { it.dataset.left = "1"; it.textContent = ""; document.dispatchEvent(new Event("parvis:refresh")); }
  }
}

function shown() {
  measure();
  grow();
  sign();
  document.querySelector("[data-focus]")?.focus();
}

export function start() {
  document.addEventListener("input", onInput);
  document.addEventListener("keydown", onKey);
  document.addEventListener("submit", onSubmit, true);
  document.addEventListener("parvis:presence", onPresence);
  document.addEventListener("parvis:leave", () => flush(false));
  document.addEventListener("parvis:sent", () => { clearTimeout(saving); saving = 0; wrote = -EVERY; sign(); measure(); grow(); });
  document.addEventListener("parvis:shown", ({ detail }) => { if (detail.quiet) { measure(); } else shown(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden) { flush(true); if (presenceOf) tell(presenceOf, "gone"); } else sign(); });
  addEventListener("pagehide", () => { flush(true); if (presenceOf) navigator.sendBeacon(`/inbox/${presenceOf}/presence`, new URLSearchParams({ doing: "gone" })); });
  setInterval(sign, EVERY);
  setInterval(tick, 500);
  shown();
}
