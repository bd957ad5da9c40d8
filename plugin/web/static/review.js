// Small comforts only; every job on the page is done without this file.
(() => {
  "use strict";

  const revealTarget = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let part = target; part; part = part.parentElement) {
      if (part.tagName === "DETAILS") part.open = true;
    }
    target.scrollIntoView();
    const stop = target.tagName === "DETAILS" ? target.querySelector("summary") : target;
    stop.focus({ preventScroll: true });
  };

  window.addEventListener("hashchange", revealTarget);
  revealTarget();
  document.getElementById("problem")?.focus();

  // A second press while the first is under way would only send the same thing again.
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.sent) { event.preventDefault(); return; }
    event.target.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  });

  // Paper has no disclosure triangles: the list of what is not offered is opened for the printer.
  window.addEventListener("beforeprint", () => {
    const closed = document.getElementById("list-not-offered");
    if (closed) closed.open = true;
  });
})();
