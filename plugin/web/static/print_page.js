// Prints this page alone, in a frame too. Without this file the PDF does.
(() => {
  "use strict";

  document.querySelectorAll("[data-print]").forEach((part) => {
    part.hidden = false;
    if (part.tagName === "BUTTON") part.addEventListener("click", () => window.print());
  });
})();
