// What is not offered, searched by any word of a line: its name, the fact that closes it, a drug, a brand.
(() => {
  "use strict";

  const search = document.getElementById("search-closed");
  if (!search) return;
  const lines = [...document.querySelectorAll("#list-not-offered .line")];
  const said = document.getElementById("search-said");
  search.closest("p").hidden = false;
  search.addEventListener("input", () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = lines.filter((line) => {
      const text = `${line.textContent} ${line.dataset.words}`.toLowerCase();
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
