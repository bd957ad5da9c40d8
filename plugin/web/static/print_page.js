// Prints this page alone, in a frame too. A button of a form sends it first, and the page that comes back prints.
// Without this file the PDF does.
(() => {
  "use strict";

  document.querySelectorAll("[data-print]").forEach((part) => {
    part.hidden = false;
    if (part.type === "button") part.addEventListener("click", () => window.print());
  });
  if (document.querySelector("[data-print-now]")) window.addEventListener("load", () => window.print());
})();
