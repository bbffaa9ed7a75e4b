// The server's clock, as it is known here: four stamps per sample, the least delay of the last 32 counts.

const KEPT = 32;

/** A steady local time in milliseconds that no setting of the wall clock moves. */
export const local = () => performance.now();

export class Clock {
  #samples = [];
  #seed = null;
  #read;

  /** `read` gives the local time; tests bring their own. */
  constructor(read = local) {
    this.#read = read;
  }

  /** A first guess from `welcome`, good to about one trip; samples replace it. */
  seed(serverMs) {
    this.#samples = [];
    this.#seed = serverMs - this.#read();
  }

  /** Takes an answered sample in; `t3` is the local time at which the answer came. */
  take({ t0, t1, t2 }, t3) {
    const delay = (t3 - t0) - (t2 - t1);
    // Stamps that contradict each other, such as an answer before its question, are left out.
    if (!(delay >= 0) || t2 < t1) return;
    this.#samples.push({ offset: ((t1 - t0) + (t2 - t3)) / 2, delay });
    if (this.#samples.length > KEPT) this.#samples.shift();
  }

  get #best() {
    return this.#samples.reduce((best, sample) => (!best || sample.delay <= best.delay ? sample : best), null);
  }

  /** Whether anything is known about the server's time. */
  get known() { return this.#samples.length > 0 || this.#seed !== null; }

  /** How many samples stand behind the offset. */
  get samples() { return this.#samples.length; }

  /** Server time minus local time, in milliseconds. */
  get offset() { return this.#best?.offset ?? this.#seed ?? Date.now() - this.#read(); }

  /** The round trip of the best sample, in milliseconds; absent before the first. */
  get roundTrip() { return this.#best?.delay; }

  /** The error is at most this, in milliseconds: half of the best delay. Infinite before the first sample. */
  get uncertainty() { return this.#best ? this.#best.delay / 2 : Infinity; }

  /** The server's time now, Unix milliseconds with fractions. */
  now() { return this.#read() + this.offset; }
}
