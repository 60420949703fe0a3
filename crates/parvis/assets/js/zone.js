// One's settings: the zone of the browser, where it isn't the one in which times are shown, at one press. Without this script
// the zone is chosen in its list.

const canonical = (name) => {
  try { return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone; } catch { return name; }
};

function offer() {
  const row = document.querySelector("[data-zone-here]"), field = document.querySelector("[data-zone]");
  if (!row || !field) return;
  const here = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  row.hidden = !here || canonical(field.value || row.dataset.house) === canonical(here);
  if (row.hidden) return;
  const button = row.querySelector("button");
  button.querySelector("span").textContent = row.dataset.says.replace("%z", here);
  button.onclick = () => { field.value = here; field.form.requestSubmit(); };
}

export function start() {
  offer();
  document.addEventListener("parvis:shown", offer);
}
