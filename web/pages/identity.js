// Who sits at this browser: a guest with a name, a way back to the live channel, and a token for the API.

import { guest } from '/pages/soiree.js';
import { store } from '/pages/store.js';

/** A token is good for a day; half of one is early enough to get the next. */
const RENEW_MS = 43_200_000;

/** What the first frame of a socket says. A browser that nobody knows yet comes in as a new guest first, so that the
 *  API knows the same person as the live channel. */
export async function hello() {
  const hi = { device: matchMedia('(max-width: 720px)').matches ? 'phone' : 'desktop', utc_offset_min: -new Date().getTimezoneOffset(), share_mood: store.shareMood };
  if (!store.resume || !store.token || store.tokenAge > RENEW_MS) {
    try {
      const made = await guest(store.name || 'Guest', '', store.resume ?? undefined);
      store.resume = made.resume;
      store.token = made.token;
    } catch { /* The live channel says why nobody comes in. */ }
  }
  if (store.resume) hi.resume = store.resume;
  else if (navigator.language) hi.locale = navigator.language.slice(0, 35);
  if (store.name) hi.name = store.name;
  return hi;
}

/** Forgets who sat here; the next hello makes a new guest. */
export function forget() {
  store.resume = null;
  store.token = null;
}
