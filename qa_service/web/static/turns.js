// What can be done with a turn that is shown: copying, and saying whether it is right.

const UNSENT = "This could not be sent. Try again in a moment.";

export function serveTurns(thread) {
  thread.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
  });
  thread.addEventListener("submit", (event) => {
    const form = event.target.closest("form.feedback");
    if (!form) return;
    event.preventDefault();
    send(form, event.submitter);
  });
  document.addEventListener("keydown", (event) => {
    // a quote that shows because its number is focused goes, and the focus stays
    if (event.key === "Escape") event.target.closest?.(".ref")?.classList.add("dismissed");
  });
  thread.addEventListener("focusout", (event) => event.target.closest(".ref")?.classList.remove("dismissed"));
}

async function copy(button) {
  const text = button.closest(".form").querySelector("pre");
  const label = button.firstChild;
  try {
    await navigator.clipboard.writeText(text.textContent);
    label.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(text); // over plain http browsers give no clipboard
    label.textContent = "Selected: copy it now";
  }
  setTimeout(() => (label.textContent = "Copy"), 2500);
}

async function send(form, pressed) {
  const isVerdict = pressed?.name === "verdict";
  const body = new URLSearchParams(new FormData(form));
  body.set("verdict", isVerdict ? pressed.value : form.dataset.verdict);
  const thanks = form.querySelector(".thanks");
  try {
    const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    if (response.status === 422) throw new Error("The release has changed since, so this was not kept.");
    if (!response.ok) throw new Error((await response.json()).detail ?? UNSENT);
    form.dataset.verdict = body.get("verdict");
    for (const button of form.querySelectorAll("[name=verdict]")) {
      button.setAttribute("aria-pressed", String(button.value === form.dataset.verdict));
    }
    form.querySelector(".small-button").disabled = false;
    thanks.textContent = isVerdict ? "Thank you." : "Thank you for the comment.";
    if (!isVerdict) form.querySelector(".comment").open = false;
  } catch (error) {
    const isOwn = !(error instanceof TypeError || error instanceof SyntaxError); // no network, or no JSON from a proxy
    thanks.textContent = isOwn ? error.message : UNSENT;
  }
}
