// A browser may show a page again without asking us, as it was when somebody left it. Ours are asked for anew.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  document.documentElement.hidden = true;
  location.reload();
});
