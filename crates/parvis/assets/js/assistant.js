// Proposals of the assistant: asked for without leaving the page, and put into the field at one press, which the browser's own
// undo takes back. What comes is a part of a page of ours, made by the server of what strangers wrote.

import { write } from "./charter.js";

async function ask(button) {
  const form = button.form, out = form.querySelector("[data-answers]");
  if (button.getAttribute("aria-disabled") === "true") return;
  const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
  button.setAttribute("aria-disabled", "true");
  out.textContent = button.dataset.busy;
  try {
    const answer = await fetch(button.formAction, { method: "POST", body });
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-proposals]");
    if (found) {
      out.replaceChildren(document.importNode(found, true));
      out.firstElementChild.focus();
    } else out.textContent = button.dataset.lost;
  } catch { out.textContent = button.dataset.lost; }
  button.removeAttribute("aria-disabled");
}

function take(button) {
  const form = button.form, box = form.querySelector(`textarea[data-place="${CSS.escape(button.dataset.take)}"]`);
  box.closest("details")?.setAttribute("open", "");
  if (form.elements.assistant) form.elements.assistant.value = button.dataset.model;
  form.querySelector("[data-assisted]")?.removeAttribute("hidden");
  form.querySelector("[data-answers]").replaceChildren();
  write(box, button.value);
}

export function start() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-propose], [data-take]");
    if (!button?.form?.querySelector("[data-answers]")) return;
    event.preventDefault();
    if ("propose" in button.dataset) ask(button); else take(button);
  });
}
