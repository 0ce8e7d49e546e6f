// Typing from paper without the mouse: 1 to 4 answer and go down, 0 takes the mark away.

const form = document.querySelector(".paper-form");
if (form) start(form);

function start(form) {
  const groups = [...form.querySelectorAll("[role=radiogroup]")];
  const radiosOf = (group) => [...group.querySelectorAll("[type=radio]")];

  form.addEventListener("keydown", (event) => {
    const group = event.target.closest("[role=radiogroup]");
    if (!group || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Enter") {
      event.preventDefault();
      return goTo(groups.indexOf(group) + 1);
    }
    if (!/^[0-4]$/.test(event.key)) return;
    event.preventDefault();
    const radios = radiosOf(group);
    for (const [place, radio] of radios.entries()) radio.checked = place === Number(event.key) - 1;
    if (event.key !== "0") goTo(groups.indexOf(group) + 1);
  });

  function goTo(place) {
    const group = groups[place];
    if (!group) return form.querySelector("[name='found-0-item_code']").focus();
    const radios = radiosOf(group);
    (radios.find((radio) => radio.checked) ?? radios[0]).focus();
  }

  // An explicit act, seen at once: what has no mark yet meets. Taking it back takes those back.
  for (const box of form.querySelectorAll("[data-all]")) {
    let marked = [];
    box.addEventListener("change", () => {
      if (!box.checked) {
        for (const radio of marked) radio.checked = false;
        marked = [];
        return;
      }
      for (const group of box.closest("section").querySelectorAll("[role=radiogroup]")) {
        const radios = radiosOf(group);
        if (radios.some((radio) => radio.checked)) continue;
        radios[0].checked = true;
        marked.push(radios[0]);
      }
    });
  }

  let leaving = false;
  let touched = false;
  form.addEventListener("input", () => { touched = true; });
  form.addEventListener("submit", () => { leaving = true; });
  addEventListener("beforeunload", (event) => { if (touched && !leaving) event.preventDefault(); });
}
