// The live channel: one socket that says hello, answers by `ref`, keeps the clock, and comes back by itself.
//
// Events: `state` ({state, inMs}), `welcome` (the frame), `frame` (every other frame), `refused` (a problem with hello).

import { Clock, local } from './soiree-clock.js';

const ANSWER_MS = 12_000;
const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 15_000;
/** The clock is learned quickly at first, for a newcomer's player waits for it, and is then kept up. */
const QUICK_SAMPLES = 24;
const QUICK_EVERY_MS = 100;
const PULSE_MS = 10_000;

export class Problem extends Error {
  constructor(frame) {
    super(frame.detail || frame.title || frame.code);
    this.code = frame.code;
    this.errors = frame.errors ?? [];
  }
}

const offline = (detail) => new Problem({ code: 'offline', detail });

/** The live channel of the server that this page came from. */
export function address() {
  return `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}/ws`;
}

export class Channel extends EventTarget {
  clock = new Clock();
  #url;
  #hello;
  #socket = null;
  #asked = new Map();
  #next = 1;
  #tries = 0;
  #timer = null;
  #pulse = null;
  #welcomed = false;
  #wanted = false;

  /** `hello` gives the fields of the first frame each time a socket opens; it may be async, to fetch a ticket. */
  constructor({ url = address(), hello = () => ({}) } = {}) {
    super();
    this.#url = url;
    this.#hello = hello;
    addEventListener('online', () => this.#hurry());
    addEventListener('pageshow', () => this.#hurry());
    document.addEventListener('visibilitychange', () => { if (!document.hidden) this.#hurry(); });
  }

  get live() { return this.#welcomed && this.#socket.readyState === WebSocket.OPEN; }

  open() {
    this.#wanted = true;
    if (!this.#socket) this.#connect();
  }

  close() {
    this.#wanted = false;
    clearTimeout(this.#timer);
    if (this.#socket) this.#socket.close(1000);
    else this.#emit('state', { state: 'idle' });
  }

  /** Drops the socket and says hello anew, as somebody else or under another name. */
  again() {
    this.#wanted = true;
    this.#tries = 0;
    const socket = this.#socket;
    if (socket) {
      socket.onclose = null;
      socket.close(1000);
      this.#forget();
    }
    this.#connect();
  }

  /** Sends a command and waits for its answer. */
  ask(frame) {
    if (!this.live) return Promise.reject(offline('not connected just now'));
    const ref = String(this.#next++);
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        this.#asked.delete(ref);
        reject(new Problem({ code: 'timeout', detail: 'no answer in time' }));
      }, ANSWER_MS);
      this.#asked.set(ref, { resolve, reject, late });
      this.#send({ ...frame, ref });
    });
  }

  /** Sends a command that has no answer; false when nobody is there to hear it. */
  tell(frame) {
    const { live } = this;
    if (live) this.#send(frame);
    return live;
  }

  #send(frame) { this.#socket.send(JSON.stringify(frame)); }

  #emit(name, detail) { this.dispatchEvent(new CustomEvent(name, { detail })); }

  #connect() {
    clearTimeout(this.#timer);
    this.#emit('state', { state: this.#tries ? 'reconnecting' : 'connecting' });
    const socket = new WebSocket(this.#url, 'soiree.v1.json');
    this.#socket = socket;
    let after = null;
    socket.onopen = async () => {
      try {
        const hello = await this.#hello();
        if (this.#socket === socket) this.#send({ type: 'hello', ref: 'hello', ...hello });
      } catch {
        socket.close();
      }
    };
    socket.onmessage = (message) => {
      const at = local();
      let frame;
      try { frame = JSON.parse(message.data); } catch { return; }
      if (frame.type === 'bye') after = frame.reconnect_after_ms ?? null;
      this.#take(frame, at);
    };
    socket.onclose = () => {
      if (this.#socket === socket) this.#lost(after);
    };
  }

  #take(frame, at) {
    if (frame.type === 'welcome') {
      this.#welcomed = true;
      this.#tries = 0;
      this.clock.seed(frame.server_time_ms);
      this.#beat(QUICK_SAMPLES);
      this.#emit('state', { state: 'live' });
      this.#emit('welcome', frame);
      return;
    }
    if (!this.#welcomed && frame.type === 'problem') {
      this.#emit('refused', new Problem(frame));
      return;
    }
    if (frame.type === 'clock') this.clock.take(frame, at);
    const asked = frame.ref === undefined ? undefined : this.#asked.get(frame.ref);
    if (asked) {
      this.#asked.delete(frame.ref);
      clearTimeout(asked.late);
      if (frame.type === 'problem') {
        asked.reject(new Problem(frame));
        return;
      }
    }
    this.#emit('frame', frame);
    asked?.resolve(frame);
  }

  /** Asks the time. The browser hides the server's pings, so a socket that died silently is found here, too. */
  #beat(quick) {
    clearTimeout(this.#pulse);
    const socket = this.#socket;
    this.ask({ type: 'clock', t0: local() }).catch((problem) => {
      if (problem.code !== 'timeout' || this.#socket !== socket) return;
      socket.onclose = null;
      socket.close();
      this.#lost(null);
    });
    this.#pulse = setTimeout(() => this.#beat(quick - 1), quick > 1 ? QUICK_EVERY_MS : PULSE_MS);
  }

  #forget() {
    this.#socket = null;
    this.#welcomed = false;
    clearTimeout(this.#pulse);
    for (const { reject, late } of this.#asked.values()) {
      clearTimeout(late);
      reject(offline('the connection was lost'));
    }
    this.#asked.clear();
  }

  #lost(after) {
    this.#forget();
    if (!this.#wanted) {
      this.#emit('state', { state: 'idle' });
      return;
    }
    this.#tries += 1;
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (this.#tries - 1));
    const inMs = Math.max(after ?? 0, wait * (0.5 + Math.random()));
    this.#emit('state', { state: navigator.onLine ? 'reconnecting' : 'offline', inMs });
    this.#timer = setTimeout(() => this.#connect(), inMs);
  }

  #hurry() {
    if (this.#wanted && !this.#socket) this.#connect();
  }
}
