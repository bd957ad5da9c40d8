// Brings what is folded when somebody opens it, from the page that its link leads to; without this file the link does.
const asked = new WeakMap();

// What a form answers to is what this page shows: whatever others did since then is told when it is sent.
const answering = (part, shown) => {
  if (!shown) return;
  for (const name of ["seen", "standing"]) {
    part.querySelectorAll(`input[name="${name}"]`).forEach((field) => { field.value = shown.dataset[name]; });
  }
};

// A screen reader takes a list of choices that turns up for a choice just made, and leaps into it past all that stands
// before. It hears nothing of one that is out of reach while it turns up.
const TURNING_UP = 150; // milliseconds
const comeQuietly = (part) => {
  if (!part.querySelector("select")) return;
  part.inert = true;
  setTimeout(() => { part.inert = false; }, TURNING_UP);
};

const fetched = async (place) => {
  const answer = await fetch(`${place.querySelector("a").href}?bare`, { credentials: "same-origin", redirect: "error" });
  if (!answer.ok) throw new Error(String(answer.status));
  const made = document.createElement("template");
  made.innerHTML = await answer.text();
  answering(made.content, place.closest("[data-seen]"));
  const part = made.content.firstElementChild;
  const holdsFocus = place.contains(document.activeElement);
  if (!holdsFocus) comeQuietly(part);
  place.replaceWith(made.content);
  if (holdsFocus) part.querySelector("a, button, input, select, summary, textarea")?.focus();
};

// A fold whose part does not come keeps its link; asking again tries again.
const bring = (place) => {
  if (!asked.has(place)) asked.set(place, fetched(place).catch(() => { asked.delete(place); }));
  return asked.get(place);
};

export const bringAll = (within) => Promise.all([...within.querySelectorAll("[data-part]")].map(bring));

document.addEventListener("toggle", (event) => {
  const place = event.target.open && event.target.querySelector(":scope > [data-part]");
  if (place) bring(place);
}, true);
document.querySelectorAll("details[open] > [data-part]").forEach(bring);
