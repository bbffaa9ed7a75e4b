// The chat: lines in order of their numbers, tinted by how they sound, with whoever they speak to marked.

import { face, hue } from '/pages/people.js';

const KEPT = 400;
const SAME_BREATH_MS = 120_000;

const ROLES = { host: 'the host', moderator: 'a moderator', member: 'a plain member' };

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
  #names = () => [];
  #kept = KEPT;
  me = null;

  /** `reply` is called with a line when somebody wants to answer it, `remove` when somebody takes it away. */
  constructor(log, newest, template, { reply, remove }) {
    this.#log = log;
    this.#newest = newest;
    this.#template = template;
    log.addEventListener('click', (event) => {
      const button = event.target.closest('.reply, .remove');
      const line = button && this.#lines.get(Number(button.closest('.line').dataset.seq));
      if (line) (button.classList.contains('reply') ? reply : remove)(line);
    });
    log.addEventListener('scroll', () => { if (this.#atEnd()) newest.hidden = true; });
    newest.addEventListener('click', () => this.#toEnd());
  }

  /** Follows a party: shows its lines, and whatever comes. */
  attach(party, signal) {
    const all = ({ detail }) => {
      if (detail?.recovered) return;
      this.clear();
      this.me = party.me?.user ?? null;
      this.#names = () => [...party.members.values()];
      party.lines.forEach((line) => this.add(line));
      this.#rights(party);
    };
    party.addEventListener('ready', all, { signal });
    party.addEventListener('chat', ({ detail }) => this.add(detail), { signal });
    party.addEventListener('removed', ({ detail }) => this.remove(detail.message), { signal });
    party.addEventListener('scores', ({ detail }) => detail.forEach(({ seq, score }) => this.score(seq, score)), { signal });
    party.addEventListener('members', ({ detail }) => {
      this.#rights(party);
      this.#told(party, detail);
    }, { signal });
    signal.addEventListener('abort', () => this.clear());
    all({});
  }

  /** Moderators may take any line away, everybody their own; the sheet shows the button accordingly. */
  #rights(party) { this.#log.dataset.moderates = String(party.can.has('moderate')); }

  #told(party, { change, user, name, role, by, reason, seq }) {
    if (!seq) return;
    const whom = user === this.me ? 'You' : name;
    const are = user === this.me ? 'are' : 'is';
    const said = {
      joined: user !== this.me && `${name} came in`,
      left: reason ? `${name} was ${reason === 'banned' ? 'banned' : 'sent out'}` : user !== this.me && `${name} left`,
      role: `${whom} ${are} now ${ROLES[role] ?? role}`,
      muted: `${whom} ${are} muted`,
      unmuted: `${whom} may speak again`,
      unbanned: `${whom} may come in again`,
    }[change];
    if (said) this.note(by && change !== 'left' && by !== user ? `${said}, by ${by === this.me ? 'you' : party.name(by)}` : said);
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
    if (line.removed) this.remove(line.seq);
    while (this.#log.children.length > this.#kept) {
      this.#lines.delete(Number(this.#log.firstElementChild.dataset.seq));
      this.#log.firstElementChild.remove();
    }
    if (atEnd || line.user === this.me) this.#toEnd();
    else this.#newest.hidden = false;
    return true;
  }

  /** The number of the first line that is shown; 0 when there is none. */
  get first() { return this.#lines.size ? Math.min(...this.#lines.keys()) : 0; }

  /** Adds lines from before, and leaves whoever reads where they are. */
  before(lines) {
    this.#kept += lines.length;
    const below = this.#log.scrollHeight - this.#log.scrollTop;
    lines.forEach((line) => this.add(line));
    this.#log.scrollTop = this.#log.scrollHeight - below;
    this.#newest.hidden = this.#atEnd();
  }

  /** A line for people that nobody said: somebody came, went, or something is missing. */
  note(text) {
    const atEnd = this.#atEnd();
    const item = document.createElement('p');
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
    for (const button of line.item.querySelectorAll('.reply, .remove')) button.remove();
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
    const text = item.querySelector('.text');
    text.replaceChildren(...this.#marked(line));
    item.dataset.forMe = String(Boolean(line.mentions?.includes(this.me)));
    item.querySelector('.reply').setAttribute('aria-label', `Reply to ${line.name}`);
    item.querySelector('.remove').setAttribute('aria-label', line.user === this.me ? 'Remove your line' : `Remove the line of ${line.name}`);
    const quoted = line.reply_to && this.#lines.get(line.reply_to);
    if (line.reply_to) {
      const quote = item.querySelector('.quote');
      quote.hidden = false;
      quote.textContent = quoted ? `${quoted.name}: ${quoted.text}` : 'in answer to an earlier line';
    }
    return item;
  }

  /** The text with the names of those it speaks to marked. */
  #marked({ text, mentions = [] }) {
    const called = this.#names().filter((member) => mentions.includes(member.user)).map((member) => `@${member.name}`);
    if (!called.length) return [text];
    const parts = [];
    let rest = text;
    while (rest) {
      const found = called.map((name) => [rest.indexOf(name), name]).filter(([at]) => at >= 0).sort((a, b) => a[0] - b[0] || b[1].length - a[1].length)[0];
      if (!found) break;
      const mark = document.createElement('mark');
      mark.textContent = found[1];
      parts.push(rest.slice(0, found[0]), mark);
      rest = rest.slice(found[0] + found[1].length);
    }
    return [...parts, rest];
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
