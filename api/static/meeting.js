// The page of a meeting. Attendance is kept as it is ticked. What depends on it (the quorum, the
// verdicts of each family) is said by the server: its page is fetched and its living parts take the
// place of ours.
const form = document.querySelector("form[data-attendance]");

/** Parts of the page that the server may say anew; what was typed in the rows stays. */
function renew(page) {
  for (const part of page.querySelectorAll("[data-live]")) {
    const here = document.getElementById(part.id);
    if (here && !here.contains(document.activeElement)) here.replaceWith(document.importNode(part, true));
  }
}

if (form) {
  const said = form.querySelector("[aria-live]");
  let again = false;
  let keeping; // while it is under way

  async function keepOnce() {
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      const here = answer.ok && new URL(answer.url).pathname === location.pathname;
      if (!here) throw new Error(answer.statusText);
      renew(new DOMParser().parseFromString(await answer.text(), "text/html"));
      said.textContent = said.dataset.said;
    } catch {
      said.textContent = said.dataset.failed;
    }
  }

  async function keep() {
    do {
      again = false;
      await keepOnce();
    } while (again);
    keeping = undefined;
  }

  form.addEventListener("change", () => {
    if (keeping) again = true;
    else keeping = keep();
  });

  // What the button asks for is under way then; who marks everybody waits for it.
  form.addEventListener("submit", (event) => {
    if (!keeping) return;
    event.preventDefault();
    if (event.submitter?.name) keeping.then(() => form.requestSubmit(event.submitter));
  });
}

// A decision that wants reasons or a date opens the fields for them.
document.querySelector("#decisiones")?.addEventListener("change", (event) => {
  const select = event.target.closest("select[name$='-outcome']");
  if (!select || ["", "organic", "transition"].includes(select.value)) return;
  const more = select.closest("section").querySelector("details");
  if (more) more.open = true;
});

// The last empty condition, once begun, is followed by another.
document.addEventListener("input", (event) => {
  const last = event.target.closest(".condition");
  if (!last || last.nextElementSibling?.classList.contains("condition")) return;
  const next = last.cloneNode(true);
  const number = Number(last.dataset.number);
  next.dataset.number = number + 1;
  for (const part of next.querySelectorAll("input, label")) {
    for (const name of ["id", "name", "for", "aria-describedby"]) {
      const said = part.getAttribute(name);
      if (said) part.setAttribute(name, said.replace(`conditions-${number}-`, `conditions-${number + 1}-`));
    }
    if (part.matches("input")) part.value = "";
  }
  last.after(next);
});
