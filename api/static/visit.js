// Saves each change of a visit's form as soon as it is made. Without it the buttons do the same.

const form = document.querySelector("form[data-visit]");
if (form) start(form);

function start(form) {
  const words = form.dataset;
  const state = form.querySelector(".save-state");
  const dirty = new Set();
  let timer = 0;
  let busy = false;

  const partOf = (field) => field.closest("[data-part]");
  const isFinding = (field) => field.name.startsWith("found-");
  const say = (text, kind = "") => {
    state.textContent = text;
    state.className = `save-state ${kind}`;
  };

  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("submit", () => { dirty.clear(); leaving = true; });
  addEventListener("online", () => save());
  addEventListener("pagehide", () => { if (dirty.size && !leaving) save(); });
  let leaving = false;
  addEventListener("beforeunload", (event) => {
    if (!leaving && (dirty.size || typedFinding())) event.preventDefault();
  });

  function changed(event) {
    const field = event.target;
    if (!field.name) return;
    if (isFinding(field)) return say(words.finding, "waiting");
    const part = partOf(field);
    if (!part) return;
    if (field.type === "radio") openFor(part, field.value);
    dirty.add(part);
    say(words.unsaved, "waiting");
    clearTimeout(timer);
    timer = setTimeout(save, field.type === "radio" || field.type === "checkbox" ? 600 : 1500);
  }

  function openFor(part, answer) {
    const more = part.querySelector("details");
    if (!more || (answer !== "fails" && answer !== "partly")) return;
    more.open = true;
    const slot = part.querySelector("[data-slot]");
    if (slot) makeRoom(slot);
  }

  form.addEventListener("click", (event) => {
    const slot = event.target.closest("[data-slot]");
    if (!slot || !event.target.closest("button")) return;
    event.preventDefault();
    makeRoom(slot);
  });

  // The fields of a finding, beside the question that has one.
  function makeRoom(slot) {
    const room = document.getElementById("finding").content.cloneNode(true);
    for (const field of room.querySelectorAll("*")) {
      for (const given of ["id", "name", "for", "aria-describedby"]) {
        const value = field.getAttribute(given);
        if (value) field.setAttribute(given, value.replaceAll("PLACE", slot.dataset.slot));
      }
    }
    slot.replaceWith(room);
  }

  function typedFinding() {
    return [...form.elements].some((field) => field.name?.startsWith("found-")
      && (field.type === "radio" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue)
      && field.tagName !== "SELECT");
  }

  async function save() {
    clearTimeout(timer);
    if (busy || !dirty.size) return;
    const parts = [...dirty];
    const sent = new FormData();
    sent.set("csrf_token", form.elements.csrf_token.value);
    for (const part of parts) {
      for (const field of part.querySelectorAll("[name]")) {
        const choice = field.type === "radio" || field.type === "checkbox";
        if (!isFinding(field) && (!choice || field.checked)) sent.append(field.name, field.value);
      }
    }
    dirty.clear();
    busy = true;
    say(words.saving, "waiting");
    try {
      await hear(await post(sent), parts, sent);
    } catch {
      again(parts, words.offline);
      timer = setTimeout(save, 20000);
    } finally {
      busy = false;
    }
    if (dirty.size && !timer) timer = setTimeout(save, 600);
  }

  function post(sent) {
    const body = new URLSearchParams(sent);
    return fetch(words.visit, { method: "POST", body, redirect: "manual" });
  }

  async function hear(answer, parts, sent) {
    timer = 0;
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
      again(parts, words.away);
      if (await newToken()) timer = setTimeout(save, 600);
      return;
    }
    const isJson = answer.headers.get("content-type")?.startsWith("application/json");
    if (!isJson) return again(parts, words.unsaved);
    const told = await answer.json();
    for (const part of parts) forget(part);
    if (answer.ok) {
      for (const part of parts) remember(part, (name) => sent.getAll(name));
      form.querySelector(".answered").textContent = told.answered;
      form.querySelector("progress").value = told.answered;
      return dirty.size ? say(words.unsaved, "waiting") : say(words.saved, "saved");
    }
    for (const [name, text] of Object.entries(told.errors)) show(name, text);
    if (told.was) for (const part of parts) remember(part, (name) => told.was[name]);
    // What is marked waits for the writer; what was sent along with it is sent again without it.
    const marked = parts.filter((part) => part.querySelector(".error:not([hidden])"));
    for (const part of parts) if (!marked.includes(part) && marked.length) dirty.add(part);
    say(words.refused, "unsaved");
  }

  function again(parts, text) {
    for (const part of parts) dirty.add(part);
    say(text, "unsaved");
  }

  // What was saved is what has been read: the next change is compared with it.
  function remember(part, valuesOf) {
    const names = new Set([...part.querySelectorAll("[name^='was-']")].map((field) => field.name));
    for (const was of names) {
      const values = valuesOf(was.slice(4));
      if (!values) continue;
      const [first, ...more] = part.querySelectorAll(`[name="${was}"]`);
      for (const field of more) field.remove();
      first.value = values[0] ?? "";
      for (const value of values.slice(1)) {
        const field = first.cloneNode();
        field.value = value;
        first.after(field);
      }
    }
  }

  function place(name) {
    const field = document.getElementById(`f-${name}`);
    return field && (partOf(field) ?? field.parentElement);
  }

  function show(name, text) {
    const part = place(name);
    if (!part) return;
    let error = document.getElementById(`f-${name}-error`);
    if (!error) {
      error = document.createElement("p");
      error.className = "error";
      error.id = `f-${name}-error`;
      error.dataset.mine = "";
      const field = document.getElementById(`f-${name}`);
      field.before(error);
    }
    error.hidden = false;
    (error.querySelector(".said") ?? error).textContent = text;
    part.classList.add("has-error");
  }

  function forget(part) {
    part.classList.remove("has-error");
    for (const error of part.querySelectorAll(".error")) error.hidden = true;
  }

  // A session that was opened anew in another tab has another token; this page asks for it.
  async function newToken() {
    const page = await fetch(location.pathname, { redirect: "manual" });
    if (!page.ok) return false;
    const token = (await page.text()).match(/name="csrf_token" value="([^"]+)"/)?.[1];
    if (!token || token === form.elements.csrf_token.value) return false;
    for (const field of document.querySelectorAll("[name=csrf_token]")) field.value = token;
    return true;
  }

  const locate = form.querySelector("[data-locate]");
  if (locate && "geolocation" in navigator) {
    const line = locate.querySelector(".locate");
    const told = line.querySelector("[role=status]");
    line.hidden = false;
    line.querySelector("button").addEventListener("click", () => {
      told.textContent = words.locating;
      navigator.geolocation.getCurrentPosition(({ coords }) => {
        for (const [name, value] of [["lat", coords.latitude], ["lon", coords.longitude]]) {
          form.elements[name].value = value.toFixed(5);
        }
        told.textContent = words.located.replace("{m}", Math.round(coords.accuracy));
        dirty.add(locate);
        save();
      }, () => { told.textContent = words.unlocated; }, { enableHighAccuracy: true, timeout: 30000 });
    });
  }
}
