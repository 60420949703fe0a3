// Proposals of the assistant: asked for without leaving the page, and put into the field at one press, which the browser's own
// undo takes back. What comes is a part of a page of ours, made by the server of what strangers wrote. Where the page has no
// place for them, they stand in a dialog.

import { write } from "./charter.js";

function dialog(button) {
  const it = document.createElement("dialog"), close = document.createElement("button"), out = document.createElement("div");
  it.className = "proposed";
  it.setAttribute("aria-label", button.closest("section")?.ariaLabel ?? "");
  close.className = "b q sm";
  close.textContent = button.dataset.close;
  close.addEventListener("click", () => it.close());
  it.addEventListener("close", () => { it.remove(); button.focus(); });
  it.append(out, close);
  document.body.append(it);
  it.showModal();
  return out;
}

async function ask(button) {
  if (button.getAttribute("aria-disabled") === "true") return;
  const form = button.form, body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
  const out = form.querySelector("[data-answers]") ?? dialog(button);
  out.setAttribute("role", "status");
  button.setAttribute("aria-disabled", "true");
  out.textContent = button.dataset.busy;
  try {
    const answer = await fetch(button.formAction, { method: "POST", body });
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-proposals]");
    if (found) {
      out.removeAttribute("role");
      out.replaceChildren(document.importNode(found, true));
      out.firstElementChild.focus();
    } else out.textContent = button.dataset.lost;
  } catch { out.textContent = button.dataset.lost; }
  button.removeAttribute("aria-disabled");
}

function take(button, box) {
  const said = button.value, { model } = button.dataset;
  box.closest("details")?.setAttribute("open", "");
  if (box.form.elements.assistant) box.form.elements.assistant.value = model;
  box.form.querySelector("[data-assisted]")?.removeAttribute("hidden");
  button.closest("dialog")?.close();
  box.form.querySelector("[data-answers]")?.replaceChildren();
  write(box, said);
}

export function start() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-propose], [data-take]");
    if (!button) return;
    if ("propose" in button.dataset) { event.preventDefault(); ask(button); return; }
    const box = document.querySelector(`textarea[data-place="${CSS.escape(button.dataset.take)}"]`);
    // Without the field the page that comes puts it there.
    if (!box) return;
    event.preventDefault();
    take(button, box);
  });
}
