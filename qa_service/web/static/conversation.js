// Keeps the conversation of this tab and its limits, so that reloading, or a visit to a release, does not end it.

const KEY = "conversation";
const MAX_TURNS = 100; // a browser keeps some 5 MB; a turn has 10 to 20 kB
const thread = document.getElementById("thread");
const form = document.getElementById("ask");
const chips = document.getElementById("chips");
const history = () => document.getElementById("history");

export function keepConversation() {
  addEventListener("pagehide", save);
  document.getElementById("start-over").addEventListener("click", () => {
    removeEventListener("pagehide", save);
    write(null);
  });
  restore();
}

function save() {
  const turns = [...thread.querySelectorAll(".turn:not(:has(.waiting))")];
  if (!turns.length) return;
  const { date_from: from, date_to: to } = form.elements;
  write({
    address: here(),
    turns: turns.slice(-MAX_TURNS).map((turn) => turn.outerHTML),
    history: history().innerHTML,
    limits: { from: from.value, to: to.value, chips: chips.innerHTML },
  });
}

function restore() {
  const saved = read();
  if (!saved) return;
  const shown = thread.querySelectorAll(".turn").length; // what the address asks for is answered anew by the server
  const isComeBackTo = performance.getEntriesByType("navigation")[0]?.type !== "navigate" && saved.address === here();
  if (shown && !isComeBackTo) return;
  restoreLimits(saved.limits);
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

function read() {
  try {
    const saved = JSON.parse(sessionStorage.getItem(KEY));
    return Array.isArray(saved?.turns) ? saved : null;
  } catch {
    return null; // storage may be off
  }
}

function write(conversation) {
  try {
    if (conversation) sessionStorage.setItem(KEY, JSON.stringify(conversation));
    else sessionStorage.removeItem(KEY);
  } catch {
    // off or full: nothing is kept then
  }
}
