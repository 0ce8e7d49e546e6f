// A search form renews its results while somebody types. Without this the button does it.
//
// <form method="get" data-renews="id of the results" data-says="id of the count">: the server
// answers to the header X-Part with the results alone; what their .count says is also spoken.

const PAUSE = 200; // milliseconds without a letter
const NUMBER = /(\d\D?){5}/; // as long as an identity number: it stays out of the address

function follow(form) {
  let waiting = 0;
  let asked = null;

  function address() {
    const wanted = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (value.trim()) wanted.append(name, value.trim());
    }
    const query = wanted.toString();
    return query ? `${form.action}?${query}` : form.action;
  }

  function remember(url) {
    const typed = new FormData(form).get("q") ?? "";
    if (!NUMBER.test(typed)) history.replaceState(null, "", url);
  }

  async function renew() {
    asked?.abort();
    asked = new AbortController();
    const { signal } = asked;
    const url = address();
    const shown = document.getElementById(form.dataset.renews);
    shown.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(url, { headers: { "X-Part": form.dataset.renews }, signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.getElementById(form.dataset.renews);
      if (signal.aborted) return;
      if (!answer.ok || answer.redirected || !found) {
        location.assign(url); // signed out, or refused: the page itself says it
        return;
      }
      shown.replaceWith(found);
      document.getElementById(form.dataset.says).textContent = found.querySelector(".count").textContent;
      remember(url);
    } catch (problem) {
      if (problem.name === "AbortError") return;
      shown.removeAttribute("aria-busy"); // no connection: what was found stays
    }
  }

  form.addEventListener("input", (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(renew, event.target.type === "search" ? PAUSE : 0);
  });
}

document.querySelectorAll("form[data-renews]").forEach(follow);
