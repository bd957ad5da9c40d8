"""Opens what is folded on a page. Parts that are fetched are opened a few of each kind: all of them take a minute."""

OPEN = """() => {
  const seen = new Map();
  const isOneOfFew = (fold) => {
    const about = fold.matches(".fact") ? fold.querySelector(".state") : fold.closest(".line");
    const kind = [fold.className, fold.querySelector("use")?.getAttribute("href"), about?.className].join();
    seen.set(kind, (seen.get(kind) ?? 0) + 1);
    return seen.get(kind) <= 2;
  };
  const answering = new Set(); // of the forms of one line only one can be open
  for (const fold of document.querySelectorAll("details")) {
    const isFetched = fold.querySelector(":scope > [data-part]");
    if (fold.name && answering.has(fold.name) || isFetched && !isOneOfFew(fold)) continue;
    fold.open = true;
    if (fold.name) answering.add(fold.name);
  }
}"""


def open_all(page):
    """Open every fold of a page, as said above, and wait for what they bring."""
    page.evaluate(OPEN)
    page.locator("details[open] > [data-part]").first.wait_for(state="detached")
