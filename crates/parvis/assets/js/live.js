// Keeps the page alive: links and forms of the page are answered in place, what others do arrives by server-sent
// events, clocks tick each minute. The server always renders whole pages; their `[data-region]` parts are morphed
// into those on the screen, so everything here also works by reloading.

import { morph, morphInPlace } from "./morph.js";
import { say } from "./toast.js";

const words = () => document.querySelector("[data-page]")?.dataset ?? {};
const main = () => document.querySelector("main");
let busy = 0, again = 0, last = 0, newest = 0, pending = null;
// When the page on the screen was asked for; what changed since then and was told to nobody is asked for anew.
let asked = performance.getEntriesByType("navigation")[0]?.requestStart ?? 0;

const sameOrigin = (url) => new URL(url, location).origin === location.origin;
const emit = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

async function get(url, options = {}) {
  const answer = await fetch(url, { credentials: "same-origin", headers: { Accept: "text/html" }, ...options });
  const type = answer.headers.get("content-type") ?? "";
  if (!type.startsWith("text/html")) return { answer, page: null };
  return { answer, page: new DOMParser().parseFromString(await answer.text(), "text/html") };
}

const regions = (root) => new Map([...root.querySelectorAll("[data-region]")].map((it) => [it.dataset.region, it]));

// What stands around the page: how many wait, and what has just been done.
function around(page, quiet) {
  for (const now of document.querySelectorAll("[data-badge]")) {
    const then = page.querySelector(`[data-badge="${now.dataset.badge}"]`);
    if (then) { now.hidden = then.hidden; morph(now, then); }
  }
  const toasts = page.querySelectorAll("[data-toasts] > .toast");
  if (!quiet && toasts.length) document.querySelector("[data-toasts]")?.replaceChildren(...toasts);
}

// The pane around the regions of a conversation says which one it is, to the other scripts and to screen readers.
function rename(page) {
  const now = document.querySelector("[data-conversation]"), then = page.querySelector("[data-conversation]");
  if (!now || !then) return;
  now.dataset.conversation = then.dataset.conversation;
  now.setAttribute("aria-label", then.getAttribute("aria-label"));
}

const isPhone = () => matchMedia("(max-width: 760px)").matches;
let listAt = 0;

// On the phone the list and a conversation take turns: whoever comes back finds the list where it was left.
function turn(before, leftAt) {
  const open = document.querySelector("[data-conversation]")?.dataset.conversation;
  if (!isPhone() || !open === !before) return;
  if (open) { listAt = leftAt; return; }
  scrollTo(0, listAt);
  document.querySelector(`[data-row][data-k="${before}"]`)?.focus({ preventScroll: true });
}

// Puts a fetched page on the screen. `quiet`: nobody asked for it, so no row may move.
function show(page, quiet) {
  const kind = (root) => root.querySelector("[data-page]")?.dataset.page;
  if (!page || !kind(page) || kind(page) !== kind(document)) return false;
  const now = regions(document), then = regions(page);
  const before = document.querySelector("[data-conversation]")?.dataset.conversation, leftAt = scrollY;
  if (!quiet && [...then.keys()].join() !== [...now.keys()].join()) {
    const box = document.querySelector("[data-follow]");
    follow(box ?? main(), () => morph(main(), page.querySelector("main")));
    morphShared(now, then);
  } else {
    for (const [name, fresh] of then) {
      const old = now.get(name);
      if (!old) continue;
      // What has to be decided first (somebody has answered meanwhile) stays until it is.
      if (quiet && name === "compose" && now.has("problem")) continue;
      if (quiet && name === "rows") wait(old, fresh);
      // Of another conversation: what was typed and where the caret stood has no meaning there.
      else if (old.dataset.k !== fresh.dataset.k) follow(old, () => old.replaceWith(document.importNode(fresh, true)));
      else follow(old, () => morph(old, fresh));
    }
  }
  rename(page);
  if (!quiet) turn(before, leftAt);
  around(page, quiet);
  document.title = page.title;
  if (!quiet) pending = null;
  emit("parvis:shown", { quiet });
  return true;
}

function morphShared(now, then) {
  for (const [name, fresh] of then) {
    const old = now.get(name);
    if (old && !main().contains(old)) morph(old, fresh);
  }
}

// A box that was scrolled to its end stays at its end.
function follow(box, change) {
  const scroll = box.matches("[data-follow]") ? box : box.querySelector("[data-follow]");
  const atEnd = scroll && scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 40;
  const before = scroll?.dataset.k;
  change();
  const now = scroll?.isConnected ? scroll : document.querySelector("[data-follow]");
  if (now && (atEnd || now.dataset.k !== before)) { toEnd(now, now.dataset.k !== before); delete now.dataset.read; }
}

// The last word comes into view. On the phone the whole page scrolls, and only when a conversation is opened.
function toEnd(box, opened) {
  box.scrollTop = box.scrollHeight;
  if (opened && isPhone()) box.lastElementChild?.scrollIntoView({ block: "end" });
}

function wait(old, fresh) {
  const settled = !old.matches(":hover") && !old.contains(document.activeElement);
  const list = old.querySelector("[data-rows]"), want = fresh.querySelector("[data-rows]");
  // Where nothing stands nothing can move.
  if (!list?.children.length || !want) { morph(old, fresh); return; }
  const count = morphInPlace(list, want, settled);
  pending = count ? fresh : null;
  const line = old.querySelector("[data-waiting]");
  if (!line) return;
  line.hidden = count === 0;
  line.querySelector("[data-count]").textContent = count === 1 ? line.dataset.one : line.dataset.other.replace("0", count);
}

/** Shows the rows that wait. */
export function reveal() {
  const old = document.querySelector('[data-region="rows"]');
  if (pending && old) { morph(old, pending); pending = null; old.querySelector("[data-row]")?.focus(); }
}

/** Goes to `url` without leaving the page where that is possible. */
export async function visit(url, { push = true, method = "GET", body = null } = {}) {
  busy += 1;
  const slow = setTimeout(() => main().setAttribute("aria-busy", "true"), 400);
  try {
    emit("parvis:leave");
    const began = performance.now(), mine = method === "GET" ? ++newest : newest;
    const { answer, page } = await get(url, { method, body });
    // Whoever has gone on meanwhile isn't brought back: only what was done is said.
    if (mine !== newest) {
      if (page && method !== "GET") { around(page, false); emit("parvis:shown", { quiet: true }); }
      return answer;
    }
    const arrived = answer.url || url;
    // What refuses an action whole has a page of its own; here what was typed stays on the screen.
    const refusal = method !== "GET" && !answer.redirected && page?.querySelector("[data-refusal]");
    if (refusal) {
      say([...refusal.querySelectorAll(":scope > p")].map((it) => it.textContent).join(" "), { alert: true });
      return answer;
    }
    if (!show(page, false)) { location.assign(answer.redirected || method === "GET" ? arrived : url); return answer; }
    asked = began;
    const clean = new URL(arrived);
    clean.searchParams.delete("done");
    // A refused form keeps the address of the page it stands on.
    if (method === "GET" || answer.redirected) {
      if (push && clean.href !== location.href) history.pushState(null, "", clean);
      else history.replaceState(null, "", clean);
    }
    return answer;
  } catch {
    say(words().offlineKept, { alert: true });
    return null;
  } finally {
    clearTimeout(slow);
    main().removeAttribute("aria-busy");
    busy -= 1;
  }
}

// Puts the focus where work goes on, when what had it is gone or stands on another row than what is open.
function settle(menu, moved = false) {
  const active = document.activeElement;
  const lost = moved || !active || active === document.body || (active.matches("[data-row]") && !active.hasAttribute("aria-current"));
  if (!lost) return;
  const row = document.querySelector("[data-row][aria-current]");
  const goal = menu?.isConnected ? menu : row?.checkVisibility() ? row : document.querySelector("[data-conversation], [data-row]");
  goal?.focus({ preventScroll: goal !== row });
}

async function refresh() {
  if (busy || document.hidden) { again = 1; return; }
  again = 0;
  last = performance.now();
  busy += 1;
  try {
    const { answer, page } = await get(location.href);
    // The address of a form leads to another page than the one that says why it was refused: that one stays as it is.
    if (!answer.redirected && show(page, true)) asked = last;
  } catch { /* the live state says so */ } finally { busy -= 1; }
}

let timer = 0;
function soon() {
  if (timer) return;
  // A burst of events costs one page, and at most one a second and a half.
  timer = setTimeout(() => { timer = 0; refresh(); }, Math.max(250, 1500 - (performance.now() - last)));
}

function onClick(event) {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (event.target.closest("[data-reveal]")) { reveal(); return; }
  const link = event.target.closest("a[href]");
  if (!link || link.target || link.download !== "" || !sameOrigin(link.href)) return;
  const first = (path) => path.split("/")[1];
  if (!link.closest("[data-swap]") || first(link.pathname) !== first(location.pathname)) return;
  event.preventDefault();
  if ("more" in link.dataset) goOn(link.href);
  else visit(link.href);
}

// The list goes on below what is there, with the focus on the first row that came.
async function goOn(url) {
  const here = new URL(url);
  here.hash = "";
  await visit(here.href, { push: false });
  document.querySelector("#suite")?.focus();
}

function onSubmit(event) {
  const form = event.target, button = event.submitter;
  // A dialog's answer goes nowhere.
  if (form.method === "dialog") return;
  if (event.defaultPrevented || !document.querySelector("[data-swap]") || !form.closest("[data-swap], [data-toasts]")) return;
  event.preventDefault();
  // Pressed twice: the first is under way.
  if (form.ariaBusy === "true") return;
  const action = button?.getAttribute("formaction") || form.getAttribute("action") || location.href;
  const method = (button?.getAttribute("formmethod") || form.method).toUpperCase();
  const data = new FormData(form, button);
  if (method === "GET") {
    const url = new URL(action, location);
    url.search = new URLSearchParams([...data].filter(([, value]) => value !== ""));
    visit(url.href);
    return;
  }
  const body = form.enctype === "multipart/form-data" ? data : new URLSearchParams(data);
  send(form, action, body);
}

async function send(form, action, body) {
  const menu = form.closest("details[open]"), open = document.querySelector("[data-conversation]")?.dataset.conversation;
  menu?.removeAttribute("open");
  const fields = [...form.querySelectorAll("textarea, input:not([type=hidden]), select")];
  form.setAttribute("aria-busy", "true");
  const answer = await visit(action, { method: "POST", body });
  form.removeAttribute("aria-busy");
  if (answer?.redirected && form.isConnected) {
    // What was sent no longer counts as typed; the page that came back says what stands there now.
    for (const field of fields) {
      if (field.type === "file") field.value = "";
      else if (field.tagName === "TEXTAREA") field.value = field.defaultValue = "";
      else if (field.tagName === "INPUT" && !["checkbox", "radio"].includes(field.type)) field.value = field.defaultValue;
    }
    emit("parvis:sent", { form });
  }
  const stays = open === document.querySelector("[data-conversation]")?.dataset.conversation;
  if (!document.querySelector("[data-focus]")) settle(stays ? menu?.querySelector("summary") : null, !stays);
}

// Says whether changes are heard: by the word beside the search, and by a band once it lasts.
function mark(on) {
  const state = document.querySelector("[data-live]"), band = document.querySelector("[data-lost]");
  state.hidden = false;
  state.classList.toggle("off", !on);
  state.textContent = on ? state.dataset.on : state.dataset.off;
  if (band) band.hidden = on;
}

let events = null, lost = 0, retry = 0;
function stream() {
  clearTimeout(retry);
  events?.close();
  const mine = events = new EventSource("/events");
  mine.onopen = () => { clearTimeout(lost); lost = 0; mark(true); };
  mine.onerror = () => {
    lost ||= setTimeout(() => mark(false), 10_000);
    // A refusal (signed out) ends the stream for good; ask again from time to time.
    if (mine.readyState === EventSource.CLOSED) retry = setTimeout(stream, 15_000);
  };
  mine.addEventListener("change", soon);
  // Two seconds more, because a change is dated before it is committed.
  mine.addEventListener("hello", ({ data }) => { if (Number(data) < performance.now() - asked + 2_000) soon(); });
  mine.addEventListener("presence", (event) => emit("parvis:presence", JSON.parse(event.data)));
}

// A picture that arrives makes the thread longer: its end stays in view while that is what is being read.
function onLoad(event) {
  const box = event.target.closest?.("[data-follow]");
  if (box && event.target.tagName === "IMG" && !box.dataset.read) toEnd(box, true);
}

export function start() {
  if (!document.querySelector("[data-live]")) return;
  document.addEventListener("click", onClick);
  document.addEventListener("submit", onSubmit);
  document.addEventListener("load", onLoad, true);
  for (const moved of ["wheel", "touchmove"]) {
    document.addEventListener(moved, ({ target }) => { const box = target.closest?.("[data-follow]"); if (box) box.dataset.read = ""; }, { passive: true });
  }
  addEventListener("popstate", () => visit(location.href, { push: false }));
  document.addEventListener("visibilitychange", () => { if (!document.hidden && again) soon(); });
  document.addEventListener("parvis:refresh", soon);
  document.querySelector("[data-again]")?.addEventListener("click", () => { stream(); visit(location.href, { push: false }); });
  addEventListener("pagehide", () => events?.close());
  // A page that the browser kept and shows again has to hear again.
  addEventListener("pageshow", ({ persisted }) => { if (persisted) stream(); });
  setInterval(soon, 60_000);
  const here = new URL(location);
  if (here.searchParams.has("done")) { here.searchParams.delete("done"); history.replaceState(null, "", here); }
  for (const box of document.querySelectorAll("[data-follow]")) toEnd(box, true);
  stream();
}
