// The keyboard. A single letter presses the visible button that carries it as `data-key`, so nothing can be done
// by a key that can't be done by a button; letters act outside fields only and can be turned off (WCAG 2.1.4).

import { reveal, visit } from "./live.js";

const PLACES = { a: "/", b: "/inbox" };
let prefix = 0;

const inField = (target) => target.closest?.("input, textarea, select, [contenteditable]");
const visible = (it) => it.checkVisibility?.() ?? it.getClientRects().length > 0;
const rows = () => [...document.querySelectorAll("[data-row]")].filter(visible);

/** Presses the button of a key; opens its menu and goes into its first field. */
export function press(key) {
  const button = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(visible);
  if (!button) return false;
  if (button.tagName === "SUMMARY") {
    const menu = button.parentElement;
    menu.open = !menu.open;
    (menu.open ? menu.querySelector(".pop select, .pop input:not([type=hidden]), .pop button") : button)?.focus();
  } else if (button.dataset.mode && button.hasAttribute("aria-current")) field()?.focus();
  else if (button.dataset.mode) visit(button.href).then(() => field()?.focus());
  else if (button.form) button.form.requestSubmit(button);
  else button.click();
  return true;
}

const field = () => document.querySelector("[data-text]");

function step(by) {
  const all = rows();
  if (!all.length) return;
  const focused = all.indexOf(document.activeElement);
  const at = focused >= 0 ? focused : all.findIndex((row) => row.hasAttribute("aria-current"));
  const next = all[Math.min(all.length - 1, Math.max(0, at + by))];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
  // With a conversation open, the next one opens beside the list.
  if (document.querySelector("[data-conversation]") && matchMedia("(min-width: 761px)").matches) {
    visit(next.href).then(() => document.querySelector(`[data-row][aria-current][data-k="${next.dataset.k}"]`)?.focus());
  }
}

// The field that searches the whole history, where there is one; on the other pages what searches and acts.
function search() {
  const goal = document.querySelector("#q");
  if (goal && visible(goal)) goal.focus();
  else document.querySelector("[data-palette]")?.click();
  return true;
}

function pane(by) {
  const all = [...document.querySelectorAll("[data-pane]")].filter(visible);
  if (!all.length) return;
  const at = all.findIndex((it) => it.contains(document.activeElement));
  const next = all[(at + by + all.length) % all.length];
  const goal = next.querySelector("[data-row][aria-current], [data-row], [data-follow], a[href], button, summary");
  goal?.focus();
}

function letter(event) {
  if (document.body.dataset.shortcuts !== "true" || inField(event.target) || document.querySelector("dialog[open]")) return;
  const key = event.key;
  if (prefix && performance.now() - prefix < 1500 && PLACES[key]) { location.assign(PLACES[key]); event.preventDefault(); return; }
  prefix = key === "g" ? performance.now() : 0;
  if (key === "g") return;
  const done = key === "j" ? (step(1), true) : key === "k" ? (step(-1), true) : key === "." ? (reveal(), true) : key === "/" ? search() : press(key);
  if (done) event.preventDefault();
}

function onKey(event) {
  if (event.defaultPrevented || event.isComposing) return;
  if (event.key === "F6") { pane(event.shiftKey ? -1 : 1); event.preventDefault(); return; }
  if (event.key === "Escape") { close(event); return; }
  const row = event.target.closest?.("[data-row]");
  if (row && ["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) { arrow(event, row); return; }
  if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return;
  letter(event);
}

function arrow(event, row) {
  const all = rows(), at = all.indexOf(row);
  const next = { ArrowDown: all[at + 1], ArrowUp: all[at - 1], Home: all[0], End: all.at(-1) }[event.key];
  if (next) { next.focus(); event.preventDefault(); }
}

function close(event) {
  const menu = event.target.closest?.("details.menu[open]") ?? document.querySelector("details.menu[open]");
  if (menu) { menu.open = false; menu.querySelector("summary").focus(); event.preventDefault(); return; }
  if (inField(event.target)) { event.target.blur(); document.querySelector("[data-row][aria-current]")?.focus(); }
}

// One row of the list can be reached by Tab, the others by arrows: the open one, the focused one or the first.
function rove() {
  const all = [...document.querySelectorAll("[data-row]")];
  const stop = all.find((row) => row === document.activeElement) ?? all.find((row) => row.hasAttribute("aria-current")) ?? all[0];
  for (const row of all) row.tabIndex = row === stop ? 0 : -1;
}

async function sheet(event) {
  const link = event.target.closest('[data-key="?"], [data-sheet-link]');
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const page = new DOMParser().parseFromString(await (await fetch(link.href)).text(), "text/html");
  const dialog = document.createElement("dialog");
  dialog.className = "sheet";
  dialog.append(document.importNode(page.querySelector("[data-sheet]"), true));
  dialog.setAttribute("aria-label", page.title);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (click) => { if (click.target === dialog) dialog.close(); });
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector("select")?.focus();
}

export function start() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", sheet, true);
  document.addEventListener("focusin", (event) => { if (event.target.matches?.("[data-row]")) rove(); });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("parvis:shown", rove);
  rove();
}
