// Keeps the conversation of this tab and its limits, so that reloading, or a visit to a release, does not end it.
// One that began with a link is kept apart: opening a link to an own question must not take the conversation's place.

const KEYS = { "/": "conversation", "/ask": "conversation of a link" };
const LIMITS = ["date_from", "date_to", "document_id"];
const MAX_TURNS = 100; // a browser keeps some 5 MB; a turn has 10 to 20 kB
const thread = document.getElementById("thread");
const form = document.getElementById("ask");
const chips = document.getElementById("chips");
const history = () => document.getElementById("history");

export function keepConversation() {
  addEventListener("pagehide", save);
  document.getElementById("start-over").addEventListener("click", () => {
    removeEventListener("pagehide", save);
    forget();
  });
  restore();
}

function save() {
  const turns = [...thread.querySelectorAll(".turn:not(:has(.waiting))")];
  const unanswered = thread.querySelector(".turn:has(.waiting) .question")?.textContent;
  if (!turns.length && !unanswered) return;
  const { date_from: from, date_to: to } = form.elements;
  write({
    address: here(),
    turns: turns.slice(-MAX_TURNS).map((turn) => turn.outerHTML),
    history: history().innerHTML,
    unanswered,
    limits: { from: from.value, to: to.value, chips: chips.innerHTML },
  });
}

function restore() {
  const saved = read(location.pathname) ?? read("/ask"); // which is where a release that a link's answer cites leads back
  if (!saved) return;
  const shown = thread.querySelectorAll(".turn").length; // what the address asks for is answered anew by the server
  const isComeBackTo = performance.getEntriesByType("navigation")[0]?.type !== "navigate" && saved.address === here();
  if (shown && !isComeBackTo) return;
  const named = new URLSearchParams(location.search);
  if (isComeBackTo || !LIMITS.some((name) => named.has(name))) restoreLimits(saved.limits);
  form.elements.question.value ||= saved.unanswered ?? "";
  if (shown >= saved.turns.length) return;
  for (const turn of thread.querySelectorAll("#latest")) turn.removeAttribute("id");
  thread.insertAdjacentHTML("beforeend", saved.turns.slice(shown).join(""));
  history().innerHTML = saved.history;
  thread.lastElementChild.scrollIntoView({ block: "start" });
}

function restoreLimits(limits) {
  if (!limits) return; // an older page kept none
  form.elements.date_from.value = limits.from;
  form.elements.date_to.value = limits.to;
  chips.innerHTML = limits.chips;
}

function here() {
  return location.pathname + location.search;
}

function read(path) {
  try {
    const saved = JSON.parse(sessionStorage.getItem(KEYS[path]));
    return Array.isArray(saved?.turns) ? saved : null;
  } catch {
    return null; // storage may be off
  }
}

function write(conversation) {
  try {
    sessionStorage.setItem(KEYS[location.pathname], JSON.stringify(conversation));
  } catch {
    // off or full: nothing is kept then
  }
}

function forget() {
  try {
    for (const key of Object.values(KEYS)) sessionStorage.removeItem(key);
  } catch {
    // off: there is nothing
  }
}
