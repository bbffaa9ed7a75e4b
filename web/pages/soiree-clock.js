// The server's clock, as it is known here. A question cannot arrive before it was sent, nor an answer: each exchange of
// four stamps proves that the offset lies in [t2 - t3, t1 - t0], and it lies in the intervals of all of them at once.

const KEPT = 32;
// How fast two clocks may run apart: an interval grows by so much to each side with its age.
const DRIFT = 100e-6;
// Stamps may be whole milliseconds, rounded down: the server's are, and those of many browsers.
const STAMP_MS = 1;

/** A steady local time in milliseconds that no setting of the wall clock moves. */
export const local = () => performance.now();

export class Clock {
  #samples = [];
  #known = null;
  #seed = null;
  #read;

  /** `read` gives the local time; tests bring their own. */
  constructor(read = local) {
    this.#read = read;
  }

  /** A first guess from `welcome`, good to about one trip; samples replace it. */
  seed(serverMs) {
    this.#samples = [];
    this.#known = null;
    this.#seed = serverMs - this.#read();
  }

  /**
   * Takes an answered sample in; `t3` is the local time at which the answer came. One that contradicts those before it
   * means that a clock was set: it alone counts.
   */
  take({ t0, t1, t2 }, t3) {
    const delay = (t3 - t0) - (t2 - t1);
    // Stamps that contradict each other, such as an answer before its question, are left out.
    if (!(delay >= 0) || t2 < t1) return;
    const sample = { low: t2 - t3 - STAMP_MS, high: t1 + STAMP_MS - t0, delay, at: t3 };
    this.#samples.push(sample);
    if (this.#samples.length > KEPT) this.#samples.shift();
    this.#known = this.#intersection(t3);
    if (this.#known.low > this.#known.high) {
      this.#samples = [sample];
      this.#known = sample;
    }
  }

  #intersection(now) {
    let [low, high] = [-Infinity, Infinity];
    for (const sample of this.#samples) {
      const grown = DRIFT * Math.abs(now - sample.at);
      low = Math.max(low, sample.low - grown);
      high = Math.min(high, sample.high + grown);
    }
    return { low, high };
  }

  /** Whether anything is known about the server's time. */
  get known() { return this.#samples.length > 0 || this.#seed !== null; }

  /** How many samples stand behind the offset. */
  get samples() { return this.#samples.length; }

  /** Server time minus local time, in milliseconds. */
  get offset() {
    if (this.#known) return (this.#known.low + this.#known.high) / 2;
    return this.#seed ?? Date.now() - this.#read();
  }

  /** The least round trip, in milliseconds; absent before the first sample. */
  get roundTrip() {
    return this.#samples.length ? Math.min(...this.#samples.map((sample) => sample.delay)) : undefined;
  }

  /** The error is at most this, in milliseconds. Infinite before the first sample. */
  get uncertainty() { return this.#known ? (this.#known.high - this.#known.low) / 2 : Infinity; }

  /** The server's time now, Unix milliseconds with fractions. */
  now() { return this.#read() + this.offset; }
}
