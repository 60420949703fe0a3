// The page of a post: each network's counter and preview while somebody types, cut at the exact character, and the
// draft that the server keeps.

import { count, fits } from "./count.js";

const form = () => document.querySelector("[data-words]");
const characters = new Intl.Segmenter(undefined, { granularity: "grapheme" });
let saving = 0;

// The content warning counts too where the network says so.
const spent = (rule, warning) => (rule.warning_counts && warning ? count({ unit: rule.unit, mention: "whole" }, warning) : 0);
const takes = (rule, text, warning) => fits({ ...rule, max: rule.max && Math.max(1, rule.max - spent(rule, warning)) }, text);

// The longest beginning that fits, in whole characters.
function cut(rule, text, warning) {
  const whole = (it) => takes(rule, it, warning);
  if (whole(text)) return text.length;
  const ends = [...characters.segment(text)].map(({ index, segment }) => index + segment.length);
  let low = 0, high = ends.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (whole(text.slice(0, ends[middle]))) low = middle + 1; else high = middle;
  }
  return low ? ends[low - 1] : 0;
}

// What leaves as a thread, or with other links than were written, only the server can show; it does so when asked.
function shaped(row, over) {
  const on = (name) => row.querySelector(`[name=${name}]`)?.checked;
  return (on("thread") && over > 0) || (on("tag") && form().elements.campaign?.value.trim());
}

function show(row) {
  const rule = JSON.parse(row.dataset.rule), common = document.querySelector("[data-common]").value.trim();
  const own = row.querySelector("[data-own]").value.trim(), text = own || common;
  const warning = document.querySelector("[data-warning]")?.value.trim() || "";
  const units = text ? count(rule, text) + spent(rule, warning) : 0, over = Math.max(0, units - rule.max);
  const number = (it) => it.toLocaleString(document.documentElement.lang);
  const out = row.querySelector("[data-count]");
  out.textContent = `${number(units)} / ${number(rule.max)}`;
  out.classList.toggle("t-alert", over > 0);
  row.querySelector("[data-bar]").classList.toggle("a", over > 0);
  row.querySelector("[data-bar] rect").setAttribute("width", Math.min(100, (units * 100) / rule.max));
  const card = document.querySelector(`[data-preview="${CSS.escape(row.dataset.account)}"]`);
  if (!card) return;
  card.hidden = !row.querySelector("[name=to]").checked;
  const plain = card.querySelector("[data-fits]");
  if (!plain || shaped(row, over)) {
    out.textContent = card.dataset.counted;
    out.classList.toggle("t-alert", "countedOver" in card.dataset);
    row.querySelector("[data-bar]").classList.toggle("a", "countedOver" in card.dataset);
    row.querySelector("[data-bar] rect").setAttribute("width", card.dataset.countedShare);
    return;
  }
  const at = cut(rule, text, warning);
  plain.textContent = text.slice(0, at);
  card.querySelector("[data-over-text]").textContent = text.slice(at);
  const told = card.querySelector("[data-too-long]");
  told.hidden = over === 0;
  told.textContent = told.dataset.words.replace("0", number(over));
}

const all = () => document.querySelectorAll("[data-account]").forEach(show);

function body() {
  return new URLSearchParams(new FormData(form()));
}

async function save() {
  clearTimeout(saving);
  saving = 0;
  const said = document.querySelector("[data-kept]");
  try {
    const answer = await fetch(form().dataset.keep, { method: "POST", body: body(), keepalive: true });
    if (answer.ok && said) said.textContent = await answer.text();
    else if (!answer.ok) saving = setTimeout(save, 5_000);
  } catch { saving = setTimeout(save, 5_000); }
}

export function start() {
  if (!form()) return;
  document.addEventListener("input", (event) => {
    if (!form()?.contains(event.target)) return;
    all();
    clearTimeout(saving);
    saving = setTimeout(save, 700);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !form().contains(event.target)) return;
    event.preventDefault();
    form().requestSubmit(form().querySelector("[data-send]"));
  });
  // What is saved needs no draft; whatever else leads away takes what was typed along.
  form().addEventListener("submit", () => { clearTimeout(saving); saving = 0; });
  document.addEventListener("parvis:seen", all);
  addEventListener("pagehide", () => { if (saving) navigator.sendBeacon(form().dataset.keep, body()); });
  all();
}
