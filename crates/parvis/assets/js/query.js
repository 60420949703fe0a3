// The editor of a query: its colours while it is typed, whether it can be read, and what it would have found. Without
// this script it is a field with a button.

const PAUSE = 300;
let waiting = 0, asked = 0;

const form = () => document.querySelector("[data-query]");

// At once without colours, so that what is typed is never out of sight.
function plain(box) {
  const lines = box.value.split("\n").map((line) => {
    const it = document.createElement("span");
    it.className = "ln";
    it.textContent = line;
    return it;
  });
  form().querySelector("[data-painted]").replaceChildren(...lines);
}

async function check() {
  const now = form();
  if (!now) return;
  const box = now.elements.query, text = box.value, mine = ++asked;
  if (!text.trim()) { now.querySelector("[data-said]").replaceChildren(); return; }
  const body = new URLSearchParams({ query: text });
  const answer = await fetch(now.dataset.check, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok || mine !== asked || form() !== now || box.value !== text) return;
  const it = await answer.json();
  now.querySelector("[data-painted]").innerHTML = it.painted;
  const said = document.createElement("span");
  said.className = `row ${it.valid ? "t-ok" : "t-alert"}`;
  said.append(now.querySelector(`[data-icon="${it.valid ? "check" : "alert"}"]`).content.cloneNode(true), it.said);
  const meta = document.createElement("span");
  meta.className = "meta";
  meta.textContent = it.meta;
  now.querySelector("[data-said]").replaceChildren(said, " ", meta);
  box.setAttribute("aria-invalid", String(!it.valid));
}

function dress() {
  const box = form()?.elements.query;
  if (!box || box.parentElement.classList.contains("painted")) return;
  box.parentElement.classList.add("painted");
  if (box.value) check();
}

export function start() {
  document.addEventListener("input", (event) => {
    if (event.target.name !== "query" || !event.target.closest("[data-query]")) return;
    plain(event.target);
    clearTimeout(waiting);
    waiting = setTimeout(check, PAUSE);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.closest?.("[data-query]")) event.target.form.requestSubmit();
  });
  document.addEventListener("parvis:shown", dress);
  dress();
}
