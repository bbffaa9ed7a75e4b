// Members: who is here, with a colour each, what they are, and what may be done about them.

import { $, el, icon, iconButton, tried } from '/pages/ui.js';

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

const ROLES = { host: ['crown', 'host'], moderator: ['shield', 'moderator'] };

/** What may be done about a member: operation, words, capability, when it fits, and the question before it is done. */
const DEEDS = [
  ['promote', 'Make moderator', 'admin', (m) => m.role === 'member'],
  ['demote', 'Make plain member', 'admin', (m) => m.role === 'moderator'],
  ['mute', 'Mute', 'moderate', (m) => !m.muted],
  ['unmute', 'Let speak again', 'moderate', (m) => m.muted],
  ['transfer', 'Hand the party over', 'admin', () => true, (m) => `Hand the party over to ${m.name}? You will no longer be the host.`],
  ['kick', 'Send out', 'moderate', () => true],
  ['ban', 'Ban', 'moderate', () => true, (m) => `Ban ${m.name} from this party?`],
];

export class People {
  #party = null;

  constructor() {
    const menu = $('member-menu');
    menu.addEventListener('keydown', (event) => {
      const items = [...menu.querySelectorAll('[role=menuitem]')];
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        event.preventDefault();
        items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
      }
    });
    menu.addEventListener('toggle', ({ newState }) => {
      for (const open of document.querySelectorAll('.member [aria-expanded]')) open.setAttribute('aria-expanded', String(newState === 'open' && open.dataset.user === menu.dataset.user));
    });
  }

  get me() { return this.#party?.me?.user; }

  name(user) { return this.#party?.name(user) ?? 'somebody'; }

  attach(party, signal) {
    this.#party = party;
    const show = () => this.#show();
    for (const name of ['ready', 'members', 'changed', 'playback']) party.addEventListener(name, show, { signal });
    signal.addEventListener('abort', () => { $('members').replaceChildren(); });
    this.#show();
  }

  #show() {
    const party = this.#party;
    const me = party.me?.user;
    const rank = (m) => (m.user === me ? 0 : m.online ? 1 : 2);
    const sorted = [...party.members.values()].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
    const focus = document.activeElement?.dataset?.user;
    $('members').replaceChildren(...sorted.map((member) => this.#item(member, me)));
    if (focus) $('members').querySelector(`button[data-user="${CSS.escape(focus)}"]`)?.focus({ preventScroll: true });
    const here = sorted.filter((m) => m.online).length;
    $('people-count').textContent = here === sorted.length ? `${here}` : `${here} of ${sorted.length}`;
  }

  #item(member, me) {
    const mark = el('span.face', { 'aria-hidden': 'true' });
    face(mark, member.user, member.name);
    const waits = this.#party.playback.waiting_for?.includes(member.user);
    const words = [member.user === me && 'you', ROLES[member.role]?.[1], member.muted && 'muted', waits && 'buffering', !member.online && 'away'];
    const deeds = this.#deeds(member, me);
    const item = el('li.member', { 'data-online': String(member.online), 'data-muted': String(Boolean(member.muted)) }, mark,
      el('span.name', {}, member.name),
      el('span.tag', {}, member.muted && icon('muted'), ROLES[member.role] && icon(ROLES[member.role][0]), words.filter(Boolean).join(' · ')));
    if (deeds.length) {
      const button = iconButton('more', `What to do about ${member.name}`, () => this.#menu(button, member, deeds), {
        'aria-haspopup': 'menu', 'aria-expanded': 'false', 'data-user': member.user,
      });
      item.append(button);
    }
    return item;
  }

  /** What this person may do about a member: nothing about oneself, and moderators nothing about the host. */
  #deeds(member, me) {
    const party = this.#party;
    const above = member.role === 'host' || (member.role === 'moderator' && !party.can.has('admin'));
    if (member.user === me || above) return [];
    return DEEDS.filter(([, , need, fits]) => party.can.has(need) && fits(member));
  }

  #menu(button, member, deeds) {
    const menu = $('member-menu');
    const party = this.#party;
    menu.dataset.user = member.user;
    menu.setAttribute('aria-label', `What to do about ${member.name}`);
    menu.replaceChildren(...deeds.map(([op, words, , , question]) => el('button', {
      type: 'button',
      role: 'menuitem',
      'data-op': op,
      onclick: () => {
        menu.hidePopover();
        if (!question || confirm(question(member))) tried(party.admin(op, { user: member.user }));
      },
    }, words)));
    menu.showPopover();
    const { left, bottom, top } = button.getBoundingClientRect();
    const { offsetWidth: wide, offsetHeight: high } = menu;
    menu.style.left = `${Math.max(8, Math.min(left, innerWidth - wide - 8))}px`;
    menu.style.top = `${bottom + high + 8 > innerHeight ? Math.max(8, top - high - 4) : bottom + 4}px`;
    menu.firstElementChild.focus();
  }
}
