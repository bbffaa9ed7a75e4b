// Writing a line: a box that grows, replies, @names that complete, and the word that somebody types.

import { $, allow, el, names, tried } from '/pages/ui.js';

const OFFERED = 6;
const MENTIONED = 16;
const TALLEST = 140;

export class Composer {
  #party = null;
  #replyTo = null;
  #offers = [];
  #chosen = 0;

  constructor() {
    $('replying').querySelector('button').addEventListener('click', () => this.reply(null));
    const box = $('say');
    box.addEventListener('input', () => {
      this.#fit();
      this.#offer();
      if (box.value.trim()) this.#party?.nowTyping();
    });
    box.addEventListener('keydown', (event) => this.#key(event));
    box.addEventListener('blur', () => setTimeout(() => this.#close(), 150));
    $('composer').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#send();
    });
  }

  attach(party, signal) {
    this.#party = party;
    const may = () => this.#allow();
    for (const name of ['ready', 'members', 'changed']) party.addEventListener(name, may, { signal });
    party.addEventListener('typing', ({ detail }) => this.#typing(detail), { signal });
    signal.addEventListener('abort', () => {
      this.#party = null;
      this.reply(null);
      this.#typing([]);
    });
    this.#allow();
  }

  reply(line) {
    this.#replyTo = line?.seq ?? null;
    $('replying').hidden = !line;
    $('replying').firstElementChild.textContent = line ? `${line.name}: ${line.text}` : '';
    if (line) $('say').focus();
  }

  #allow() {
    const whyNot = this.#party.members.size ? this.#party.whyNot('chat') : null;
    allow($('say'), whyNot);
    allow($('send'), whyNot);
    $('say').placeholder = whyNot ?? 'Say something';
    for (const button of $('emoji').children) allow(button, whyNot);
  }

  #typing(who) {
    const [shown, more] = [who.slice(0, 2), who.length - 2];
    const list = more > 0 ? [...shown, `${more} more`] : shown;
    $('typing').textContent = who.length ? `${names(list)} ${who.length > 1 ? 'are' : 'is'} writing …` : '';
  }

  #fit() {
    const box = $('say');
    box.style.height = 'auto';
    box.style.height = `${Math.min(box.scrollHeight, TALLEST)}px`;
  }

  #key(event) {
    if (event.isComposing) return;
    if (this.#offers.length) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        event.preventDefault();
        return this.#choose((this.#chosen + step + this.#offers.length) % this.#offers.length);
      }
      if (event.key === 'Enter' || event.key === 'Tab') {
        event.preventDefault();
        return this.#complete(this.#offers[this.#chosen]);
      }
      if (event.key === 'Escape') return this.#close();
    }
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      $('composer').requestSubmit();
    }
    if (event.key === 'Escape') this.reply(null);
    return undefined;
  }

  // --- Names ---------------------------------------------------------------------------------------------------

  /** The beginning of a name right before the cursor, after an @ that begins a word. */
  #begun() {
    const box = $('say');
    const before = box.value.slice(0, box.selectionStart);
    return before.match(/(?:^|\s)@([^\s@]{0,40})$/)?.[1];
  }

  #offer() {
    const begun = this.#begun();
    const party = this.#party;
    if (begun === undefined || !party) return this.#close();
    const like = begun.toLocaleLowerCase();
    this.#offers = [...party.members.values()]
      .filter((member) => member !== party.me && member.name.toLocaleLowerCase().startsWith(like))
      .slice(0, OFFERED);
    $('names').replaceChildren(...this.#offers.map((member, at) => {
      const option = el('li', { role: 'option', id: `name-${at}` }, `@${member.name}`);
      option.addEventListener('pointerdown', (event) => {
        event.preventDefault();
        this.#complete(member);
      });
      return option;
    }));
    $('names').hidden = !this.#offers.length;
    return this.#choose(0);
  }

  #choose(at) {
    this.#chosen = at;
    [...$('names').children].forEach((option, i) => option.setAttribute('aria-selected', String(i === at)));
    if (this.#offers.length) $('say').setAttribute('aria-activedescendant', `name-${at}`);
    else $('say').removeAttribute('aria-activedescendant');
  }

  #close() {
    this.#offers = [];
    $('names').hidden = true;
    $('say').removeAttribute('aria-activedescendant');
  }

  #complete(member) {
    const box = $('say');
    const end = box.selectionStart;
    const start = end - this.#begun().length;
    box.setRangeText(`${member.name} `, start, end, 'end');
    this.#close();
    box.focus();
  }

  /** The members whose names stand in a text behind an @, completed or typed by hand. */
  #called(text) {
    const others = [...this.#party.members.values()].filter((member) => member !== this.#party.me);
    return others.filter((member) => text.includes(`@${member.name}`)).map((member) => member.user).slice(0, MENTIONED);
  }

  // --- Sending -------------------------------------------------------------------------------------------------

  async #send() {
    const box = $('say');
    const text = box.value.trim();
    if (!text || !this.#party) return;
    const mentions = this.#called(text);
    const replyTo = this.#replyTo ?? undefined;
    box.value = '';
    this.#fit();
    this.#close();
    this.reply(null);
    const said = await tried(this.#party.say(text, { replyTo, mentions }));
    // What did not arrive is given back, unless something new is being written already.
    if (!said && !box.value) box.value = text;
    this.#fit();
  }
}
