// Copies the text for a note, plain and formatted. Without this file, or where the frame forbids it, it is copied by hand.
(() => {
  "use strict";

  const fetched = async (address) => {
    const answer = await fetch(address, { cache: "no-store" });
    if (!answer.ok || answer.redirected) throw new Error(`the text came with status ${answer.status}`);
    return answer.text();
  };
  const as = (kind, text) => text.then((words) => new Blob([words], { type: kind }));

  // The promises go in as they are: a browser allows copying only while the press of the button is fresh.
  const copy = (plain, formatted) => navigator.clipboard.write([
    new ClipboardItem({ "text/plain": as("text/plain", plain), "text/html": as("text/html", formatted) }),
  ]);

  const byHand = (area) => {
    area.focus();
    area.select();
    return document.execCommand("copy"); // where a frame may not use the clipboard, this still may
  };

  document.querySelectorAll("[data-copy]").forEach((control) => {
    const area = document.getElementById("note-text");
    const said = control.parentElement.querySelector("[data-copied]");
    control.hidden = false;
    control.addEventListener("click", async (event) => {
      event.preventDefault();
      try {
        if (area) await copy(Promise.resolve(area.value), Promise.resolve(document.getElementById("note-html").innerHTML));
        else await copy(fetched(control.dataset.text), fetched(control.dataset.html));
        said.textContent = "Copied. Paste it into the note.";
      } catch {
        if (!area) { location.assign(control.href); return; }
        said.textContent = byHand(area) ? "Copied as plain text. Paste it into the note." : "Selected. Copy it with the keyboard.";
      }
    });
  });
})();
