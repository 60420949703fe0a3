// The board and the calendar: a card is dragged with the mouse or picked up by key (x), led by arrows and dropped
// (Space). Both press the step that the server offered for that column or day; what isn't offered can't be dropped on.

import { visit } from "./live.js";
import { say } from "./toast.js";

const board = () => document.querySelector("[data-board]");
const places = () => [...document.querySelectorAll("[data-column], [data-day]")];
const fill = (text, title, column) => (text ?? "").replace("%t", title ?? "").replace("%c", column ?? "");
// What is proposed for a card without an hour.
const NO_HOUR = "10:00";
let held = null, over = null;

// Where a card may go: for a column the step that the server offered, for a day always the move to it.
function offer(card, place) {
  if (place.dataset.day && "plans" in card.dataset) return "past" in place.dataset ? null : { step: "plan", day: place.dataset.day };
  if (place.dataset.day) return "movable" in card.dataset && place.dataset.day !== card.dataset.on ? { step: "move", day: place.dataset.day, past: "past" in place.dataset } : null;
  const moves = (card.dataset.moves ?? "").trim().split(/\s+/).map((it) => it.split(":"));
  const found = moves.find(([to]) => to === place.dataset.column);
  return found && place !== card.closest("[data-column]") ? { step: found[1], asks: found[2] === "true" } : null;
}

const nameOf = (place) => place.dataset.name ?? place.querySelector("h2")?.firstChild?.textContent.trim() ?? "";

function light(place) {
  over?.classList.remove("aim", "no");
  over = place;
  if (!place || !held) return;
  place.classList.add(offer(held, place) ? "aim" : "no");
}

function release() {
  held?.classList.remove("drag", "grab");
  light(null);
  held = null;
}

// What speaks against a day is said before the drop.
function warn(place, loud) {
  const words = board().dataset, found = offer(held, place), name = nameOf(place);
  const conflict = conflictOf(held, place);
  const told = document.querySelector("[data-conflict]");
  if (told) told.textContent = conflict ? `${held.dataset.title} → ${name} : ${conflict}` : "";
  if (loud) say(!found && !isHome(held, place) ? fill(words.cannot, "", name) : conflict ? `${name} : ${conflict}` : name);
}

const isHome = (card, place) => place === card.closest("[data-column], [data-day]");

// Where the organisation's day begins at another hour of the reader's, the hour says on which of its days it is.
function holidayOf(place, clock) {
  const { turn, early, late } = place.dataset;
  return turn && (clock < turn ? early : late);
}

function conflictOf(card, place) {
  if (!place.dataset.day) return "";
  const tired = JSON.parse(board().dataset.tired || "{}");
  const said = [place.dataset.warns, holidayOf(place, card.dataset.clock || NO_HOUR), tired[card.dataset.theme]].filter(Boolean);
  for (const other of place.querySelectorAll("[data-card]")) {
    if (other !== card && other.dataset.theme && other.dataset.theme === card.dataset.theme) said.push(fill(board().dataset.sameTheme, card.dataset.theme));
  }
  return [...new Set(said)].join(", ");
}

// What has no hour for good is asked for one; nothing when the reader thinks better of it.
function hourOf(card, place) {
  const box = document.querySelector("dialog[data-hour]"), field = box.querySelector("[name=clock]");
  const slots = JSON.parse(place.dataset.free || "[]"), about = box.querySelector("[data-hour-for]");
  field.value = card.dataset.clock || slots[0]?.machine_clock || NO_HOUR;
  box.querySelector("[data-hour-free]").replaceChildren(...slots.map((it) => {
    const button = document.createElement("button");
    Object.assign(button, { className: "b sm", type: "button", textContent: `${it.clock} · ${it.said}` });
    button.addEventListener("click", () => { field.value = it.machine_clock; box.close("yes"); });
    return button;
  }));
  const tell = () => { about.textContent = [card.dataset.title, nameOf(place), holidayOf(place, field.value)].filter(Boolean).join(" · "); };
  field.oninput = tell;
  tell();
  box.returnValue = "";
  box.showModal();
  field.focus();
  return new Promise((done) => box.addEventListener("close", () => done(box.returnValue === "yes" ? field.value : ""), { once: true }));
}

async function drop(card, place) {
  const found = offer(card, place), words = board().dataset;
  const { title, k: id } = card.dataset, name = nameOf(place);
  release();
  if (!found) { say(fill(words.stays, title)); return; }
  if (found.asks) { location.assign(`/speak/${id}?ask=${found.step}#steps`); return; }
  const clock = found.step === "plan" ? await hourOf(card, place) : card.dataset.clock;
  if (found.step === "plan" && !clock) { say(fill(words.stays, title)); return; }
  const body = new URLSearchParams({ step: found.step, next: location.pathname + location.search });
  if (found.day) body.set("at", `${found.day}T${clock}`);
  try {
    const answer = await fetch(`/speak/${id}/${found.step === "plan" ? "plan" : "step"}`, { method: "POST", body, headers: { Accept: "text/html" } });
    if (!answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      say(page.querySelector("[data-problem], .say, h1")?.textContent.trim() || fill(words.stays, title), { alert: true });
      return;
    }
    await visit(location.href, { push: false });
    say(fill(words.dropped, title, name));
    document.querySelector(`[data-card][data-k="${id}"] a`)?.focus();
  } catch { say(words.offlineKept, { alert: true }); }
}

function pick(card) {
  held = card;
  card.classList.add("drag");
  say(fill(board().dataset.picked, card.dataset.title));
  light(card.closest("[data-column], [data-day]"));
}

function onKey(event) {
  if (!board() || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.("input, textarea, select")) return;
  const card = document.activeElement?.closest?.("[data-card]");
  if (!held) {
    if (event.key === "x" && card && document.body.dataset.shortcuts === "true" && liftable(card)) { pick(card); event.preventDefault(); }
    return;
  }
  const all = places(), at = all.indexOf(over), week = document.querySelector(".cal") ? 7 : 0;
  const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -week, ArrowDown: week }[event.key];
  if (by !== undefined) {
    // What waits beside the days comes to today first.
    const next = over ? all[at + by] : all.find((it) => it.classList.contains("today")) ?? all.find((it) => !("past" in it.dataset));
    if (by && next) { light(next); warn(next, true); next.scrollIntoView({ block: "nearest", inline: "nearest" }); }
    event.preventDefault();
  } else if (event.key === " " || event.key === "Enter") {
    if (over) drop(held, over);
    event.preventDefault();
  } else if (event.key === "Escape") {
    say(fill(board().dataset.stays, held.dataset.title));
    release();
    event.preventDefault();
  }
}

const liftable = (card) => Boolean(card.dataset.moves?.trim()) || "movable" in card.dataset || "plans" in card.dataset;

function dress() {
  for (const card of document.querySelectorAll("[data-card]")) card.draggable = liftable(card);
}

export function start() {
  if (!board()) return;
  dress();
  document.addEventListener("parvis:shown", dress);
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("dragstart", (event) => {
    const card = event.target.closest?.("[data-card]");
    if (!card) return;
    held = card;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", card.dataset.title);
    requestAnimationFrame(() => card.classList.add("grab"));
  });
  document.addEventListener("dragover", (event) => {
    const place = held && event.target.closest?.("[data-column], [data-day]");
    if (!place) return;
    if (place !== over) { light(place); warn(place, false); }
    if (offer(held, place)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    const place = held && event.target.closest?.("[data-column], [data-day]");
    if (!place) return;
    event.preventDefault();
    drop(held, place);
  });
  document.addEventListener("dragend", release);
}
