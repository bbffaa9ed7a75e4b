// The live channel: one socket that says hello, answers by `ref`, and comes back by itself.
//
// Events: `state` ({state, inMs}), `welcome` (the frame), `frame` (every other frame), `refused` (a problem with hello).

const ANSWER_MS = 12_000;
const PULSE_MS = 20_000;
const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 15_000;

export class Problem extends Error {
  constructor(frame) {
    super(frame.detail || frame.title);
    this.code = frame.code;
    this.errors = frame.errors ?? [];
  }
}

export class Channel extends EventTarget {
  #socket = null;
  #asked = new Map();
  #next = 1;
  #tries = 0;
  #timer = null;
  #pulse = null;
  #welcomed = false;
  #wanted = false;
  #hello;

  /** `hello` gives the fields of the first frame each time a socket opens. */
  constructor(hello) {
    super();
    this.#hello = hello;
    addEventListener('online', () => this.#hurry());
    addEventListener('pageshow', () => this.#hurry());
    document.addEventListener('visibilitychange', () => { if (!document.hidden) this.#hurry(); });
  }

  get live() { return this.#welcomed; }

  open() {
    this.#wanted = true;
    if (!this.#socket) this.#connect();
  }

  close() {
    this.#wanted = false;
    clearTimeout(this.#timer);
    this.#socket?.close(1000);
  }

  /** Sends a command and waits for its answer. */
  ask(frame) {
    if (!this.#welcomed) return Promise.reject(new Problem({ code: 'offline', detail: 'not connected just now' }));
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

  /** Sends a command that has no answer. */
  tell(frame) {
    if (this.#welcomed) this.#send(frame);
  }

  #send(frame) { this.#socket.send(JSON.stringify(frame)); }

  #emit(name, detail) { this.dispatchEvent(new CustomEvent(name, { detail })); }

  #connect() {
    clearTimeout(this.#timer);
    this.#emit('state', { state: this.#tries ? 'reconnecting' : 'connecting' });
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(`${scheme}//${location.host}/ws`, 'soiree.v1.json');
    this.#socket = socket;
    let after = null;
    socket.onopen = () => this.#send({ type: 'hello', ref: 'hello', ...this.#hello() });
    socket.onmessage = (message) => {
      let frame;
      try { frame = JSON.parse(message.data); } catch { return; }
      if (frame.type === 'bye') after = frame.reconnect_after_ms ?? null;
      this.#take(frame);
    };
    socket.onclose = () => {
      if (this.#socket === socket) this.#lost(after);
    };
  }

  #take(frame) {
    if (frame.type === 'welcome') {
      this.#welcomed = true;
      this.#tries = 0;
      this.#beat();
      this.#emit('state', { state: 'live' });
      this.#emit('welcome', frame);
      return;
    }
    if (!this.#welcomed && frame.type === 'problem') {
      this.#emit('refused', new Problem(frame));
      return;
    }
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

  /** The browser hides the server's pings, so a socket that died silently is found by asking the time. */
  #beat() {
    clearInterval(this.#pulse);
    this.#pulse = setInterval(() => {
      const socket = this.#socket;
      this.ask({ type: 'clock', t0: performance.now() }).catch((problem) => {
        if (problem.code === 'timeout' && this.#socket === socket) {
          socket.onclose = null;
          socket.close();
          this.#lost(null);
        }
      });
    }, PULSE_MS);
  }

  #lost(after) {
    this.#socket = null;
    this.#welcomed = false;
    clearInterval(this.#pulse);
    for (const { reject, late } of this.#asked.values()) {
      clearTimeout(late);
      reject(new Problem({ code: 'offline', detail: 'the connection was lost' }));
    }
    this.#asked.clear();
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
