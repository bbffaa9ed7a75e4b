// One party as it is now: its state, kept from the frames that arrive, and what can be done in it.
//
// Events: `ready` ({recovered}) when all of the state is there, then one per change: `members`, `playback`, `queue`,
// `poll`, `chat` (a line), `removed` ({message}), `scores`, `reaction`, `mood`, `recommendations`, `changed`, `typing`,
// `sync`, `correction`; and `refused` (a problem with joining), `gone` ({reason}) when this person is no longer a member.

import { capabilities, reason } from './soiree-rights.js';

const LINES_KEPT = 400;
const TYPING_SHOWN_MS = 5_000;
const TYPING_SENT_MS = 3_000;
const NOTHING = { state: 'empty', part: 0, position_ms: 0, at_server_ms: 0, rate: 1, version: 0, because: 'start' };

/** Where a playback stands at a server time, in milliseconds. A start that lies ahead is waited for. */
export function positionAt(playback, serverMs) {
  if (playback.state !== 'playing') return playback.position_ms;
  return playback.position_ms + Math.max(0, serverMs - playback.at_server_ms) * playback.rate;
}

export class Party extends EventTarget {
  members = new Map();
  banned = new Map();
  playback = NOTHING;
  queue = [];
  poll = { items: new Map(), skip: { votes: 0, needed: 1, mine: false } };
  lines = [];
  mood = null;
  recommendations = null;
  sync = null;
  epoch = undefined;
  seq = undefined;
  #client;
  #typists = new Map();
  #typedAt = -Infinity;
  #wholeUpTo = 0;
  #online = null;

  /** What opens the door: `{password}` or `{invite}`. */
  key = {};

  /** Made by `Client.join` and `Client.create`. */
  constructor(client, id) {
    super();
    this.#client = client;
    this.info = { id, name: '' };
  }

  get id() { return this.info.id; }

  get me() { return this.members.get(this.#client.user); }

  get can() { return capabilities(this.me, this.info); }

  /** Why this person may not, in a sentence; nothing when they may. */
  whyNot(capability) {
    return this.can.has(capability) ? null : reason(capability, this.me, this.info);
  }

  name(user) { return this.members.get(user)?.name ?? 'somebody'; }

  /** Who types just now, this person left out. */
  get typing() { return [...this.#typists.keys()].map((user) => this.name(user)); }

  /** Where the party is in its work at this moment of the server's clock. */
  position(serverMs = this.#client.clock.now()) { return positionAt(this.playback, serverMs); }

  // --- What can be done ----------------------------------------------------------------------------------------

  /** Joins, or comes back where it left off; the client does it at every connection. */
  async join() {
    const since = this.epoch === undefined ? {} : { since: { epoch: this.epoch, seq: this.seq } };
    try {
      return await this.#ask('party.join', { ...this.key, ...since });
    } catch (problem) {
      const again = problem.code === 'offline' || problem.code === 'timeout';
      if (!again) this.#emit('refused', problem);
      throw problem;
    }
  }

  leave() { return this.#client.leave(this); }

  play() { return this.#playback('play'); }
  pause() { return this.#playback('pause'); }
  next() { return this.#playback('next'); }
  rate(rate) { return this.#playback('rate', { rate }); }

  seek(positionMs, part) {
    return this.#playback('seek', { position_ms: Math.max(0, Math.round(positionMs)), part });
  }

  /** Plays a work: `{item}` from the catalogue, or `{url}` with an optional title. */
  load(work) { return this.#playback('load', work); }

  enqueue(work, to) { return this.#ask('party.queue', { op: 'add', ...work, to }); }
  unqueue(item) { return this.#ask('party.queue', { op: 'remove', item }); }
  move(item, to) { return this.#ask('party.queue', { op: 'move', item, to }); }

  vote(item, value) { return this.#ask('party.vote', { item, value }); }
  /** Votes to skip what plays, or takes that vote back. */
  skip() { return this.#ask('party.vote', { value: this.poll.skip.mine ? 'clear' : 'skip' }); }

  say(text, { replyTo, mentions } = {}) {
    this.#typedAt = -Infinity;
    return this.#ask('party.chat', { text, reply_to: replyTo, mentions: mentions?.length ? mentions : undefined });
  }

  react(emoji) {
    const position = this.playback.work ? { position_ms: Math.max(0, Math.round(this.position())) } : {};
    this.#client.tell({ type: 'party.react', party: this.id, emoji, ...position });
  }

  /** Tells the others that this person types; call it at every key, it is sent at most every three seconds. */
  nowTyping() {
    const now = performance.now();
    if (now - this.#typedAt < TYPING_SENT_MS || !this.can.has('chat')) return;
    this.#typedAt = now;
    this.#client.tell({ type: 'party.typing', party: this.id });
  }

  admin(op, whom = {}) { return this.#ask('party.admin', { op, ...whom }); }
  change(what) { return this.#ask('party.change', what); }
  invite(limits = {}) { return this.#ask('party.invite', limits); }

  /** How this person's player stands; a `Corrector` calls it. */
  status(status) { return this.#client.tell({ type: 'party.status', party: this.id, ...status }); }

  #playback(action, more = {}) { return this.#ask('party.playback', { action, ...more }); }

  #ask(type, fields) { return this.#client.ask({ type, party: this.id, ...fields }); }

  #emit(name, detail) { this.dispatchEvent(new CustomEvent(name, { detail })); }

  // --- What is heard -------------------------------------------------------------------------------------------

  /** Takes a frame of this party in; the client calls it. */
  take(frame) {
    if (Number.isInteger(frame.seq) && frame.type !== 'party.snapshot' && frame.type !== 'party.resumed') {
      this.seq = Math.max(this.seq ?? 0, frame.seq);
    }
    switch (frame.type) {
      case 'party.snapshot': return this.#snapshot(frame);
      case 'party.resumed': return this.#resumed(frame);
      case 'party.member': return this.#member(frame);
      case 'party.chat': return this.#said(frame);
      case 'party.removed': return this.#removed(frame);
      case 'party.sentiment': return this.#scored(frame);
      case 'party.playback': return this.#played(frame);
      case 'party.queue': return this.#queued(frame);
      case 'party.poll': return this.#polled(frame);
      case 'party.changed': return this.#changed(frame);
      case 'party.typing': return this.#typed(frame.user);
      case 'party.mood': return this.#keep('mood', frame);
      case 'party.recommendations': return this.#keep('recommendations', frame);
      case 'party.sync': return this.#keep('sync', frame);
      case 'party.reaction': return this.#emit('reaction', frame);
      case 'party.correction': return this.#emit('correction', frame);
      case 'gap': return this.#missing(frame);
      default: return undefined;
    }
  }

  /** A replayed event tells what is already in the whole state that came before it. */
  #stale({ seq }) { return Number.isInteger(seq) && seq <= this.#wholeUpTo; }

  #keep(name, value) {
    this[name] = value;
    this.#emit(name, value);
  }

  #snapshot(frame) {
    this.info = frame.party;
    this.epoch = frame.epoch;
    this.seq = this.#wholeUpTo = frame.seq;
    this.#online = null;
    this.members = new Map(frame.members.map((member) => [member.user, member]));
    this.banned = new Map(frame.banned.map(({ user, name }) => [user, name]));
    this.lines = [...frame.chat];
    this.mood = frame.mood;
    this.recommendations = frame.recommendations ?? null;
    this.sync = null;
    this.#whole(frame);
    this.#emit('ready', { recovered: false });
  }

  #resumed(frame) {
    this.epoch = frame.epoch;
    this.#wholeUpTo = frame.seq;
    this.#online = new Set(frame.online);
    for (const member of this.members.values()) member.online = this.#online.has(member.user);
    this.mood = frame.mood;
    this.#whole(frame);
    this.#emit('ready', { recovered: true });
  }

  #whole(frame) {
    this.playback = frame.playback ?? NOTHING;
    this.queue = frame.queue ?? [];
    const { items = [], skip } = frame.poll ?? {};
    this.poll = {
      items: new Map(items.map((tally) => [tally.item, tally])),
      skip: { votes: 0, needed: 1, mine: false, ...skip },
    };
  }

  #member(frame) {
    if (frame.change === 'left') this.members.delete(frame.user);
    else if (frame.change === 'banned') this.banned.set(frame.user, frame.name);
    else if (frame.change === 'unbanned') {
      frame = { ...frame, name: this.banned.get(frame.user) || frame.name };
      this.banned.delete(frame.user);
    } else {
      const { user, name, role, online } = frame;
      const before = this.members.get(user);
      const muted = frame.muted ?? { muted: true, unmuted: false }[frame.change] ?? before?.muted ?? false;
      const here = this.#stale(frame) && this.#online ? this.#online.has(user) : online;
      this.members.set(user, { user, name, role, online: here, muted });
      if (frame.change === 'role' && role === 'host') this.info.host = user;
    }
    this.#emit('members', frame);
    if (frame.change === 'left' && frame.user === this.#client.user) {
      this.#client.forget(this);
      this.#emit('gone', { reason: frame.reason });
    }
  }

  #said(line) {
    if (this.#typists.has(line.user)) this.#quiet(line.user);
    if (this.lines.some((known) => known.seq === line.seq)) return;
    this.lines.push(line);
    if (this.lines.length > LINES_KEPT) this.lines.shift();
    this.#emit('chat', line);
  }

  #removed({ message, seq }) {
    const gone = Number(message ?? seq);
    this.lines = this.lines.map((line) => (line.seq === gone ? { ...line, text: '', removed: true } : line));
    this.#emit('removed', { message: gone });
  }

  #scored({ scores }) {
    for (const { seq, score } of scores) {
      const line = this.lines.find((known) => known.seq === seq);
      if (line) line.sentiment = score;
    }
    this.#emit('scores', scores);
  }

  #played(frame) {
    // State frames may overtake one another on their way; an older version is no news.
    if (this.#stale(frame) || frame.version < this.playback.version) return;
    const { type: _type, party: _party, seq: _seq, ref: _ref, ...playback } = frame;
    const other = playback.work?.item !== this.playback.work?.item;
    this.playback = playback;
    if (other) this.poll.skip = { ...this.poll.skip, votes: 0, mine: false };
    this.#emit('playback', playback);
  }

  #queued(frame) {
    if (this.#stale(frame)) return;
    const { op, work, index, by } = frame;
    const before = this.queue.find((entry) => entry.work.item === work.item);
    const rest = this.queue.filter((entry) => entry !== before);
    // Whoever moves a work does not become the one who brought it.
    const brought = op === 'move' ? before?.by ?? by : by;
    if (op !== 'remove') rest.splice(index, 0, { work: { ...before?.work, ...work }, by: brought });
    this.queue = rest;
    this.#emit('queue', frame);
  }

  #polled(frame) {
    if (this.#stale(frame)) return;
    const { by, value, item, tally, skip, outcome } = frame;
    const mine = by === this.#client.user;
    if (tally) {
      const before = this.poll.items.get(tally.item);
      const voice = mine && value !== 'skip' ? (value === 'clear' ? undefined : value) : before?.mine;
      if (tally.up || tally.down || tally.vetoes) this.poll.items.set(tally.item, { ...before, ...tally, mine: voice });
      else this.poll.items.delete(tally.item);
    }
    const voiced = mine && !item ? value === 'skip' : this.poll.skip.mine;
    this.poll.skip = { ...this.poll.skip, ...skip, mine: outcome === 'skipped' ? false : voiced };
    this.#emit('poll', { by, value, item, outcome });
  }

  #changed(frame) {
    const { name, visibility, control, wait, locked, item, starts_at_ms, taste, host } = frame;
    const now = { name, visibility, control, wait, locked, item, starts_at_ms, taste, host: host ?? this.info.host };
    this.info = { ...this.info, ...now };
    this.#emit('changed', frame);
  }

  #typed(user) {
    if (user === this.#client.user) return;
    clearTimeout(this.#typists.get(user));
    this.#typists.set(user, setTimeout(() => this.#quiet(user), TYPING_SHOWN_MS));
    this.#emit('typing', this.typing);
  }

  #quiet(user) {
    clearTimeout(this.#typists.get(user));
    this.#typists.delete(user);
    this.#emit('typing', this.typing);
  }

  /** Events were dropped on the way because this client was too slow: ask for them again. */
  #missing({ from }) {
    this.seq = Math.min(this.seq ?? 0, from - 1);
    this.join().catch(() => { /* The next connection tries again. */ });
  }
}
