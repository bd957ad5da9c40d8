// While the page is open: is the server there, is the launch, has somebody else changed the review? A number is asked for, no more.
const EVERY = 20_000; // milliseconds
const PATIENCE = 5_000;

export const live = document.getElementById("live");
const listeners = [];
let connection = "yes";

// Calls back with "yes", "no" (nobody answers) or "over" (the launch is) whenever that changes.
export const onConnection = (listener) => listeners.push(listener);

const show = (id, shown) => { document.getElementById(id).hidden = !shown; };

const learn = (state) => {
  show("offline", state === "no");
  show("over", state === "over");
  if (state === connection) return;
  connection = state;
  listeners.forEach((listener) => listener(state));
};

// Whether a form would arrive now: "yes", "no" or "over".
export const reach = async () => {
  try {
    const answer = await fetch(live.dataset.ask, { cache: "no-store", redirect: "error", signal: AbortSignal.timeout(PATIENCE) });
    if (answer.ok) show("changed", String((await answer.json()).version) !== live.dataset.version);
    learn(answer.ok ? "yes" : answer.status < 500 ? "over" : "no");
  } catch {
    learn("no");
  }
  return connection;
};

export const watch = () => {
  setInterval(() => { if (!document.hidden && connection !== "over") reach(); }, EVERY);
  window.addEventListener("focus", reach);
  window.addEventListener("online", reach);
  window.addEventListener("offline", () => learn("no"));
};
