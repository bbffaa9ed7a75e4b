// Soirée's client for browsers. docs/client.md explains it, soiree.d.ts names its types.

import { Channel, Problem } from './soiree-channel.js';
import { Party } from './soiree-party.js';

export { Channel, Problem } from './soiree-channel.js';
export { Clock } from './soiree-clock.js';
export { Corrector, Drift } from './soiree-corrector.js';
export { Party, positionAt } from './soiree-party.js';
export { capabilities, reason } from './soiree-rights.js';
export { Tracker } from './soiree-track.js';

/** One person's connection: who they are, the server's clock, and the parties they are in.
 *
 *  Events: `state`, `welcome`, `refused`, `notice` (a text for people) and `recommendations`. */
export class Client extends EventTarget {
  user = null;
  name = '';
  #channel;
  #parties = new Map();

  /** `hello` is the first frame's fields, or a function that gives them each time a socket opens. */
  constructor({ url, hello = {} } = {}) {
    super();
    this.#channel = new Channel({ url, hello: typeof hello === 'function' ? hello : () => hello });
    this.#channel.addEventListener('state', ({ detail }) => this.#emit('state', detail));
    this.#channel.addEventListener('refused', ({ detail }) => this.#emit('refused', detail));
    this.#channel.addEventListener('welcome', ({ detail }) => this.#welcome(detail));
    this.#channel.addEventListener('frame', ({ detail }) => this.#take(detail));
  }

  get clock() { return this.#channel.clock; }

  get live() { return this.#channel.live; }

  open() { this.#channel.open(); }

  close() { this.#channel.close(); }

  again() { this.#channel.again(); }

  /** Resolves once the server has said welcome. */
  connected(patienceMs = 10_000) {
    if (this.live) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Problem({ code: 'offline', detail: 'the server cannot be reached just now' })), patienceMs);
      this.#channel.addEventListener('welcome', () => { clearTimeout(late); resolve(); }, { once: true });
      this.open();
    });
  }

  /** Sends a command and resolves with its answer; rejects with a `Problem`. */
  ask(frame) { return this.#channel.ask(frame); }

  /** Sends a command that has no answer. */
  tell(frame) { return this.#channel.tell(frame); }

  /** Joins a party now, or as soon as there is a connection; `key` is `{password}` or `{invite}`. */
  join(id, key) {
    const party = this.#parties.get(id) ?? new Party(this, id);
    this.#parties.set(id, party);
    if (key) party.key = key;
    if (this.live) party.join().catch(() => { /* The party told it: `refused`, or the next connection tries again. */ });
    return party;
  }

  /** Opens a party and joins it. */
  async create(wish) {
    const frame = await this.ask({ type: 'party.create', ...wish });
    const party = new Party(this, frame.party.id);
    if (wish.password) party.key = { password: wish.password };
    this.#parties.set(party.id, party);
    party.take(frame);
    return party;
  }

  /** Leaves a party with all devices. */
  leave(party) {
    this.forget(party);
    this.tell({ type: 'party.leave', party: party.id });
  }

  /** Follows a party no longer, without a word to the server. */
  forget(party) { this.#parties.delete(party.id); }

  /** Tells a deed and resolves once it is durable. */
  event(deed) { return this.ask({ type: 'event', ...deed }); }

  /** Personal recommendations; later changes arrive as the event `recommendations`. */
  recommend(wish = {}) { return this.ask({ type: 'recommend', ...wish }); }

  #emit(name, detail) { this.dispatchEvent(new CustomEvent(name, { detail })); }

  #welcome(frame) {
    this.user = frame.user;
    this.name = frame.name;
    this.#emit('welcome', frame);
    for (const party of this.#parties.values()) party.join().catch(() => { /* The party told it. */ });
  }

  #take(frame) {
    if (frame.type === 'notice') this.#emit('notice', frame);
    else if (frame.type === 'recommendations') this.#emit('recommendations', frame);
    else if (frame.party !== undefined) this.#parties.get(frame.party.id ?? frame.party)?.take(frame);
  }
}

/** A client that connects at once. */
export function connect(options) {
  const client = new Client(options);
  client.open();
  return client;
}

/** Lets a guest in over HTTP: `{user, token, resume}`. The token serves the API for a day, `resume` the live channel;
 *  with an earlier `resume` the same guest gets a new token. */
export async function guest(name, base = '', resume = undefined) {
  const answer = await fetch(`${base}/api/v1/auth/guest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, resume }),
  });
  const body = await answer.json();
  if (!answer.ok) throw new Problem(body);
  return body;
}

/** A one-time ticket for `hello`, so that a token never stands in a page that only connects. */
export async function ticket(token, base = '') {
  const answer = await fetch(`${base}/api/v1/auth/ticket`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
  const body = await answer.json();
  if (!answer.ok) throw new Problem(body);
  return body.ticket;
}
