// Works that no player here plays: a shared clock to run along with, a chapter of a book, a track of an album.

import { stamp } from './player-pattern.js';

const KINDS = {
  book: { part: 'Chapter', steps: true, hint: 'Read from here together.' },
  music: { part: 'Track', steps: true, hint: 'Start your own copy at this position.' },
  series: { part: 'Episode', steps: true, hint: 'Start your own copy at this position.' },
  film: { part: null, steps: false, hint: 'Start your own copy at this position.' },
};

/** How a work without a player is counted. */
export function kind(work) { return KINDS[work?.domain] ?? KINDS.film; }

/** The name of a part for people, from 1. */
export function partName(work, part) {
  const { part: word } = kind(work);
  return word ? `${word} ${part + 1}` : '';
}

export class TextStage {
  element = document.createElement('div');
  #part = document.createElement('p');
  #clock = document.createElement('p');
  #work;

  /** Without its clock where a player that is heard but not seen stands behind it. */
  constructor(work, clock = true) {
    this.#work = work;
    this.element.className = 'text-stage';
    const name = document.createElement('p');
    name.className = 'text-title';
    name.textContent = work.title;
    const by = document.createElement('p');
    by.className = 'text-by';
    by.textContent = [work.creators?.slice(0, 2).join(', '), work.year].filter(Boolean).join(' · ');
    this.#part.className = 'text-part';
    this.#clock.className = 'text-clock';
    this.#clock.setAttribute('role', 'timer');
    const hint = document.createElement('p');
    hint.className = 'text-hint';
    hint.textContent = kind(work).hint;
    this.element.append(name, by, ...(clock ? [this.#part, this.#clock, hint] : []));
  }

  show(playback, position) {
    this.#part.textContent = partName(this.#work, playback.part ?? 0);
    this.#clock.textContent = stamp(position);
  }
}
