// Has the renderer show the form, and sends what it holds as a QuestionnaireResponse.
"use strict";

// Said to those who listen; those who look see the form. What is said while a page is still coming, Orca does not hear.
const SETTLED = 1000; // milliseconds
const ready = () => {
  const said = document.getElementById("rendering");
  said.className = "hidden";
  said.textContent = "";
  setTimeout(() => { said.textContent = said.dataset.ready; }, SETTLED);
};

// A help that is open covers the answers beside it: it goes when the reader goes on, as it does with Escape.
document.addEventListener("focusout", (event) => {
  if (!event.target.matches(".lhc-help-button") || !document.querySelector(".lhc-popover-help")) return;
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", keyCode: 27, bubbles: true }));
});

const showForm = async () => {
  const form = JSON.parse(document.getElementById("form-data").textContent);
  const shown = LForms.Util.convertFHIRQuestionnaireToLForms(form, "R4");

  // The renderer passes over a selected answer where the answers are plain words: it is marked in its own model.
  const selected = {};
  const collect = (items) => (items || []).forEach((item) => {
    const option = (item.answerOption || []).find((each) => each.initialSelected);
    if (option) selected[item.linkId] = option.valueString;
    collect(item.item);
  });
  const mark = (items) => (items || []).forEach((item) => {
    const words = selected[item.linkId];
    const answer = words && (item.answers || []).find((each) => each.text === words);
    if (answer) item.value = answer;
    mark(item.items);
  });
  collect(form.item);
  mark(shown.items);

  await LForms.Util.addFormToPage(shown, "rendered");
  const answers = () => JSON.stringify(LForms.Util.getFormFHIRData("QuestionnaireResponse", "R4"));
  ready();
  document.querySelectorAll("#rendered .lhc-item-group-title").forEach((title) => {
    title.setAttribute("role", "heading");
    title.setAttribute("aria-level", "2");
  });
  // The buttons for help name a text that is not there until it is opened, which a screen reader cannot follow.
  document.querySelectorAll("#rendered [aria-controls]").forEach((button) => {
    if (!document.getElementById(button.getAttribute("aria-controls"))) button.removeAttribute("aria-controls");
  });
  document.getElementById("facts-answers").addEventListener("submit", () => {
    document.getElementById("response").value = answers();
  });
  // A form that was refused comes with what it held before it was answered.
  const untouched = document.getElementById("untouched");
  if (!("given" in untouched.dataset)) untouched.value = answers();
  document.getElementById("send-facts").disabled = false;
};

showForm().catch((fault) => {
  document.getElementById("rendering").hidden = true;
  document.getElementById("not-rendered").hidden = false;
  throw fault;
});
