// A form that takes a moment says so on the button that was pressed, and is sent once. The save has words of its own, in saving.js.
const SOON = 400; // milliseconds without an answer before the button says so
const GIVEN_UP = 90_000;
const WORDS = "One moment …";

const under = new Map();
const said = Object.assign(document.createElement("span"), { className: "hidden" });
said.setAttribute("role", "status");
document.body.append(said);

export const rest = (form) => {
  const found = under.get(form);
  if (!found) return;
  found.clocks.forEach(clearTimeout);
  if (found.words) found.pressed.replaceChildren(...found.words);
  found.pressed.removeAttribute("aria-disabled");
  said.textContent = "";
  under.delete(form);
};

export const busy = (form, pressed) => {
  if (!pressed || under.has(form) || form.matches(".save")) return;
  const found = { pressed, words: null, clocks: [] };
  const tell = () => {
    found.words = [...pressed.childNodes];
    pressed.textContent = WORDS;
    pressed.setAttribute("aria-disabled", "true"); // it keeps the focus, which a disabled one would lose
    said.textContent = WORDS;
  };
  found.clocks = [setTimeout(tell, SOON), setTimeout(() => { rest(form); delete form.dataset.sent; }, GIVEN_UP)];
  under.set(form, found);
};

document.addEventListener("submit", (event) => { if (!event.defaultPrevented) busy(event.target, event.submitter); });
window.addEventListener("pageshow", () => [...under.keys()].forEach(rest));
