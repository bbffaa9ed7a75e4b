// Members: who is here, with a colour each.

/** A steady number from a text: FNV-1a, and a last mixing so that similar ids differ in every bit. */
export function hash(text) {
  let h = 0x811c9dc5;
  for (const c of text) h = Math.imul(h ^ c.codePointAt(0), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

const hues = new Map();

/** A person's hue in degrees. People get theirs in the order in which they are first seen, a golden angle apart, so
 *  that neighbours never look alike. */
export function hue(user) {
  if (!hues.has(user)) hues.set(user, Math.round(322 + hues.size * 137.5) % 360);
  return hues.get(user);
}

export const initial = (name) => ([...(name || '?').trim()][0] ?? '?').toLocaleUpperCase();

export function face(element, user, name) {
  element.textContent = initial(name);
  element.style.setProperty('--hue', hue(user));
}

export class People {
  #list;
  #count;
  #members = new Map();
  me = null;

  constructor(list, count) {
    this.#list = list;
    this.#count = count;
  }

  get size() { return this.#members.size; }

  name(user) { return this.#members.get(user)?.name ?? 'somebody'; }

  all() { return [...this.#members.values()]; }

  replace(members) {
    this.#members = new Map(members.map((m) => [m.user, m]));
    this.#show();
  }

  /** Takes a `party.member` frame over. */
  change(frame) {
    if (frame.change === 'left') this.#members.delete(frame.user);
    else this.#members.set(frame.user, { user: frame.user, name: frame.name, role: frame.role, online: frame.online });
    this.#show();
  }

  /** Who is connected now, after a broken connection. */
  present(online) {
    const here = new Set(online);
    for (const member of this.#members.values()) member.online = here.has(member.user);
    this.#show();
  }

  #show() {
    const rank = (m) => (m.user === this.me ? 0 : m.online ? 1 : 2);
    const sorted = this.all().sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
    this.#list.replaceChildren(...sorted.map((m) => this.#item(m)));
    const here = sorted.filter((m) => m.online).length;
    this.#count.textContent = here === sorted.length ? `${here}` : `${here} of ${sorted.length}`;
  }

  #item(member) {
    const item = document.createElement('li');
    item.className = 'member';
    item.dataset.online = member.online;
    const mark = document.createElement('span');
    mark.className = 'face';
    mark.setAttribute('aria-hidden', 'true');
    face(mark, member.user, member.name);
    const name = document.createElement('span');
    name.className = 'name';
    name.textContent = member.name;
    const note = document.createElement('span');
    note.className = 'tag';
    const words = [];
    if (member.user === this.me) words.push('you');
    if (member.role === 'host') words.push('host');
    if (!member.online) words.push('away');
    note.textContent = words.join(' · ');
    item.append(mark, name, note);
    return item;
  }
}
