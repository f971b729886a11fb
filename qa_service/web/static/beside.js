// Opens a cited release beside the thread where there is room; elsewhere, and for new tabs, the link does what links do.
// It is a step of the browser's history, so that Back closes it, as it leads back from the release's own page.

const panel = document.getElementById("beside");
const wide = matchMedia("print, (min-width: 68rem)"); // paper is narrow, and printing closes nothing
let opener = null;
let opened = 0;
let isGoingBack = false;

export function openBesideThread() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-beside]");
    const isPlain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!link || !isPlain || !wide.matches) return;
    event.preventDefault();
    open(link);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden) close();
  });
  wide.addEventListener("change", () => {
    if (!wide.matches) close();
  });
  addEventListener("popstate", () => {
    const isOwn = isGoingBack;
    isGoingBack = false;
    if (!isOwn) hide();
    else if (!panel.hidden) addStep(); // opened again before the browser had gone back
  });
  goBack(); // a page that was loaded anew has nothing open
}

function addStep() {
  history.pushState({ isBeside: true }, "");
}

function goBack() {
  if (!history.state?.isBeside) return;
  isGoingBack = true;
  history.back();
}

async function open(link) {
  const number = ++opened;
  opener = link;
  const top = link.getBoundingClientRect().top;
  fill([message("Opening the release …")], link.href);
  if (panel.hidden && !isGoingBack) addStep();
  panel.hidden = false;
  scrollBy({ top: link.getBoundingClientRect().top - top, behavior: "instant" }); // the words clicked stay where they were
  panel.focus({ preventScroll: true });
  try {
    const response = await fetch(link.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (number !== opened) return;
    const parts = [...page.querySelectorAll("main > .about, main > .release")];
    fill(parts.length ? parts : [message(page.querySelector("main p")?.textContent ?? "It can’t be shown.")], link.href);
    showWords();
  } catch {
    if (number === opened) fill([message("The server could not be reached. Try again in a moment.")], link.href);
  }
}

function fill(parts, address) {
  const bar = document.createElement("div");
  bar.className = "beside-bar";
  const page = document.createElement("a");
  page.href = address;
  page.textContent = "Open as a page";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  button.textContent = "Close";
  button.addEventListener("click", close);
  bar.append(page, button);
  panel.replaceChildren(bar, ...parts);
}

function showWords() {
  const words = panel.querySelector("mark.words") ?? panel.querySelector("mark.quote") ?? target();
  if (!words) return;
  const [shown, frame] = [words.getBoundingClientRect(), panel.getBoundingClientRect()];
  if (shown.bottom < frame.top + panel.clientHeight - 64) return; // there already, with the title above
  panel.scrollTop += shown.top - frame.top - Math.max((panel.clientHeight - shown.height) / 2, 64);
}

function target() {
  return panel.querySelector(`#${CSS.escape(new URL(opener.href).hash.slice(1))}`);
}

function message(text) {
  const line = document.createElement("p");
  line.className = "quiet";
  line.textContent = text;
  return line;
}

function close() {
  if (panel.hidden) return;
  hide();
  if (!isGoingBack) goBack();
}

function hide() {
  opened += 1;
  if (panel.hidden) return;
  panel.hidden = true;
  panel.replaceChildren();
  opener?.focus({ preventScroll: true });
  opener?.scrollIntoView({ block: "nearest", behavior: "instant" });
}
