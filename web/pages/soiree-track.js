// What people do on any page, told in batches: views, clicks and plays, with the recommendation that led to them.
//
// The last batch leaves with the page: `fetch` with `keepalive` may carry the bearer token, which a beacon may not.

const EVERY_MS = 5_000;
const FULL = 50;
const WAITING_MOST = 500;
const SEEN_SHARE = 0.5;
const SEEN_MS = 1_000;
const FAILED_MOST = 5;

/** A key that nobody else has; browsers make ids on secure pages only. */
const fresh = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;

export class Tracker {
  #url;
  #token;
  #waiting = [];
  #batch = null;
  #sending = false;
  #told = new Set();
  #timer = null;
  #failed = 0;
  #every;
  #watched = new Map();
  #eyes = null;

  /** `token` is a text, or a function that gives the one of the moment (or nothing: then nothing is kept). A batch is
   *  sent `every` so many milliseconds. */
  constructor({ token, url = '/api/v1/interactions', every = EVERY_MS }) {
    this.#every = every;
    this.#token = typeof token === 'function' ? token : () => token;
    this.#url = url;
    document.addEventListener('visibilitychange', () => { if (document.hidden) this.flush(true); });
    addEventListener('pagehide', () => this.flush(true));
  }

  /** An item was seen; told once per item. */
  view(item, more) { this.#once('view', item, more); }

  /** An item was opened. */
  click(item, more) { this.track({ item, kind: 'click', ...more }); }

  /** An item began to play; told once per item. */
  play(item, more) { this.#once('play', item, { value: 1, ...more }); }

  #once(kind, item, more) {
    const name = `${kind} ${item}`;
    if (this.#told.has(name)) return;
    this.#told.add(name);
    this.track({ item, kind, ...more });
  }

  /** Any deed that `POST /api/v1/interactions` takes. */
  track(deed) {
    if (!this.#token()) return;
    this.#waiting.push({ at: new Date().toISOString(), ...deed });
    if (this.#waiting.length > WAITING_MOST) this.#waiting.shift();
    if (this.#waiting.length >= FULL) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), this.#every);
  }

  /** Tells a view once half of `element` was on the screen for a second. */
  watch(element, item, more) {
    this.#eyes ??= new IntersectionObserver((seen) => seen.forEach((entry) => this.#look(entry)), { threshold: SEEN_SHARE });
    this.#watched.set(element, { item, more, timer: null });
    this.#eyes.observe(element);
  }

  /** Watches an element no longer, because it leaves the page. */
  unwatch(element) {
    clearTimeout(this.#watched.get(element)?.timer);
    this.#watched.delete(element);
    this.#eyes?.unobserve(element);
  }

  #look({ target, isIntersecting }) {
    const watched = this.#watched.get(target);
    if (!watched) return;
    clearTimeout(watched.timer);
    if (!isIntersecting) return;
    watched.timer = setTimeout(() => {
      this.view(watched.item, watched.more);
      this.unwatch(target);
    }, SEEN_MS);
  }

  /** Sends what waits. A batch that did not arrive is sent again under its own key, and is counted once. */
  async flush(leaving = false) {
    clearTimeout(this.#timer);
    this.#timer = null;
    const token = this.#token();
    if (!token) return;
    if (this.#sending) {
      // What is under way arrives by itself. Only a page that goes sends the rest beside it.
      if (leaving && this.#waiting.length) this.#send({ key: fresh(), rows: this.#waiting.splice(0, FULL) }, token);
      return;
    }
    // A page that closes may send 64 KiB; fifty deeds are far below.
    if (!this.#batch && this.#waiting.length) this.#batch = { key: fresh(), rows: this.#waiting.splice(0, FULL) };
    if (!this.#batch) return;
    this.#sending = true;
    const arrived = await this.#send(this.#batch, token);
    this.#sending = false;
    this.#failed = arrived ? 0 : this.#failed + 1;
    if (arrived || this.#failed > FAILED_MOST) this.#batch = null;
    if (this.#batch || this.#waiting.length) this.#timer ??= setTimeout(() => this.flush(), this.#every * (1 + this.#failed));
  }

  /** True unless it is worth trying again; what is refused for good would be refused again. */
  async #send({ key, rows }, token) {
    try {
      const answer = await fetch(this.#url, {
        method: 'POST',
        keepalive: true,
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'idempotency-key': key },
        body: JSON.stringify(rows),
      });
      return answer.status < 500 && answer.status !== 429;
    } catch {
      return false;
    }
  }
}
