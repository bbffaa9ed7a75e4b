// What this browser remembers: the guest's name and the way back. Private windows may refuse; then nothing is kept.

const kept = new Map();

function read(key) {
  try { return localStorage.getItem(key); } catch { return kept.get(key) ?? null; }
}

function write(key, value) {
  if (value === null) kept.delete(key);
  else kept.set(key, value);
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch { /* It lasts as long as the page. */ }
}

export const store = {
  get name() { return read('soiree.name') ?? ''; },
  set name(value) { write('soiree.name', value); },
  /** Brings the guest back on the live channel. */
  get resume() { return read('soiree.resume'); },
  set resume(value) { write('soiree.resume', value); },
  /** The guest's bearer token for the API; good for a day. */
  get token() { return read('soiree.token'); },
  set token(value) {
    write('soiree.token', value);
    write('soiree.token-at', value && String(Date.now()));
  },
  /** Whether what the guest writes and does may count for the mood of a room. */
  get shareMood() { return read('soiree.share-mood') !== 'no'; },
  set shareMood(value) { write('soiree.share-mood', value ? null : 'no'); },
  /** How old the token is, in milliseconds. */
  get tokenAge() { return Date.now() - Number(read('soiree.token-at') ?? 0); },
};
