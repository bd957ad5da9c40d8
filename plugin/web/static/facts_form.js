// Has the renderer show the form, and sends what it holds as a QuestionnaireResponse.
"use strict";

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
  document.getElementById("rendering").hidden = true;
  // The buttons for help name a text that is not there until it is opened, which a screen reader cannot follow.
  document.querySelectorAll("#rendered [aria-controls]").forEach((button) => {
    if (!document.getElementById(button.getAttribute("aria-controls"))) button.removeAttribute("aria-controls");
  });
  document.getElementById("facts-answers").addEventListener("submit", () => {
    document.getElementById("response").value = answers();
  });
  document.getElementById("untouched").value = answers();
  document.getElementById("send-facts").disabled = false;
};

showForm().catch((fault) => {
  document.getElementById("rendering").hidden = true;
  document.getElementById("not-rendered").hidden = false;
  throw fault;
});
