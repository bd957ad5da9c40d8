// Small comforts only; every job on the page is done without this file.
(() => {
  "use strict";

  const revealTarget = () => {
    const target = document.getElementById(location.hash ? decodeURIComponent(location.hash.slice(1)) : "problem");
    if (!target) return;
    for (let part = target; part; part = part.parentElement) {
      if (part.tagName === "DETAILS") part.open = true;
    }
    target.scrollIntoView();
    const stop = target.tagName === "DETAILS" ? target.querySelector("summary") : target;
    stop.focus({ preventScroll: true });
  };

  // The strip on top breaks into more rows where the window is narrow: what is jumped to stands below it, all of it.
  const tops = [...document.querySelectorAll(".top, .top > .banner, .what-if-banner")];
  const makeRoom = () => {
    const sticks = tops.find((top) => getComputedStyle(top).position === "sticky" && top.offsetHeight);
    document.documentElement.style.scrollPaddingTop = sticks ? `${sticks.offsetHeight + 12}px` : "";
  };
  makeRoom();
  tops.forEach((top) => new ResizeObserver(makeRoom).observe(top));

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
