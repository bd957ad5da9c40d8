// Text typed in one form of a line is not lost by pressing the button of another: which of the two is meant is asked first.

// What stands on a button for those who see it.
const seenWords = (submitter) => {
  const copy = submitter.cloneNode(true);
  copy.querySelectorAll(".hidden").forEach((part) => part.remove());
  return copy.textContent.trim().replace(/\s+/g, " ");
};
export const pressedWords = (submitter) => (submitter?.textContent ?? "").trim().replace(/\s+/g, " ");

const senders = (form) => [...form.querySelectorAll("button[type='submit']:not([formaction], [disabled])")];
const wordsOf = (field) => (field.tagName === "SELECT" ? field.selectedOptions[0]?.text : field.value.trim());
const typedWords = (form) => [...form.querySelectorAll("textarea, select, input:not([type='hidden'], [type='checkbox'], [type='radio'])")]
  .filter((field) => field.value && (field.tagName === "SELECT" || field.value !== field.defaultValue)).map(wordsOf).join("; ");

const button = (words, act) => {
  const made = Object.assign(document.createElement("button"), { type: "button", textContent: words });
  made.addEventListener("click", act);
  return made;
};

// forms: those beside `form` that hold typed text. send: sends `form` alone, and drops what they hold.
export const askBeside = (form, submitter, forms, send) => {
  const words = seenWords(submitter);
  document.querySelectorAll(".beside-typed").forEach((earlier) => earlier.remove());
  const asked = Object.assign(document.createElement("div"), { className: "kept not-sent beside-typed" });
  asked.setAttribute("role", "alert");
  const typed = forms.map((other) => `“${typedWords(other)}”`).join(", ");
  asked.append(Object.assign(document.createElement("p"), { textContent: `Nothing is sent yet. You typed here: ${typed}. “${words}” does not send that.` }));
  for (const other of forms) {
    asked.append(...senders(other).map((sender) => button(seenWords(sender), () => {
      asked.remove();
      for (let fold = other.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
      other.requestSubmit(sender);
    })));
  }
  asked.append(button(`${words}, and drop what I typed`, () => { asked.remove(); send(); }));
  form.after(asked);
  asked.querySelector("button").focus();
};
