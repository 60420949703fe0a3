// Makes one element look like another in place, so that focus, caret, typed text, open menus and scroll stay
// where they are. Elements with an `id` or `data-k` are matched by it, the others by name and order.

const key = (node) => (node.nodeType === 1 ? node.dataset.k || node.id || null : null);

const typed = (field) =>
  field === document.activeElement || field.value !== (field.tagName === "SELECT" ? initial(field) : field.defaultValue);

const initial = (select) => (([...select.options].find((option) => option.defaultSelected) ?? select.options[0])?.value ?? "");

/** Brings the children and attributes of `now` to those of `then`. */
export function morph(now, then) {
  if (now.isEqualNode(then) && !now.matches("input,textarea,select")) return;
  attributes(now, then);
  if (now.tagName === "TEXTAREA") {
    if (!typed(now)) now.value = now.defaultValue = then.defaultValue;
    return;
  }
  if (now.tagName === "SELECT" && typed(now)) return;
  children(now, then);
}

function attributes(now, then) {
  const isField = now.tagName === "INPUT";
  const keep = isField && now.type !== "hidden" && typed(now);
  for (const { name, value } of [...then.attributes]) {
    if (name === "open" || (keep && name === "value")) continue;
    if (now.getAttribute(name) !== value) now.setAttribute(name, value);
  }
  for (const { name } of [...now.attributes]) {
    // What a person opened stays open; what scripts mark is theirs.
    if (name === "open" || name === "data-mine" || name === "style" || then.hasAttribute(name)) continue;
    now.removeAttribute(name);
  }
}

function children(now, then) {
  const byKey = new Map([...now.children].filter(key).map((child) => [key(child), child]));
  let place = now.firstChild;
  for (const want of [...then.childNodes]) {
    const wanted = key(want);
    let found = wanted ? byKey.get(wanted) : null;
    if (!wanted) {
      for (let seek = place; seek; seek = seek.nextSibling) {
        if (seek.nodeName === want.nodeName && !key(seek)) { found = seek; break; }
        if (key(seek)) break;
      }
    }
    if (found && found.nodeName !== want.nodeName) found = null;
    if (!found) {
      now.insertBefore(document.importNode(want, true), place);
      continue;
    }
    while (!wanted && place !== found) { const gone = place; place = place.nextSibling; gone.remove(); }
    if (found === place) place = place.nextSibling;
    else move(now, found, place);
    if (want.nodeType === 1) morph(found, want);
    else if (found.nodeValue !== want.nodeValue) found.nodeValue = want.nodeValue;
  }
  while (place) { const gone = place; place = place.nextSibling; gone.remove(); }
}

// Moving an element takes its focus away where the browser has no moveBefore.
function move(parent, child, place) {
  if (parent.moveBefore) { parent.moveBefore(child, place); return; }
  const focused = child.contains(document.activeElement) ? document.activeElement : null;
  parent.insertBefore(child, place);
  focused?.focus({ preventScroll: true });
}

/**
 * Brings a list to its fresh state without moving a row: those that are there are changed in place, new ones wait.
 * Returns how many wait.
 */
export function morphInPlace(now, then, settled) {
  const fresh = new Map([...then.children].filter(key).map((row) => [key(row), row]));
  const here = new Set();
  for (const row of [...now.children].filter(key)) {
    here.add(key(row));
    const want = fresh.get(key(row));
    if (want) morph(row, want);
    else if (settled) row.remove();
    else row.dataset.gone = "";
  }
  return [...fresh.keys()].filter((id) => !here.has(id)).length;
}
