// Questions asked before, as links that ask them again. They stay in this browser until they are cleared.

const KEY = "past";
const MAX = 50;
const section = document.getElementById("past");

export function showPast() {
  document.getElementById("forget").addEventListener("click", () => {
    store([]);
    show();
    document.getElementById("question").focus();
  });
  show();
}

export function remember(turn) {
  const link = turn.querySelector("a.permalink");
  if (!link) return;
  const question = turn.querySelector(".question").textContent;
  const answer = turn.querySelector(".answer, .quote")?.textContent ?? null;
  const { pathname, search } = new URL(link.href);
  const address = pathname + search;
  const others = load().filter((entry) => withoutSnapshot(entry.address) !== withoutSnapshot(address));
  store([{ question, answer, address }, ...others].slice(0, MAX));
  show();
}

// a link names the snapshot that answered; asked of another one, the question is the same
function withoutSnapshot(address) {
  const parameters = new URL(address, location.origin).searchParams;
  parameters.delete("snapshot");
  return parameters.toString();
}

function show() {
  const entries = load();
  section.hidden = entries.length === 0;
  section.querySelector("ol").replaceChildren(
    ...entries.map(({ question, answer, address }) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = address;
      link.textContent = question;
      const said = document.createElement("span");
      said.className = "quiet";
      said.textContent = answer ?? "Not in these releases";
      item.append(link, said);
      return item;
    }),
  );
}

function load() {
  try {
    const entries = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return entries.filter((entry) => typeof entry.question === "string" && entry.address?.startsWith("/ask?"));
  } catch {
    return []; // storage may be off, or hold what an older page wrote
  }
}

function store(entries) {
  try {
    localStorage.setItem(KEY, JSON.stringify(entries));
  } catch {
    // off or full: nothing is kept then
  }
}
