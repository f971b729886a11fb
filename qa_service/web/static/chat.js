// Asks without leaving the page. Without this file the form does the same by a full page load.

import { openBesideThread } from "./beside.js";
import { keepLimits } from "./limits.js";
import { remember, showPast } from "./past.js";
import { serveTurns } from "./turns.js";

const form = document.getElementById("ask");
const thread = document.getElementById("thread");
const question = document.getElementById("question");
const button = form.querySelector("button");
const KEY = "conversation"; // kept for this tab only, so that a visit to a release does not end it

document.documentElement.classList.add("js");
thread.setAttribute("aria-live", "polite");
openBesideThread();
keepLimits();
showPast();
serveTurns(thread);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  ask();
});
addEventListener("pagehide", save);
document.getElementById("start-over").addEventListener("click", () => {
  removeEventListener("pagehide", save);
  sessionStorage.removeItem(KEY);
});
restore();
const fromLink = document.getElementById("latest");
if (fromLink) remember(fromLink);

async function ask() {
  const asked = question.value.trim();
  if (!asked) return;
  const body = new URLSearchParams(new FormData(form));
  const turn = show(ownTurn(asked, "Looking through the releases …", "waiting"));
  button.disabled = true; // Enter does nothing either while the form's button is disabled
  question.value = "";
  try {
    const response = await fetch("/ask", { method: "POST", body, headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const answered = page.getElementById("latest");
    if (!answered) throw new Error(page.querySelector("main p")?.textContent ?? `The server answered ${response.status}.`);
    turn.replaceWith(answered);
    document.getElementById("history").replaceWith(page.getElementById("history"));
    if (response.ok) remember(answered);
    else question.value = asked;
    answered.scrollIntoView({ block: "start" });
  } catch (error) {
    const message = error instanceof TypeError ? "The server could not be reached. Try again in a moment." : error.message;
    turn.replaceWith(ownTurn(asked, message, "failure"));
    question.value = asked;
  } finally {
    button.disabled = false;
    // a finger would get the on-screen keyboard over the answer
    if (matchMedia("(hover: hover)").matches) question.focus({ preventScroll: true });
  }
}

function show(turn) {
  document.getElementById("latest")?.removeAttribute("id");
  thread.append(turn);
  turn.scrollIntoView({ block: "end" });
  return turn;
}

function ownTurn(asked, message, kind) {
  const turn = document.createElement("article");
  turn.className = kind === "failure" ? "turn turn-failed" : "turn";
  const heading = document.createElement("h2");
  heading.className = "question";
  heading.textContent = asked;
  const card = document.createElement("p");
  card.className = `card ${kind}`;
  card.textContent = message;
  if (kind === "failure") card.setAttribute("role", "alert");
  turn.append(heading, card);
  return turn;
}

function save() {
  for (const unfinished of thread.querySelectorAll(".turn:has(.waiting)")) unfinished.remove();
  const history = document.getElementById("history").innerHTML;
  if (thread.querySelector(".turn")) sessionStorage.setItem(KEY, JSON.stringify({ thread: thread.innerHTML, history }));
}

function restore() {
  const saved = sessionStorage.getItem(KEY);
  if (!saved || thread.querySelector(".turn")) return;
  const conversation = JSON.parse(saved);
  thread.innerHTML = conversation.thread;
  document.getElementById("history").innerHTML = conversation.history;
  thread.lastElementChild.scrollIntoView({ block: "start" });
}
