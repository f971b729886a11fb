// Follows a rebuild without reloading its page. Without this file the page reloads itself until the rebuild has ended.

const POLL_MS = 500;
const status = document.getElementById("status");
const progress = document.getElementById("progress");
const bar = progress.querySelector("progress");
const count = document.getElementById("count");
const numbers = new Intl.NumberFormat("en");

follow();

async function follow() {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    let response;
    try {
      response = await ask("application/json");
      if (response.ok) {
        const job = await response.json();
        if (job.state !== "running") return await end(job);
        show(job);
        continue;
      }
    } catch {
      say("The server can’t be reached. Trying again …");
      continue;
    }
    if (response.status < 500) return stop(response.status); // signed out, or the server was started anew
  }
}

function ask(type) {
  return fetch(location.pathname, { headers: { Accept: type } });
}

function show(job) {
  say(job.status);
  if (job.total) {
    bar.max = job.total;
    bar.value = job.done;
  } else {
    bar.removeAttribute("value");
  }
  count.textContent = job.total ? `${numbers.format(job.done)} of ${numbers.format(job.total)}` : "";
}

async function end(job) {
  const response = await ask("text/html");
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const outcome = page.getElementById("outcome");
  if (!outcome) return stop(response.status);
  document.getElementById("outcome").replaceWith(outcome);
  document.title = page.title;
  progress.remove();
  say(job.status);
}

function stop(code) {
  progress.remove();
  say(code === 404 ? "The server was started anew and no longer knows this rebuild." : "Your session has ended. Reload the page to sign in.");
}

// a screen reader reads what changes here: stages, not each count
function say(words) {
  if (status.textContent !== words) status.textContent = words;
}
