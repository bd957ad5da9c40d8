// Brings the rule to the line when somebody asks why; without this file the same stands behind a link.
(() => {
  "use strict";

  const bring = async (place) => {
    const answer = await fetch(place.dataset.part, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    const part = document.createElement("div");
    part.className = "rule";
    part.innerHTML = await answer.text();
    place.replaceWith(part);
  };

  document.addEventListener("toggle", (event) => {
    const place = event.target.open && event.target.matches(".why") && event.target.querySelector(".rule[data-part]");
    if (!place || place.dataset.asked) return;
    place.dataset.asked = "yes";
    bring(place).catch(() => { delete place.dataset.asked; }); // the link stays, and opening it again tries again
  }, true);

  // What is not offered, searched by any word of a line: its name, the fact that closes it, a drug, a brand.
  const search = document.getElementById("search-closed");
  if (!search) return;
  const lines = [...document.querySelectorAll("#list-not-offered .line")];
  const said = document.getElementById("search-said");
  search.closest("p").hidden = false;
  search.addEventListener("input", () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = lines.filter((line) => {
      const text = `${line.textContent} ${line.dataset.also || ""}`.toLowerCase();
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
