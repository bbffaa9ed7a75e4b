// What this browser remembers: the guest's name and the way back. Private windows may refuse; then nothing is kept.

function read(key) {
  try { return localStorage.getItem(key); } catch { return null; }
}

function write(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch { /* Nothing is remembered. */ }
}

export const store = {
  get name() { return read('soiree.name') ?? ''; },
  set name(value) { write('soiree.name', value); },
  get resume() { return read('soiree.resume'); },
  set resume(value) { write('soiree.resume', value); },
};
