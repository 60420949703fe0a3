// "Search or act" (Ctrl K): the server lists what fits, the arrows choose, Enter goes or presses the button.

import { press } from "./keys.js";
import { visit } from "./live.js";

let dialog = null, input = null, box = null, asked = 0, timer = 0;

function build(label) {
  dialog = document.createElement("dialog");
  dialog.className = "palette";
  dialog.setAttribute("aria-label", label);
  const head = document.createElement("div");
  head.className = "row";
  head.append(document.querySelector("[data-palette] svg").cloneNode(true));
  input = document.createElement("input");
  Object.assign(input, { className: "in", type: "search", autocomplete: "off", maxLength: 200 });
  for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "true", "aria-controls": "choices", "aria-autocomplete": "list", "aria-label": label })) {
    input.setAttribute(name, value);
  }
  head.append(input);
  box = document.createElement("div");
  box.id = "choices";
  box.setAttribute("role", "listbox");
  box.setAttribute("aria-label", label);
  dialog.append(head, box);
  document.body.append(dialog);
  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(list, 120); });
  input.addEventListener("keydown", onKey);
  box.addEventListener("click", (event) => {
    const choice = event.target.closest("[role=option]");
    if (choice && !event.ctrlKey && !event.metaKey) { event.preventDefault(); choose(choice); }
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
}

const choices = () => [...box.querySelectorAll("[role=option]")];

function select(choice) {
  for (const other of choices()) other.removeAttribute("aria-selected");
  choice?.setAttribute("aria-selected", "true");
  choice?.scrollIntoView({ block: "nearest" });
  if (choice) input.setAttribute("aria-activedescendant", choice.id);
  else input.removeAttribute("aria-activedescendant");
}

async function list() {
  const mine = ++asked;
  const open = document.querySelector("[data-conversation]")?.dataset.conversation;
  const query = new URLSearchParams({ q: input.value, ...(open ? { open } : {}) });
  try {
    const answer = await fetch(`/palette?${query}`, { headers: { Accept: "text/html" } });
    if (mine !== asked || !answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    box.replaceChildren(...[...page.body.childNodes].map((node) => document.importNode(node, true)));
    choices().forEach((choice, place) => { choice.id = `choice-${place}`; choice.tabIndex = -1; });
    select(choices()[0]);
  } catch { /* offline: what was listed stays */ }
}

function onKey(event) {
  const all = choices(), at = all.findIndex((it) => it.hasAttribute("aria-selected"));
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    select(all[(at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length]);
    event.preventDefault();
  } else if (event.key === "Escape") {
    // A search field would only empty itself.
    event.preventDefault();
    dialog.close();
  } else if (event.key === "Enter") {
    event.preventDefault();
    if (all[at]) choose(all[at]);
    else if (input.value.trim()) location.assign(`/inbox?${new URLSearchParams({ q: input.value })}`);
  }
}

function choose(choice) {
  dialog.close();
  if (choice.dataset.press) { press(choice.dataset.press); return; }
  if (document.querySelector("[data-page=inbox]") && choice.pathname.startsWith("/inbox")) visit(choice.href);
  else location.assign(choice.href);
}

function show(label) {
  if (!dialog) build(label);
  if (dialog.open) return;
  input.value = "";
  dialog.showModal();
  input.focus();
  list();
}

export function start() {
  const seek = document.querySelector("[data-palette]");
  if (!seek) return;
  const label = seek.querySelector("span").textContent;
  seek.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    show(label);
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      show(label);
    }
  });
}
