// What is not offered, searched by what a line shows, its name and the fact that closes it, and by its drugs and their brands; not by
// what is folded.
(() => {
  "use strict";

  const search = document.getElementById("search-closed");
  if (!search) return;
  const lines = [...document.querySelectorAll("#list-not-offered .line")];
  const wordsOf = (line) => [...line.querySelectorAll(".line-title, .reason")].map((part) => part.textContent).join(" ");
  const said = document.getElementById("search-said");
  search.closest("p").hidden = false;
  search.addEventListener("input", () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = lines.filter((line) => {
      const text = `${wordsOf(line)} ${line.dataset.words ?? ""}`.toLowerCase();
      line.hidden = !words.every((word) => text.includes(word));
      return !line.hidden;
    });
    document.querySelectorAll("#list-not-offered .topic").forEach((topic) => {
      let next = topic.nextElementSibling;
      while (next && next.classList.contains("line") && next.hidden) next = next.nextElementSibling;
      topic.hidden = !next || !next.classList.contains("line");
    });
    said.textContent = words.length ? `${found.length} of ${lines.length}` : "";
  });
})();
