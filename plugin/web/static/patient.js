// Keeps what is typed, so that a reload loses nothing, and covers it when nobody has touched the tablet for some minutes.
// The form can be filled in without this file.
(() => {
  "use strict";
  const form = document.getElementById("form");
  const cover = document.getElementById("cover");
  const uncovered = document.getElementById("uncovered");
  const { keep, page, coverAfter, closeAfter } = document.body.dataset;
  const PAUSE = 800; // milliseconds after the last stroke
  const PATIENCE = 3_000; // milliseconds that a page waits to be left until what it sent before has arrived
  let waiting = 0;
  let keeping = null; // the answers under way: what is sent next waits for them, or they could arrive after it and take it back
  let touched = Date.now();
  let leaving = false;

  const send = () => {
    clearTimeout(waiting);
    waiting = 0;
    if (leaving) return;
    const sent = fetch(keep, { method: "POST", body: new FormData(form), keepalive: true }).catch(() => later());
    keeping = sent.finally(() => { keeping = null; });
  };
  const later = () => { clearTimeout(waiting); waiting = setTimeout(put, PAUSE); };
  const put = () => { if (keeping) later(); else send(); };
  form.addEventListener("input", later);

  // A mark that cannot wait is answered beside it at once; "none of these" and the marks of its list exclude each other.
  const answered = (mark) => {
    document.querySelectorAll(".urgent-now").forEach((shown) => shown.remove());
    const marked = mark.checked ? mark : form.querySelector("[data-urgent]:checked");
    if (!marked) return;
    const told = document.getElementById("urgent-now").content.firstElementChild.cloneNode(true);
    told.classList.add("urgent-now");
    marked.closest(".choice").after(told);
    put();
  };
  const listOf = (mark) => {
    const list = mark.closest("fieldset");
    return [...(list ?? form).querySelectorAll("[type='checkbox']")].filter((each) => list || !each.closest("fieldset"));
  };
  form.addEventListener("change", ({ target }) => {
    if (target.type === "checkbox" && target.checked) {
      listOf(target).filter((each) => each !== target && "none" in each.dataset !== "none" in target.dataset).forEach((each) => { each.checked = false; });
    }
    if ("urgent" in target.dataset || "none" in target.dataset) answered(target.matches("[data-urgent]") ? target : { checked: false });
  });
  form.addEventListener("submit", (event) => {
    const isSecond = leaving;
    leaving = true;
    clearTimeout(waiting);
    if (!keeping) return;
    event.preventDefault();
    if (isSecond) return;
    const patience = new Promise((resolve) => { setTimeout(resolve, PATIENCE); });
    Promise.race([keeping, patience]).then(() => { keeping = null; form.requestSubmit(event.submitter); });
  });
  addEventListener("pagehide", () => { if (waiting) send(); });

  const show = (covered) => {
    cover.hidden = !covered;
    uncovered.hidden = covered;
    if (covered) document.getElementById("uncover").focus();
  };
  for (const kind of ["pointerdown", "keydown", "scroll"]) {
    addEventListener(kind, () => { if (cover.hidden) touched = Date.now(); }, { passive: true });
  }
  document.getElementById("uncover").addEventListener("click", () => { touched = Date.now(); show(false); later(); });
  setInterval(() => {
    const idle = (Date.now() - touched) / 1000;
    if (idle >= Number(closeAfter)) location.replace(page); // the server has closed the form by now
    else if (idle >= Number(coverAfter) && cover.hidden) { if (waiting) put(); show(true); }
  }, 1000);
})();
