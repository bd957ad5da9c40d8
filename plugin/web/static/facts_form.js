// Has the renderer show the form, and sends what it holds as a QuestionnaireResponse.
(async () => {
  "use strict";
  const form = JSON.parse(document.getElementById("form-data").textContent);
  await LForms.Util.addFormToPage(LForms.Util.convertFHIRQuestionnaireToLForms(form, "R4"), "rendered");
  document.getElementById("rendering")?.remove();
  // The buttons for help name a text that is not there until it is opened, which a screen reader cannot follow.
  document.querySelectorAll("#rendered [aria-controls]").forEach((button) => {
    if (!document.getElementById(button.getAttribute("aria-controls"))) button.removeAttribute("aria-controls");
  });
  document.getElementById("facts-answers").addEventListener("submit", () => {
    document.getElementById("response").value = JSON.stringify(
      LForms.Util.getFormFHIRData("QuestionnaireResponse", "R4"),
    );
  });
  document.getElementById("send-facts").disabled = false;
})();
