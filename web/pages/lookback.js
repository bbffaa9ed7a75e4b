// Looking back: what the evening was, read page by page from the party's journal.

import { partName } from '/pages/player-text.js';
import { $, el, when } from '/pages/ui.js';

const PAGE = 100;
/** At most this many titles are asked for with one page. */
const ASKED = 60;
const TOLD = 3;

/** The works at the top of a journalled round. */
const best = (round) => (round?.items ?? []).slice(0, TOLD).map((item) => item.scored?.item ?? item.item);

const REASONS = { kicked: 'was sent out', banned: 'was banned' };
const ROLES = { host: 'the host', moderator: 'a moderator', member: 'a plain member' };
const DID = { playing: 'played', paused: 'paused', empty: 'took everything off' };
const VALUES = { up: 'voted for', down: 'voted against', veto: 'vetoed', clear: 'took a vote back for', skip: 'voted to skip' };

export class Lookback {
  #party = null;
  #token;
  #cursor = null;
  #names = new Map();
  #titles = new Map();
  #last = '';
  #on = {};

  constructor(token) {
    this.#token = token;
    $('lookback').addEventListener('click', () => this.#open());
    $('lookback-close').addEventListener('click', () => $('lookback-dialog').close());
    $('lookback-more').addEventListener('click', () => this.#page());
    $('lookback-kinds').addEventListener('change', () => this.#filter());
  }

  attach(party, signal) {
    this.#party = party;
    signal.addEventListener('abort', () => $('lookback-dialog').close());
  }

  #open() {
    $('lookback-list').replaceChildren();
    // The journal has the mood of each round; the line between them this window drew while it was there.
    const drawn = $('evening').hidden ? [] : [$('evening').firstElementChild.cloneNode(true)];
    $('lookback-mood').replaceChildren(...drawn);
    $('lookback-mood').hidden = !drawn.length;
    this.#cursor = null;
    this.#last = '';
    this.#on = {};
    this.#names = new Map([...this.#party.members.values()].map((member) => [member.user, member.name]));
    $('lookback-dialog').showModal();
    this.#page();
  }

  async #page() {
    $('lookback-more').hidden = true;
    const query = new URLSearchParams({ limit: String(PAGE), ...(this.#cursor ? { cursor: this.#cursor } : {}) });
    try {
      const body = await this.#read(`/api/v1/parties/${encodeURIComponent(this.#party.id)}/history?${query}`);
      await this.#learn(body.rows);
      body.rows.forEach((row) => this.#add(row));
      this.#cursor = body.next;
      $('lookback-more').hidden = !body.next;
      $('lookback-note').textContent = $('lookback-list').children.length ? '' : 'Nothing has happened yet.';
    } catch {
      $('lookback-note').textContent = 'The evening cannot be read just now.';
    }
    this.#filter();
  }

  async #read(address) {
    const answer = await fetch(address, { headers: { authorization: `Bearer ${this.#token() ?? ''}` } });
    const body = await answer.json();
    if (!answer.ok) throw new Error(body.detail);
    return body;
  }

  /** The journal names works by their ids; what they are called is asked once each. */
  async #learn(rows) {
    const { recommendations, queue, playback } = this.#party;
    for (const work of [...(recommendations?.items ?? []), ...queue.map((entry) => entry.work), playback.work]) {
      if (work?.title) this.#titles.set(work.item, work.title);
    }
    const named = rows.flatMap(({ body }) => [body.item, (body.work ?? body.playback?.work)?.item, ...best(body.round)]);
    const unknown = [...new Set(named)].filter((item) => item && !item.startsWith('url:') && !this.#titles.has(item)).slice(0, ASKED);
    await Promise.all(unknown.map(async (item) => {
      try {
        this.#titles.set(item, (await this.#read(`/api/v1/items/${encodeURIComponent(item)}`)).title);
      } catch { /* Its id has to do. */ }
    }));
  }

  #add({ seq, at, actor, kind, body }) {
    if (body.name && actor) this.#names.set(actor, body.name);
    const told = this.#tell(kind, body, actor);
    if (!told) return;
    const [group, text] = told;
    // The same thing twice in a row, such as a slider that was dragged, is told once.
    if (group !== 'said' && text === this.#last) return;
    this.#last = text;
    const time = el('time', { datetime: at }, when(Date.parse(at)));
    $('lookback-list').append(el('li', { 'data-group': group, 'data-seq': seq }, time, el('span', {}, text)));
  }

  /** A journal entry in words, and which kind of memory it is. */
  #tell(kind, body, actor) {
    const who = this.#name(actor ?? body.by ?? body.user);
    const work = body.work ?? body.playback?.work;
    if (work?.title) this.#titles.set(work.item, work.title);
    switch (kind) {
      case 'chat': return ['said', body.text ? `${who}: ${body.text}` : `${who}: a line that was removed`];
      case 'joined': return ['people', `${body.name ?? who} came in`];
      case 'left': return ['people', `${this.#name(body.user ?? actor)} ${REASONS[body.reason] ?? 'left'}`];
      case 'role': return ['people', `${this.#name(body.user ?? actor)} is now ${ROLES[body.role] ?? 'somebody else here'}`];
      case 'muted': return ['people', body.muted ? `${this.#name(body.user)} was muted` : `${this.#name(body.user)} may speak again`];
      case 'ban': return ['people', body.banned ? `${this.#name(body.user)} was banned` : `${this.#name(body.user)} may come in again`];
      case 'round': return ['recommended', this.#round(body.round ?? body, body.felt)];
      case 'playback': return ['watched', this.#played(body.playback ?? body, who)];
      case 'queue': return ['chosen', this.#queued(body, who)];
      case 'vote': return ['chosen', `${who} ${VALUES[body.value] ?? 'voted'} ${body.item ? this.#title(body.item) : ''}`.trim()];
      case 'changed': return ['people', `The party was changed${body.now?.name ? `: ${body.now.name}` : ''}`];
      default: return null;
    }
  }

  #played({ because, state, work, part }, who) {
    const title = work ? `“${work.title ?? this.#title(work.item)}”` : '';
    const before = this.#on;
    this.#on = { item: work?.item, state, part };
    if (because === 'finished') return work ? `The work ended; ${title} is on` : 'The work ended';
    if (because === 'vote') return `Votes chose ${title || 'what is on'}`;
    if (because === 'buffering') return 'The party waited for somebody';
    if (because === 'ready' || because === 'waited-enough') return 'The party went on';
    if (because === 'schedule') return `It began as planned${title ? `: ${title}` : ''}`;
    if (work && work.item !== before.item) return `${who} put ${title} on`;
    if (state === before.state && part !== before.part) return `${who} went on to ${partName(work, part)} of ${title}`;
    if (state === before.state) return `${who} went to another place in ${title}`;
    return `${who} ${DID[state] ?? 'steered'} ${title}`.trim();
  }

  #queued({ op, work, item }, who) {
    const title = `“${work?.title ?? this.#title(work?.item ?? item)}”`;
    if (op === 'remove') return `${title} was taken off the queue`;
    return op === 'move' ? `${who} moved ${title}` : `${who} queued ${title}`;
  }

  #round(round, felt) {
    return `Round ${round.round ?? ''} for the room${felt ? `, which felt ${felt.label}` : ''}: ${best(round).map((item) => this.#title(item)).join(', ') || 'nothing'}`;
  }

  #title(item) {
    return this.#titles.get(item) ?? String(item ?? 'something').replace(/^\w+:/, '').replaceAll('-', ' ');
  }

  #name(user) { return this.#names.get(user) ?? 'Somebody'; }

  #filter() {
    const wanted = new Set([...new FormData($('lookback-kinds')).values()]);
    const there = new Set();
    for (const item of $('lookback-list').children) {
      item.hidden = !wanted.has(item.dataset.group);
      there.add(item.dataset.group);
    }
    for (const label of $('lookback-kinds').children) label.hidden = !there.has(label.querySelector('input').value);
  }
}
