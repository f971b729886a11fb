// Asks without leaving the page. Without this file the form does the same by a full page load.

import { openBesideThread } from "./beside.js";
import { keepConversation } from "./conversation.js";
import { keepLimits } from "./limits.js";
import { remember, showPast } from "./past.js";
import { serveTurns } from "./turns.js";

const form = document.getElementById("ask");
const thread = document.getElementById("thread");
const question = document.getElementById("question");
const button = form.querySelector("button");
const PATIENCE_MS = 60_000;

document.documentElement.classList.add("js");
thread.setAttribute("aria-live", "polite");
openBesideThread();
keepLimits();
showPast();
serveTurns(thread);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const asked = question.value.trim();
  if (!asked) return;
  const body = new URLSearchParams(new FormData(form));
  body.set("question", asked);
  question.value = "";
  ask(asked, body);
});
const fromLink = document.getElementById("latest");
if (fromLink) remember(fromLink);
keepConversation();
if (!thread.querySelector(".turn")) focusUnlessTouched();

// "Ask it as typed" and the like ask what their link asks, alone and within its limits; what is being typed stays
thread.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-again]");
  const isPlain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  if (!link || !isPlain || button.disabled) return;
  event.preventDefault();
  const conversation = [...new FormData(form)].filter(([name]) => name.startsWith("history_"));
  const body = new URLSearchParams([...conversation, ["as_typed", "true"]]);
  const { searchParams } = new URL(link.href);
  searchParams.forEach((value, name) => body.append(name === "q" ? "question" : name, value));
  ask(searchParams.get("q"), body);
});

async function ask(asked, body) {
  const turn = show(ownTurn(asked, "Looking through the releases …", "waiting"));
  button.disabled = true; // Enter does nothing either while the form's button is disabled
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch("/ask", { method: "POST", body, signal, headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const answered = page.getElementById("latest");
    if (!answered) throw new Error(page.querySelector("main p")?.textContent ?? `The server answered ${response.status}.`);
    turn.replaceWith(answered);
    document.getElementById("history").replaceWith(page.getElementById("history"));
    if (response.ok) remember(answered);
    else question.value ||= asked; // unless the next one is being typed
    showFromItsStart(answered);
  } catch (error) {
    turn.replaceWith(ownTurn(asked, failureInWords(error), "failure"));
    question.value ||= asked;
  } finally {
    button.disabled = false;
    focusUnlessTouched();
  }
}

function failureInWords(error) {
  if (error.name === "TimeoutError") return "The server took too long. Try again in a moment.";
  return error instanceof TypeError ? "The server could not be reached. Try again in a moment." : error.message;
}

function show(turn) {
  document.getElementById("latest")?.removeAttribute("id");
  thread.append(turn);
  turn.scrollIntoView({ block: "end" });
  return turn;
}

// the answer, when its question alone would fill the window
function showFromItsStart(turn) {
  const isTall = turn.querySelector(".question").offsetHeight > innerHeight / 3;
  (isTall ? turn.querySelector(".card") : turn).scrollIntoView({ block: "start" });
}

// a finger would get the on-screen keyboard over the page
function focusUnlessTouched() {
  if (matchMedia("(hover: hover)").matches) question.focus({ preventScroll: true });
}

function ownTurn(asked, message, kind) {
  const turn = document.createElement("article");
  turn.className = kind === "failure" ? "turn turn-failed" : "turn";
  const heading = document.createElement("h2");
  heading.className = "question";
  heading.dir = "auto";
  heading.textContent = asked;
  const card = document.createElement("p");
  card.className = `card ${kind}`;
  card.textContent = message;
  if (kind === "failure") card.setAttribute("role", "alert");
  turn.append(heading, card);
  return turn;
}
