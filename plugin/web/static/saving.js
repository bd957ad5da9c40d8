// While a save is under way the button says so and is not pressed twice, and an EHR that takes its time is explained.
(() => {
  "use strict";

  const SLOW = 4_000; // milliseconds
  const GIVEN_UP = 90_000; // longer than the plug-in waits for an EHR: no answer comes any more, so it may be pressed again

  const form = document.querySelector("form.save");
  if (!form) return;
  const said = document.getElementById("saving");
  const button = form.querySelector("button.primary");
  const words = button.textContent;
  let clocks = [];

  const rest = () => {
    clocks.forEach(clearTimeout);
    clocks = [];
    button.textContent = words;
    button.removeAttribute("aria-disabled");
    delete form.dataset.sent;
  };

  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented || clocks.length) return;
    button.textContent = said.dataset.busy;
    button.setAttribute("aria-disabled", "true"); // it keeps the focus, which a disabled one would lose
    said.textContent = said.dataset.begun;
    clocks = [
      setTimeout(() => { said.textContent = said.dataset.slow; }, SLOW),
      setTimeout(() => { rest(); said.textContent = said.dataset.givenUp; }, GIVEN_UP),
    ];
  });
  window.addEventListener("pageshow", () => { if (clocks.length) { rest(); said.textContent = ""; } });
})();
