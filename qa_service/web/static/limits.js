// Limits of the form as chips: each says what is set and takes it off. Without this file the server does the same.

const form = document.getElementById("ask");
const chips = document.getElementById("chips");
const NAMES = { date_from: "From", date_to: "To" };
const long = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

export function keepLimits() {
  chips.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    event.preventDefault();
    remove(button);
  });
  for (const name of Object.keys(NAMES)) form.elements[name].addEventListener("change", () => showDate(name));
  // what is wrong with a date, such as one typed in part, is told at its field, which has to be seen
  form.addEventListener("invalid", (event) => event.target.closest("details")?.setAttribute("open", ""), true);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("#beside a.ask-only");
    if (!link) return;
    event.preventDefault();
    addRelease(new URL(link.href).searchParams.get("document_id"), document.querySelector("#beside h1").textContent.trim());
  });
}

function remove(button) {
  const [name] = button.value.split(":", 1);
  if (name in NAMES) form.elements[name].value = "";
  const item = button.closest("li");
  const next = (item.nextElementSibling ?? item.previousElementSibling)?.querySelector("button");
  item.remove();
  (next ?? document.getElementById("question")).focus();
}

function showDate(name) {
  chips.querySelector(`button[value^="${name}:"]`)?.closest("li").remove();
  const { value } = form.elements[name];
  if (value) chips.append(chip(name, value, `${NAMES[name]} ${long.format(new Date(value))}`));
}

function addRelease(id, title) {
  const isThere = [...chips.querySelectorAll("input")].some((input) => input.value === id);
  if (!isThere) {
    const item = chip("document_id", id, `Only ${title}`);
    const input = Object.assign(document.createElement("input"), { type: "hidden", name: "document_id", value: id });
    item.prepend(input);
    chips.append(item);
  }
  document.getElementById("question").focus();
}

function chip(name, value, label) {
  const item = document.createElement("li");
  const button = Object.assign(document.createElement("button"), { type: "submit", name: "remove", value: `${name}:${value}` });
  button.formNoValidate = true;
  const hidden = Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: "Remove: " });
  const shown = Object.assign(document.createElement("span"), { className: "label", textContent: label });
  button.append(hidden, shown);
  item.append(button);
  return item;
}
