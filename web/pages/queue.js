// What comes next: the queue, ordered by hand or by votes, by drag or by buttons.

import { hue } from '/pages/people.js';
import { PATTERN } from '/pages/player-pattern.js';
import { $, el, icon, iconButton, toast, tried } from '/pages/ui.js';

export class Queue {
  #party = null;
  #dragged = null;

  constructor() {
    const list = $('queue');
    list.addEventListener('dragover', (event) => {
      if (!this.#dragged) return;
      event.preventDefault();
      const over = event.target.closest('.entry');
      if (!over || over === this.#dragged) return;
      const { top, height } = over.getBoundingClientRect();
      list.insertBefore(this.#dragged, event.clientY > top + height / 2 ? over.nextSibling : over);
    });
    list.addEventListener('drop', (event) => event.preventDefault());
  }

  attach(party, signal) {
    this.#party = party;
    const show = () => this.#show();
    for (const name of ['ready', 'queue', 'poll', 'members', 'changed']) party.addEventListener(name, show, { signal });
    signal.addEventListener('abort', () => { this.#party = null; });
    this.#show();
  }

  #show() {
    if (this.#dragged) return;
    const { queue, info } = this.#party;
    $('queue-count').textContent = queue.length ? String(queue.length) : '';
    $('queue-how').textContent = info.control === 'vote' ? 'The best voted plays next.' : '';
    $('queue-empty').hidden = queue.length > 0;
    const focus = document.activeElement?.closest?.('.entry')?.dataset.item;
    const deed = document.activeElement?.dataset?.deed;
    $('queue').replaceChildren(...queue.map((entry, at) => this.#entry(entry, at)));
    if (!focus) return;
    // The list is drawn anew while somebody is on a button of it: they stay on the same button of the same work.
    const row = [...$('queue').children].find((item) => item.dataset.item === focus);
    const same = row?.querySelector(`[data-deed="${deed}"]`);
    (same?.disabled ? row.querySelector('button:not(:disabled)') : same)?.focus({ preventScroll: true });
  }

  #entry({ work, by }, at) {
    const party = this.#party;
    const may = party.can.has('queue');
    const tally = party.poll.items.get(work.item) ?? { up: 0, down: 0 };
    const mine = by === party.me?.user;
    const item = el('li.entry', { 'data-item': work.item, draggable: may ? 'true' : undefined });
    item.addEventListener('dragstart', (event) => {
      this.#dragged = item;
      event.dataTransfer.effectAllowed = 'move';
      event.dataTransfer.setData('text/plain', work.title);
      requestAnimationFrame(() => { item.dataset.dragged = 'true'; });
    });
    item.addEventListener('dragend', () => this.#dropped(item, at));
    const who = el('span.by', {}, [work.creators?.[0], `by ${mine ? 'you' : party.name(by)}`].filter(Boolean).join(' · '));
    who.style.setProperty('--hue', hue(by));
    item.append(
      may ? el('span.grip', { 'aria-hidden': 'true' }, icon('grip')) : el('span.place', { 'aria-hidden': 'true' }, String(at + 1)),
      el('span.entry-work', {}, el('b', {}, work.title), who),
      this.#votes(work, tally),
      this.#order(work, at, may, mine),
    );
    return item;
  }

  #votes(work, tally) {
    const party = this.#party;
    const vote = (value, label, count) => {
      const pressed = tally.mine === value;
      const button = iconButton(value === 'up' ? 'like' : value === 'down' ? 'dislike' : 'veto', `${label} ${work.title}`,
        () => tried(party.vote(work.item, pressed ? 'clear' : value)), { 'aria-pressed': String(pressed), 'data-deed': value });
      button.classList.add('vote');
      if (count) button.append(el('span.tally', {}, String(count)));
      return button;
    };
    return el('span.votes', { role: 'group', 'aria-label': `Votes for ${work.title}` },
      vote('up', 'Vote for', tally.up), vote('down', 'Vote against', tally.down), vote('veto', 'Never play', 0));
  }

  #order(work, at, may, mine) {
    const party = this.#party;
    const button = (sign, label, deed, run, off) => iconButton(sign, `${label}: ${work.title}`, () => tried(run()), { 'data-deed': deed, disabled: off });
    return el('span.order', {},
      may && button('up', 'Earlier', 'earlier', () => party.move(work.item, at - 1), at === 0),
      may && button('down', 'Later', 'later', () => party.move(work.item, at + 1), at === party.queue.length - 1),
      (may || mine) && button('close', 'Take off', 'remove', () => party.unqueue(work.item)));
  }

  async #dropped(item, from) {
    const to = [...$('queue').children].indexOf(item);
    this.#dragged = null;
    if (to !== from) await tried(this.#party.move(item.dataset.item, to));
    if (this.#party) this.#show();
  }
}

/** What is asked for: the catalogue knows the titles of its own works, only the others are told with one. */
export function named(work) {
  return work.url || work.item === PATTERN.item ? work : { item: work.item };
}

/** Puts a work into the queue, or votes for it where that is what this person may do. */
export async function wish(party, work) {
  if (party.can.has('queue') && party.info.control !== 'vote') {
    if (await tried(party.enqueue(named(work)))) toast(`“${work.title}” is in the queue.`);
  } else if (await tried(party.vote(work.item, 'up'))) toast(`You voted for “${work.title}”.`);
}
