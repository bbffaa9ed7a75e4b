// What suits the room: one card per item, with reasons, each member's satisfaction, and a button that queues or votes.

import { hash, hue } from '/pages/people.js';
import { wish } from '/pages/queue.js';

const DOMAINS = {
  film: { word: 'Film', done: 'Seen it' },
  series: { word: 'Series', done: 'Seen it' },
  book: { word: 'Book', done: 'Read it' },
  music: { word: 'Music', done: 'Know it' },
  product: { word: 'Product', done: 'Have it' },
};

const BECAUSE = {
  'member-joined': 'somebody came in',
  'member-left': 'somebody left',
  'mood-shift': 'the mood has shifted',
  vote: 'of your votes',
  event: 'of what you told us',
  finished: 'something was finished',
  timer: 'it was time for a fresh look',
};

/** What each strategy looks for, in words that follow “recommended is”. */
export const STRATEGY = {
  average: 'what suits most on average',
  'least-misery': 'what suits the pickiest of you',
  'most-pleasure': 'what delights at least one of you',
  'average-without-misery': 'what suits most, and nobody dislikes',
  multiplicative: 'what everybody likes at least a little',
  borda: 'what ranks high with most of you',
  copeland: 'what wins against everything else',
  approval: 'what most of you say yes to',
  'turn-taking': 'each of you in turn',
  'sp-greedy': 'something of everybody’s best',
  'ef-greedy': 'something that each of you likes more than the others do',
  'greedy-lm': 'what suits most, and the pickiest too',
  gfar: 'something for everybody, from the first on',
  'ep-fuzzda': 'everybody’s fair share',
  'diminishing-returns': 'what suits you, those first who have had least',
};

const percent = (share) => `${Math.round(share * 100)} %`;

const listed = new Intl.ListFormat('en-GB');

// Whom a work pleases, by name where they are few. That it pleases everybody stands among the reasons.
function pleases(names, all) {
  if (names.length === 0 || names.length === all) return '';
  if (names.length > 4) return `Suits ${names.length} of ${all}: `;
  return `Suits ${listed.format(names.sort((a, b) => (b === 'you') - (a === 'you')))}: `;
}

export class Picks {
  #parts;
  #people;
  #deed;
  #tracker;
  #party = null;
  #done = new Map();
  #recommendation = null;
  #items = [];

  /** `deed` sends what a person did to an item and resolves once it is durable; `tracker` hears of views and clicks. */
  constructor(parts, people, deed, tracker) {
    this.#parts = parts;
    this.#people = people;
    this.#deed = deed;
    this.#tracker = tracker;
    parts.cards.addEventListener('click', (event) => {
      const button = event.target.closest('.deed');
      if (button) this.#act(button);
      if (event.target.closest('.wish')) this.#wish(event.target.closest('.card').dataset.item);
    });
  }

  attach(party, signal) {
    this.#party = party;
    const all = () => {
      if (party.recommendations) this.show(party.recommendations);
      else this.clear();
    };
    party.addEventListener('ready', all, { signal });
    party.addEventListener('recommendations', ({ detail }) => this.show(detail), { signal });
    for (const name of ['ready', 'changed', 'members', 'queue', 'poll', 'playback']) party.addEventListener(name, () => this.#wishes(), { signal });
    signal.addEventListener('abort', () => {
      this.#party = null;
      this.#done.clear();
      this.clear();
    });
    all();
  }

  /** What the recommendation was called that put an item on the list. */
  recommendationOf(item) { return this.#items.some((known) => known.item === item) ? this.#recommendation : undefined; }

  clear() {
    this.#items = [];
    this.#parts.cards.replaceChildren();
    this.#parts.sum.hidden = true;
    this.#parts.why.textContent = 'The first list comes as soon as the room is known.';
  }

  show(round) {
    const fresh = new Set(round.items.map((item) => item.item));
    this.#items.forEach((item) => fresh.delete(item.item));
    const first = this.#items.length === 0;
    this.#items = round.items;
    this.#recommendation = round.recommendation_id;
    const { cards, why, sum, min, mean } = this.#parts;
    why.textContent = `Round ${round.round}, because ${BECAUSE[round.because] ?? round.because}: ${STRATEGY[round.strategy] ?? round.strategy}.`;
    if (round.left_out?.length) why.textContent += ` Left out this time: ${round.left_out.join(', ')}.`;
    sum.hidden = round.items.length === 0;
    min.textContent = percent(round.min_satisfaction);
    mean.textContent = percent(round.mean_satisfaction);
    const focused = document.activeElement?.closest?.('.card')?.dataset.item;
    const kind = document.activeElement?.dataset?.kind;
    for (const card of cards.children) this.#tracker.unwatch(card);
    cards.replaceChildren(...round.items.map((item, at) => this.#card(item, at, !first && fresh.has(item.item))));
    // A round that comes while somebody is on a button must not throw them off.
    const again = focused && [...cards.children].find((card) => card.dataset.item === focused);
    again?.querySelector(`button[data-kind="${kind}"]`)?.focus({ preventScroll: true });
    for (const card of cards.children) this.#tracker.watch(card, card.dataset.item, { recommendation_id: this.#recommendation, party: this.#party?.id });
    this.#wishes();
  }

  /** Whoever may queue gets a button that queues; everybody else, and a room that votes, one that votes. */
  #wishes() {
    const party = this.#party;
    if (!party) return;
    const queued = new Set(party.queue.map((entry) => entry.work.item));
    for (const card of this.#parts.cards.children) {
      const { item } = card.dataset;
      const button = card.querySelector('.wish');
      const votes = party.info.control === 'vote' || !party.can.has('queue');
      const on = party.playback.work?.item === item;
      const mine = party.poll.items.get(item)?.mine === 'up';
      const up = party.poll.items.get(item)?.up ?? 0;
      const word = on ? 'Is on' : votes ? (mine ? 'Voted' : 'Vote') : queued.has(item) ? 'Queued' : 'Queue';
      button.textContent = votes && up ? `${word} · ${up}` : word;
      button.disabled = on || (!votes && queued.has(item));
      button.setAttribute('aria-pressed', String(votes ? mine : queued.has(item)));
      button.setAttribute('aria-label', `${button.textContent}: ${card.querySelector('.title').textContent}`);
    }
  }

  async #wish(item) {
    const work = this.#items.find((known) => known.item === item);
    this.#tracker.click(item, { recommendation_id: this.#recommendation, party: this.#party.id });
    if (this.#party.poll.items.get(item)?.mine === 'up') await this.#party.vote(item, 'clear').catch(() => { /* It stays. */ });
    else await wish(this.#party, { item, title: work.title });
  }

  #card(item, at, isNew) {
    const card = this.#parts.template.content.firstElementChild.cloneNode(true);
    const domain = DOMAINS[item.domain] ?? { word: 'Work', done: 'Know it' };
    card.dataset.item = item.item;
    card.dataset.domain = item.domain ?? '';
    card.dataset.fresh = String(isNew);
    const shade = hash(item.item);
    card.style.setProperty('--cover', shade % 360);
    card.style.setProperty('--turn', `${(shade >>> 9) % 180}deg`);
    card.querySelector('use').setAttribute('href', `/pages/kinds.svg#${item.domain ?? 'work'}`);
    card.querySelector('.rank').textContent = at + 1;
    card.querySelector('.title').textContent = item.title;
    const facts = [domain.word, item.year, item.creators?.slice(0, 2).join(', ')].filter(Boolean);
    card.querySelector('.facts').textContent = facts.join(' · ');
    card.querySelector('.reasons').replaceChildren(...(item.reasons ?? []).slice(0, 3).map(reason));
    this.#bars(card, item);
    card.querySelector('.done-word').textContent = domain.done;
    card.querySelector('.deeds').setAttribute('aria-label', `What do you say to ${item.title}?`);
    const did = this.#done.get(item.item);
    for (const button of card.querySelectorAll('.deed')) button.setAttribute('aria-pressed', String(button.dataset.kind === did));
    return card;
  }

  #bars(card, item) {
    const shares = Object.entries(item.satisfaction ?? {});
    const bars = card.querySelector('.bars');
    const names = [];
    bars.replaceChildren(...shares.map(([user, share]) => {
      const name = user === this.#people.me ? 'you' : this.#people.name(user);
      names.push(`${name} ${percent(share)}`);
      const bar = document.createElement('span');
      bar.className = 'bar-share';
      bar.title = `${name}: ${percent(share)}`;
      bar.dataset.me = String(user === this.#people.me);
      bar.style.setProperty('--hue', hue(user));
      bar.style.setProperty('--share', Math.max(0.04, Math.min(1, share)));
      return bar;
    }));
    bars.setAttribute('aria-label', `How well it suits: ${names.join(', ')}`);
    bars.hidden = shares.length === 0;
    const suits = card.querySelector('.suits');
    const pleased = shares.filter(([, share]) => share >= 0.5)
      .map(([user]) => (user === this.#people.me ? 'you' : this.#people.name(user)));
    suits.textContent = item.mean_satisfaction === undefined ? '' :
      `${pleases(pleased, shares.length)}${percent(item.mean_satisfaction)} on average, nobody below ${percent(item.min_satisfaction)}`;
    if (shares.length < 2 && item.min_satisfaction === item.mean_satisfaction) {
      suits.textContent = `suits you ${percent(item.mean_satisfaction)}`;
    }
  }

  async #act(button) {
    const card = button.closest('.card');
    const { item } = card.dataset;
    const { kind } = button.dataset;
    if (this.#done.get(item) === kind) return;
    const before = this.#done.get(item);
    this.#mark(item, kind);
    try {
      await this.#deed({ item, kind, recommendation_id: this.#recommendation });
    } catch {
      this.#mark(item, before);
    }
  }

  #mark(item, kind) {
    if (kind) this.#done.set(item, kind);
    else this.#done.delete(item);
    const card = [...this.#parts.cards.children].find((c) => c.dataset.item === item);
    for (const button of card?.querySelectorAll('.deed') ?? []) {
      button.setAttribute('aria-pressed', String(button.dataset.kind === kind));
    }
  }
}

// What a group has had together is told to each of those who were there.
const OURS = ['together', 'group-filter'];

function reason({ source, text, private: mine }) {
  const item = document.createElement('li');
  item.textContent = text;
  if (mine) {
    item.className = 'private';
    const note = document.createElement('span');
    note.textContent = OURS.includes(source) ? ' only those who were there see this' : ' only you see this';
    item.append(note);
  }
  return item;
}
