// The dialog of works: an address, something from the catalogue, or the test pattern.

import { PATTERN } from '/pages/player-pattern.js';
import { named, wish } from '/pages/queue.js';
import { $, el, toast, tried } from '/pages/ui.js';

const PAUSE_MS = 250;
const FOUND = 12;
const KINDS = { film: 'Film', series: 'Series', book: 'Book', music: 'Music', product: 'Product' };

export class Choose {
  #party = null;
  #token;
  #timer = null;
  #asked = 0;

  /** `token` gives the bearer token with which the catalogue is searched. */
  constructor(token) {
    this.#token = token;
    $('choose-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#address(event.submitter?.value ?? 'play');
    });
    $('choose-search').addEventListener('input', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#search(), PAUSE_MS);
    });
    $('choose-close').addEventListener('click', () => $('choose-dialog').close());
    $('choose-pattern').addEventListener('click', () => this.#take(PATTERN, this.#party.can.has('control') ? 'play' : 'queue'));
  }

  attach(party, signal) {
    this.#party = party;
    signal.addEventListener('abort', () => $('choose-dialog').close());
  }

  open() {
    const may = this.#party.can;
    $('choose-play').hidden = !may.has('control');
    $('choose-queue').hidden = !may.has('queue');
    $('choose-url').value = $('choose-search').value = $('choose-title').value = '';
    $('choose-dialog').showModal();
    this.#search();
  }

  #address(how) {
    const url = $('choose-url').value.trim();
    const title = $('choose-title').value.trim();
    this.#take({ url, ...(title ? { title } : {}) }, how);
  }

  async #take(work, how) {
    const { title = 'It' } = work;
    const party = this.#party;
    const asked = named(work);
    const done = how === 'play' ? await tried(this.#play(party, asked)) : await tried(party.enqueue(asked));
    if (!done) return;
    $('choose-dialog').close();
    if (how === 'queue') toast(`“${title}” is in the queue.`);
  }

  /** Whoever chooses something to play means now, so it starts where nothing played before. */
  async #play(party, work) {
    const loaded = await party.load(work);
    return loaded.state === 'paused' && !party.info.starts_at_ms ? party.play() : loaded;
  }

  async #search() {
    const asked = this.#asked += 1;
    const query = new URLSearchParams({ limit: String(FOUND) });
    const text = $('choose-search').value.trim();
    if (text) query.set('q', text);
    let rows = [];
    let note = '';
    try {
      const answer = await fetch(`/api/v1/items?${query}`, { headers: { authorization: `Bearer ${this.#token() ?? ''}` } });
      if (answer.ok) ({ rows } = await answer.json());
      else note = answer.status === 401 ? 'The catalogue is open to you again after you come in anew.' : 'The catalogue cannot be read just now.';
    } catch {
      note = 'The catalogue cannot be reached just now.';
    }
    if (asked !== this.#asked) return;
    $('choose-note').textContent = note || (rows.length ? '' : 'Nothing like that is in the catalogue.');
    $('choose-found').replaceChildren(...rows.map((row) => this.#row(row)));
  }

  #row({ id, title, domain, year, creators }) {
    const may = this.#party.can;
    const work = { item: id, title };
    const button = (text, label, run) => el('button.chip', { type: 'button', 'aria-label': `${label} ${title}`, onclick: run }, text);
    return el('li.found', {},
      el('span.found-work', {}, el('b', {}, title), el('span.note', {}, [KINDS[domain], year, creators?.[0]].filter(Boolean).join(' · '))),
      may.has('control') && button('Play', 'Play', () => this.#take(work, 'play')),
      may.has('queue')
        ? button('Queue', 'Put into the queue:', () => this.#take(work, 'queue'))
        : button('Vote', 'Vote for', () => wish(this.#party, work)));
  }
}
