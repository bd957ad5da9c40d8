// Nothing that was typed or pressed is lost with the connection or the browser. Forms with `data-keep` are kept while somebody types
// in them, and dropped when the server has what they say. Without this file the same forms are sent as they are.
import { askBeside, pressedWords } from "./beside.js";
import { busy, rest } from "./busy.js";
import { live, onConnection, reach, watch } from "./live.js";
import { bringAll } from "./parts.js";
import { openSafe } from "./sealed.js";

const PAUSE = 250; // milliseconds without a key before typed text is kept
const safe = await openSafe(live.dataset);
const typing = new Map();
const going = new WeakSet();
const touched = new Set();
const kept = new Map();

const formOf = (name) => document.querySelector(`form[data-keep="${CSS.escape(name)}"]`);
const placeOf = (form) => form.closest("[data-seen]");
const isOurs = (field) => field.name && !["hidden", "submit", "button"].includes(field.type) && field.tagName !== "BUTTON" && field.tagName !== "FIELDSET";
const fieldsOf = (form) => [...form.elements].filter(isOurs);
const isTicked = (field) => field.type === "checkbox" || field.type === "radio";
const valueOf = (field) => (isTicked(field) ? field.checked : field.value);
const idOf = (field) => (field.type === "radio" ? `${field.name}=${field.value}` : field.name);
const clock = (moment) => new Date(moment).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
const isAsServed = (field) => {
  if (isTicked(field)) return field.checked === field.defaultChecked;
  if (field.tagName === "SELECT") return [...field.options].every((option, at) => option.selected === (option.defaultSelected || (!field.querySelector("[selected]") && at === 0)));
  return field.value === field.defaultValue;
};

const draftOf = (form, pressed = "") => ({
  at: Date.now(),
  pressed,
  label: form.dataset.label || placeOf(form)?.querySelector(".line-title, .label, .asked a, b")?.textContent || "A line of your own",
  place: placeOf(form)?.id ?? "",
  seen: placeOf(form)?.dataset.seen ?? "",
  key: form.dataset.key ?? "",
  words: fieldsOf(form).filter((field) => !isTicked(field)).map((field) => field.value).filter(Boolean).join("; "),
  fields: Object.fromEntries(fieldsOf(form).map((field) => [idOf(field), valueOf(field)])),
});

const keep = async (form, pressed = "") => {
  const name = form.dataset.keep;
  const isNew = !kept.has(name);
  clearTimeout(typing.get(form));
  kept.set(name, draftOf(form, pressed));
  await safe?.put(name, kept.get(name));
  if (isNew) await list();
};

const drop = async (name) => {
  kept.delete(name);
  await safe?.drop(name);
  formOf(name)?.parentElement.querySelectorAll(`[data-note="${CSS.escape(name)}"]`).forEach((note) => note.remove());
  await list();
};

const button = (words, act) => {
  const made = Object.assign(document.createElement("button"), { type: "button", textContent: words });
  made.addEventListener("click", act);
  return made;
};

const note = (form, words, isUnsent) => {
  const name = form.dataset.keep;
  form.parentElement.querySelectorAll(`[data-note="${CSS.escape(name)}"]`).forEach((earlier) => earlier.remove());
  const made = Object.assign(document.createElement("p"), { className: isUnsent ? "kept not-sent" : "kept", textContent: words });
  made.dataset.note = name;
  made.setAttribute("role", "status");
  made.append(button("Discard", () => form.reset()));
  form.before(made);
};

const NOT_SENT = {
  yes: "Not sent yet. The connection is back: press the same button again to send it.",
  no: "Not sent: there is no connection. Kept here; try again with the same button.",
  over: "Not sent: this session is over. Kept here; launch the plug-in again from the patient’s chart.",
};

const linked = (place, words) => Object.assign(document.createElement("a"), { href: `#${place}`, textContent: words });

const itemOf = ([name, draft]) => {
  const item = document.createElement("li");
  if (!formOf(name)) item.append(`${draft.label}, which this page does not ask now: “${draft.words || draft.pressed}” `);
  else item.append(linked(draft.place || "own", draft.label), draft.pressed ? `: “${draft.pressed}”, pressed ${clock(draft.at)} ` : ": typed ");
  item.append(button("Discard", () => { formOf(name)?.reset(); drop(name); item.remove(); }));
  return item;
};

// All that is kept, whether or not its line is in sight, and whether or not a button was pressed.
const list = async () => {
  const entries = Object.entries(safe ? await safe.all() : Object.fromEntries(kept));
  document.querySelector("#unsent ul").replaceChildren(...entries.map(itemOf));
  document.getElementById("unsent").hidden = !entries.length;
};

// What a save would leave out: all that is kept, and whatever somebody entered in another form of the page.
const leftOut = async () => {
  const changed = [...touched].filter((form) => form.isConnected && !fieldsOf(form).every(isAsServed));
  await Promise.all(changed.filter((form) => form.dataset.keep && !kept.get(form.dataset.keep)?.pressed).map((form) => keep(form)));
  const entries = Object.entries(safe ? await safe.all() : Object.fromEntries(kept)).map(itemOf);
  const others = changed.filter((form) => !form.dataset.keep).map((form) => {
    const item = document.createElement("li");
    item.append(linked(form.closest("[id]")?.id ?? "facts", form.getAttribute("aria-label") ?? "An answer"), ": chosen or typed");
    return item;
  });
  return [...entries, ...others];
};

const hasArrived = (draft) => {
  if (draft.key && document.getElementById(`own-${draft.key}`) && !draft.place) return true;
  const place = draft.pressed && document.getElementById(draft.place);
  return Boolean(place) && place.dataset.seen !== draft.seen && "mine" in place.dataset;
};

const giveBack = (form, draft) => {
  for (const field of fieldsOf(form)) {
    const value = draft.fields[idOf(field)];
    if (value === undefined) continue;
    if (isTicked(field)) field.checked = value; else field.value = value;
  }
  if (draft.key && !draft.place) { // sent twice, it is still one line
    form.setAttribute("action", form.getAttribute("action").replace(/[0-9a-f]{32}$/, draft.key));
    form.dataset.key = draft.key;
  }
  for (let fold = form.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  if (draft.pressed) note(form, `Not sent: “${draft.pressed}”, pressed ${clock(draft.at)}. Kept here; press it again to send it.`, true);
  else note(form, `Given back: typed ${clock(draft.at)}, not sent.`, false);
};

const restore = async () => {
  const refused = document.getElementById("problem")?.dataset.about;
  const drafts = Object.entries(safe ? await safe.all() : {});
  const isRefusedOne = (draft) => refused && [draft.place, draft.place.replace(/^ask-/, "fact-"), `own-${draft.key}`].includes(refused);
  for (const [name, draft] of drafts) {
    const isRefused = isRefusedOne(draft);
    if (!isRefused && hasArrived(draft)) { await safe.drop(name); continue; }
    const place = document.getElementById(draft.place);
    if (place && !formOf(name)) await bringAll(place);
    const form = formOf(name);
    kept.set(name, draft);
    if (isRefused && !draft.words) await drop(name); // pressed only: the page says what became of it
    else if (form && isRefused) await keep(form); // the server gave its text back
    else if (form) giveBack(form, draft);
  }
  await list();
};

const sendOnceReached = async (form, submitter) => {
  if (going.has(form)) return;
  going.add(form);
  const words = pressedWords(submitter);
  busy(form, submitter);
  await keep(form, words);
  const answer = await reach();
  going.delete(form);
  if (answer !== "yes") { rest(form); note(form, NOT_SENT[answer], true); await list(); return; }
  form.dataset.through = "yes";
  form.requestSubmit(submitter);
};

// Other forms of the same line or fact that hold typed text, which this one would not send.
const typedBeside = (form) => {
  const forms = [...(placeOf(form)?.querySelectorAll("form[data-keep]") ?? [])].filter((other) => other !== form);
  const isTyped = (other) => kept.get(other.dataset.keep)?.words || !fieldsOf(other).every((field) => isTicked(field) || isAsServed(field));
  return forms.filter(isTyped);
};

const sendAlone = async (form, submitter, beside) => {
  for (const other of beside) { other.reset(); await drop(other.dataset.keep); }
  await sendOnceReached(form, submitter);
};

const saveForm = document.querySelector("form.save");
let maySave = false;

// The first press says what a save would leave out; the second one saves without it, if anybody is there to save.
const saveOnceTold = async (form, submitter) => {
  if (going.has(form)) return;
  going.add(form);
  const items = maySave ? [] : await leftOut();
  const answer = items.length ? "" : await reach();
  going.delete(form);
  maySave = true;
  if (answer === "yes") { form.dataset.through = "yes"; form.requestSubmit(submitter); return; }
  if (answer) { document.getElementById("saving").textContent = document.getElementById("saving").dataset[answer]; return; }
  const told = document.getElementById("left-out");
  told.querySelector("ul").replaceChildren(...items);
  told.hidden = false;
  submitter.textContent = "Save without it";
  told.focus();
};

// A form that is emptied, by whatever button, has nothing to keep.
document.addEventListener("reset", (event) => { if (event.target.dataset.keep) drop(event.target.dataset.keep); });

const isClosing = (form) => form.getAttribute("action").endsWith("/close"); // a field may be called "action"
let mayDrop = false;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.submitter?.hasAttribute("formaction")) return; // it goes elsewhere, and changes nothing here
  if (form.dataset.keep && !form.dataset.through) {
    event.preventDefault();
    event.stopImmediatePropagation();
    const beside = typedBeside(form);
    if (!beside.length) { sendOnceReached(form, event.submitter); return; }
    beside.filter((other) => !kept.get(other.dataset.keep)?.pressed).forEach((other) => keep(other));
    askBeside(form, event.submitter, beside, () => sendAlone(form, event.submitter, beside));
  } else if (form === saveForm && !form.dataset.through) {
    event.preventDefault();
    event.stopImmediatePropagation();
    saveOnceTold(form, event.submitter);
  } else if (isClosing(form) && kept.size && !mayDrop) {
    event.preventDefault();
    event.stopImmediatePropagation();
    mayDrop = true;
    const lines = kept.size === 1 ? "1 form holds" : `${kept.size} forms hold`;
    form.append(Object.assign(document.createElement("span"), { role: "status", textContent: ` ${lines} text that was not sent. Close again to drop it.` }));
  } else if (isClosing(form)) {
    safe?.clear();
  }
}, true);

const onTyping = (event) => {
  const form = event.target.form;
  if (form && form !== saveForm) touched.add(form);
  if (!form?.dataset.keep) return;
  clearTimeout(typing.get(form));
  typing.set(form, setTimeout(() => (fieldsOf(form).every(isAsServed) ? drop(form.dataset.keep) : keep(form)), PAUSE));
};
document.addEventListener("input", onTyping);
document.addEventListener("change", onTyping);

window.addEventListener("pageshow", () => { // a close that did not arrive leads back here
  safe?.open();
  document.querySelectorAll("form[data-through]").forEach((form) => delete form.dataset.through);
});
document.querySelectorAll(safe ? "[data-when='keeps-not']" : "[data-when='keeps']").forEach((words) => words.remove());
onConnection((state) => {
  document.querySelectorAll(".kept.not-sent").forEach((shown) => { if (formOf(shown.dataset.note)) note(formOf(shown.dataset.note), NOT_SENT[state], true); });
  list();
});
watch();
await restore();
