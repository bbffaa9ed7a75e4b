// Reactions: a row of signs to tap, and bubbles that rise over the page and fade.

import { stamp } from '/pages/player-pattern.js';
import { $, el } from '/pages/ui.js';

const EMOJI = ['👍', '❤️', '😂', '😮', '😢', '🔥', '👏', '🎉'];
const FLOATING = 24;

export class Floats {
  #party = null;

  constructor() {
    $('emoji').append(...EMOJI.map((emoji) => el('button', {
      type: 'button', 'aria-label': `React with ${emoji}`, onclick: () => this.#party?.react(emoji),
    }, emoji)));
  }

  attach(party, signal) {
    this.#party = party;
    party.addEventListener('reaction', ({ detail }) => this.#float(detail), { signal });
    signal.addEventListener('abort', () => { this.#party = null; });
  }

  #float({ user, emoji, position_ms: position }) {
    const sky = $('sky');
    if (sky.children.length >= FLOATING) sky.firstElementChild.remove();
    const name = user === this.#party.me?.user ? 'you' : this.#party.name(user);
    // Where in the work somebody felt it is told when it is not where this window is.
    const away = position !== undefined && Math.abs(position - this.#party.position()) > 5_000;
    const bubble = el('span.bubble', {}, el('span', {}, emoji), el('small', {}, away ? `${name} at ${stamp(position)}` : name));
    bubble.style.setProperty('--x', (0.1 + 0.8 * Math.random()).toFixed(3));
    bubble.style.setProperty('--sway', `${(Math.random() * 80 - 40).toFixed(0)}px`);
    bubble.addEventListener('animationend', () => bubble.remove());
    sky.append(bubble);
  }
}
