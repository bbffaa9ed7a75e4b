// The chat: lines in order of their numbers, tinted by how they sound.

import { face, hue } from '/pages/people.js';

const KEPT = 400;
const SAME_BREATH_MS = 120_000;

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

/** How a line sounds, from -1 to 1, as the tint knows it. */
function tone(score) {
  if (score >= 0.05) return 'up';
  if (score <= -0.05) return 'down';
  return 'even';
}

export class Chat {
  #log;
  #newest;
  #template;
  #lines = new Map();
  me = null;

  /** `reply` is called with a line when somebody wants to answer it. */
  constructor(log, newest, template, reply) {
    this.#log = log;
    this.#newest = newest;
    this.#template = template;
    log.addEventListener('click', (event) => {
      const item = event.target.closest('.reply')?.closest('.line');
      const line = item && this.#lines.get(Number(item.dataset.seq));
      if (line) reply(line);
    });
    log.addEventListener('scroll', () => { if (this.#atEnd()) newest.hidden = true; });
    newest.addEventListener('click', () => this.#toEnd());
  }

  clear() {
    this.#lines.clear();
    this.#log.replaceChildren();
    this.#newest.hidden = true;
  }

  /** Adds a line unless it is there already; true when it is new. */
  add(line) {
    if (this.#lines.has(line.seq)) return false;
    const atEnd = this.#atEnd();
    const item = this.#item(line);
    this.#insert(item, line.seq);
    this.#lines.set(line.seq, { ...line, item });
    this.#group(item);
    if (item.nextElementSibling) this.#group(item.nextElementSibling);
    if (line.sentiment !== undefined) this.score(line.seq, line.sentiment);
    while (this.#log.children.length > KEPT) {
      this.#lines.delete(Number(this.#log.firstElementChild.dataset.seq));
      this.#log.firstElementChild.remove();
    }
    if (atEnd || line.user === this.me) this.#toEnd();
    else this.#newest.hidden = false;
    return true;
  }

  /** A line for people that nobody said: somebody came, went, or something is missing. */
  note(text) {
    const atEnd = this.#atEnd();
    const item = document.createElement('li');
    item.className = 'event';
    item.textContent = text;
    this.#log.append(item);
    if (atEnd) this.#toEnd();
  }

  remove(seq) {
    const line = this.#lines.get(seq);
    if (!line) return;
    line.item.dataset.removed = 'true';
    line.item.querySelector('.text').textContent = 'This line was removed.';
  }

  score(seq, score) {
    const line = this.#lines.get(seq);
    if (!line) return;
    line.item.dataset.tone = tone(score);
    line.item.style.setProperty('--strength', Math.min(1, Math.abs(score)).toFixed(2));
    const said = line.item.querySelector('.said');
    const word = { up: 'sounds pleasant', down: 'sounds unpleasant', even: 'sounds neutral' }[tone(score)];
    said.title = `${word} (${score > 0 ? '+' : ''}${score.toFixed(2)})`;
  }

  #item(line) {
    const item = this.#template.content.firstElementChild.cloneNode(true);
    item.dataset.seq = line.seq;
    item.dataset.user = line.user;
    item.dataset.at = line.at_ms;
    item.dataset.mine = String(line.user === this.me);
    item.style.setProperty('--hue', hue(line.user));
    face(item.querySelector('.face'), line.user, line.name);
    item.querySelector('.who b').textContent = line.user === this.me ? 'You' : line.name;
    const time = item.querySelector('time');
    time.dateTime = new Date(line.at_ms).toISOString();
    time.textContent = clock.format(line.at_ms);
    item.querySelector('.text').textContent = line.text;
    item.querySelector('.reply').setAttribute('aria-label', `Reply to ${line.name}`);
    const quoted = line.reply_to && this.#lines.get(line.reply_to);
    if (line.reply_to) {
      const quote = item.querySelector('.quote');
      quote.hidden = false;
      quote.textContent = quoted ? `${quoted.name}: ${quoted.text}` : 'in answer to an earlier line';
    }
    return item;
  }

  /** Lines come in order almost always; a recovered one finds its place. */
  #insert(item, seq) {
    let before = null;
    for (let last = this.#log.lastElementChild; last; last = last.previousElementSibling) {
      if (last.dataset.seq && Number(last.dataset.seq) < seq) break;
      if (last.dataset.seq) before = last;
    }
    this.#log.insertBefore(item, before);
  }

  /** Lines of one person in one breath stand together under one name. */
  #group(item) {
    const above = item.previousElementSibling;
    const same = above?.dataset.user === item.dataset.user && item.dataset.at - above.dataset.at < SAME_BREATH_MS;
    item.dataset.joined = String(Boolean(same));
  }

  #atEnd() { return this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < 60; }

  #toEnd() {
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#newest.hidden = true;
  }
}
