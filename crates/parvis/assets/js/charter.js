// The charter while somebody types: asks the server what it says of the words, marks them under the field, and writes them
// otherwise at one press, which the browser's own undo takes back.

import { morph } from "./morph.js";

const AFTER = 900;
let timer = 0, turn = 0;

const list = () => document.querySelector("[data-charter]");
const field = (place) => document.querySelector(`textarea[data-place="${CSS.escape(place)}"]`);
const remarks = (place) => [...(list()?.querySelectorAll("[data-remark]") ?? [])].filter((it) => it.dataset.place === place);
const spans = (it) => it.dataset.spans.split(" ").filter(Boolean).map((span) => span.split("-").map(Number));

// The veil lies under the field with the same words in the same places; only its lines are seen.
function veil(box) {
  let it = box.previousElementSibling;
  if (!it?.matches("[data-veil]")) {
    it = document.createElement("div");
    it.dataset.veil = "";
    it.className = "veil";
    it.setAttribute("aria-hidden", "true");
    box.before(it);
    box.addEventListener("scroll", () => { if (it.isConnected) it.scrollTop = box.scrollTop; });
  }
  const look = getComputedStyle(box);
  for (const name of ["fontFamily", "fontSize", "fontWeight", "fontStyle", "fontFeatureSettings", "letterSpacing", "lineHeight", "padding", "borderWidth", "textAlign", "tabSize"]) it.style[name] = look[name];
  Object.assign(it.style, { left: `${box.offsetLeft}px`, top: `${box.offsetTop}px`, width: `${box.offsetWidth}px`, height: `${box.offsetHeight}px` });
  return it;
}

function paint(box) {
  const all = remarks(box.dataset.place).filter((it) => !it.classList.contains("waived")).flatMap(spans).sort((a, b) => a[0] - b[0]);
  const said = box.value, under = veil(box), parts = [];
  let place = 0;
  // What was typed since the server looked is no longer what it looked at.
  const fresh = box.dataset.checked === said;
  for (const [from, to] of fresh ? all : []) {
    if (from < place || to > said.length) continue;
    const mark = document.createElement("mark");
    mark.textContent = said.slice(from, to);
    parts.push(said.slice(place, from), mark);
    place = to;
  }
  under.replaceChildren(...parts, `${said.slice(place)}\n`);
  under.scrollTop = box.scrollTop;
}

const paintAll = () => document.querySelectorAll("textarea[data-place]").forEach((box) => { if (box.offsetParent) paint(box); });

// What came with the page is what the server looked at; what was typed meanwhile it hasn't seen.
function note() {
  for (const box of document.querySelectorAll("textarea[data-place]")) {
    if (box.value === box.defaultValue) box.dataset.checked = box.value;
    else if (box.form?.dataset.check && box.dataset.checked !== box.value) { clearTimeout(timer); timer = setTimeout(() => check(box.form), AFTER); }
  }
}

/** Asks what the charter says of what stands in the form. */
async function check(form) {
  const asked = ++turn, body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string" && name !== "reason") body.append(name, value);
  const said = [...form.querySelectorAll("textarea[data-place]")].map((box) => [box, box.value]);
  try {
    const answer = await fetch(form.dataset.check, { method: "POST", body });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = form.querySelector("[data-charter]"), then = page.querySelector("[data-charter]");
    if (!answer.ok || asked !== turn || !now || !then) return;
    morph(now, then);
    const shown = document.querySelector("[data-previews]"), fresh = page.querySelector("[data-previews]");
    if (shown && fresh) { morph(shown, fresh); document.dispatchEvent(new Event("parvis:seen")); }
    for (const [box, text] of said) box.dataset.checked = text;
    paintAll();
  } catch { timer = setTimeout(() => check(form), 5_000); }
}

// One change of the field, so that one undo takes it back.
export function write(box, text) {
  const old = box.value;
  let from = 0, end = 0;
  while (from < Math.min(old.length, text.length) && old[from] === text[from]) from++;
  while (end < Math.min(old.length, text.length) - from && old[old.length - 1 - end] === text[text.length - 1 - end]) end++;
  box.focus();
  box.setSelectionRange(from, old.length - end);
  const middle = text.slice(from, text.length - end);
  const done = middle ? document.execCommand("insertText", false, middle) : document.execCommand("delete");
  if (!done || box.value !== text) { box.value = text; box.dispatchEvent(new Event("input", { bubbles: true })); }
}

function apply(all) {
  const texts = new Map();
  for (const it of all) {
    const box = field(it.dataset.place);
    if (!box || box.dataset.checked !== box.value || it.dataset.with === undefined) continue;
    if (!texts.has(box)) texts.set(box, []);
    texts.get(box).push(...spans(it).map(([from, to]) => [from, to, it.dataset.with]));
  }
  for (const [box, changes] of texts) {
    let text = box.value, place = text.length;
    for (const [from, to, wanted] of changes.sort((a, b) => b[0] - a[0])) {
      if (to > place) continue;
      text = text.slice(0, from) + wanted + text.slice(to);
      place = from;
    }
    write(box, text);
  }
  return texts.size > 0;
}

function onClick(event) {
  const button = event.target.closest?.("[data-apply], [data-apply-all]");
  if (!button) return;
  const all = "applyAll" in button.dataset ? [...list().querySelectorAll("[data-remark]")] : [button.closest("[data-remark]")];
  event.preventDefault();
  // What was typed since has to be looked at again first; either way the list is made anew.
  apply(all);
  clearTimeout(timer);
  check(button.form);
}

export function start() {
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form?.dataset?.check || !event.target.matches("textarea, [name=to], [name=warning], [name=campaign], [name=tag], [name=thread]")) return;
    if (event.target.dataset.place) paint(event.target);
    clearTimeout(timer);
    timer = setTimeout(() => check(form), AFTER);
  });
  document.addEventListener("click", onClick);
  document.addEventListener("submit", () => { clearTimeout(timer); turn++; }, true);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches?.("[data-reason]")) return;
    event.preventDefault();
    const form = event.target.form;
    form.requestSubmit(form.querySelector("[data-send], .ct button"));
  });
  document.addEventListener("toggle", paintAll, true);
  document.addEventListener("parvis:shown", () => { note(); paintAll(); });
  addEventListener("resize", paintAll);
  note();
  paintAll();
  document.fonts.ready.then(paintAll);
}
