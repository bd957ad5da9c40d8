// The way back out of a form in a fold: nothing of it stays, and whoever uses the keyboard stands where they opened it.
// Without this file the fold closes by its summary, and the button empties the form.
document.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-cancel]");
  if (!pressed) return;
  const fold = pressed.closest("details");
  event.preventDefault();
  pressed.form.reset(); // unsaved.js drops what is kept of it
  fold.parentElement.querySelectorAll(".beside-typed").forEach((asked) => asked.remove());
  fold.open = false;
  fold.querySelector("summary").focus();
});
