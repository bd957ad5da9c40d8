// Typed text on this computer: one entry for one person on one patient, encrypted (AES-GCM) with a key that only a page of
// an open launch brings along, and thrown away after the hours that a launch may last.
const PREFIX = "careplan.unsaved.";

const asText = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
const asBytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

const dropOld = () => {
  for (const name of Object.keys(localStorage).filter((each) => each.startsWith(PREFIX))) {
    let until = 0;
    try { until = JSON.parse(localStorage.getItem(name)).until; } catch { /* not ours, or broken: dropped below */ }
    if (!(until > Date.now())) localStorage.removeItem(name);
  }
};

// Null where this browser cannot keep anything safely: storage is shut, or the page did not come over a secure connection.
export const openSafe = async ({ holder, sealedWith, hours }) => {
  const place = PREFIX + holder;
  let key;
  try {
    dropOld();
    key = await crypto.subtle.importKey("raw", asBytes(sealedWith), "AES-GCM", false, ["encrypt", "decrypt"]);
  } catch {
    return null;
  }

  const read = async () => {
    const kept = localStorage.getItem(place);
    if (!kept) return {};
    try {
      const { iv, data } = JSON.parse(kept);
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: asBytes(iv) }, key, asBytes(data));
      return JSON.parse(new TextDecoder().decode(plain));
    } catch { // sealed with a key that the server no longer has: nobody can read it
      localStorage.removeItem(place);
      return {};
    }
  };

  let isCleared = false; // what was being sealed at that moment is dropped as well

  const write = async (all) => {
    if (!Object.keys(all).length) { localStorage.removeItem(place); return; }
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, new TextEncoder().encode(JSON.stringify(all)));
    const until = Date.now() + hours * 3_600_000;
    if (!isCleared) localStorage.setItem(place, JSON.stringify({ until, iv: asText(iv), data: asText(data) }));
  };

  // One change after the other, each on what is there at that moment: another tab may have written as well.
  let queue = Promise.resolve();
  const change = (work) => { queue = queue.then(async () => { const all = await read(); work(all); await write(all); }); return queue; };

  return {
    all: () => queue.then(read),
    put: (name, draft) => change((all) => { all[name] = draft; }),
    drop: (name) => change((all) => { delete all[name]; }),
    clear: () => { isCleared = true; localStorage.removeItem(place); },
    open: () => { isCleared = false; },
  };
};
