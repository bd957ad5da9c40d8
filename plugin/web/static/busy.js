// A form that takes a moment says so on the button that was pressed, and is sent once. One that has words of its own for it
// (`data-busy`, as the save has) says them at once, and explains an EHR that takes its time.
const SOON = 400; // milliseconds without an answer before the button says so
const SLOW = 4_000;
const GIVEN_UP = 90_000; // longer than the plug-in waits for an EHR: no answer comes any more, so it may be pressed again
const WORDS = "One moment …";

const under = new Map();
const said = Object.assign(document.createElement("span"), { className: "hidden" });
said.setAttribute("aria-live", "polite"); // not the role of a status, whose words Orca leaves out
document.body.append(said);

export const rest = (form, words = "") => {
  const found = under.get(form);
  if (!found) return;
  found.clocks.forEach(clearTimeout);
  if (found.words) found.pressed.replaceChildren(...found.words);
  found.pressed.removeAttribute("aria-disabled");
  found.place.textContent = words;
  under.delete(form);
};

export const busy = (form, pressed) => {
  if (!pressed || under.has(form)) return;
  const own = form.querySelector("[data-busy]");
  const { busy: onButton = WORDS, begun = WORDS, slow, givenUp = "" } = own?.dataset ?? {};
  const found = { pressed, place: own ?? said, words: null, clocks: [] };
  const tell = () => {
    found.words = [...pressed.childNodes];
    pressed.textContent = onButton;
    pressed.setAttribute("aria-disabled", "true"); // it keeps the focus, which a disabled one would lose
    found.place.textContent = begun;
  };
  under.set(form, found);
  if (own) tell();
  else found.clocks.push(setTimeout(tell, SOON));
  if (slow) found.clocks.push(setTimeout(() => { found.place.textContent = slow; }, SLOW));
  found.clocks.push(setTimeout(() => { rest(form, givenUp); delete form.dataset.sent; }, GIVEN_UP));
};

document.addEventListener("submit", (event) => { if (!event.defaultPrevented) busy(event.target, event.submitter); });
window.addEventListener("pageshow", () => [...under.keys()].forEach((form) => rest(form)));
