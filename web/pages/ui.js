// Small helpers of the page: finding and making elements, icons, and words for people.

export const $ = (id) => document.getElementById(id);

/** Makes an element: `el('p.note', { title }, 'text', child)`. Attributes that are absent or false are left out. */
export function el(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split('.');
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(' ');
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A drawn sign from icons.svg; it is decoration, so its button carries the word. */
export function icon(name) {
  const ns = 'http://www.w3.org/2000/svg';
  const root = document.createElementNS(ns, 'svg');
  root.setAttribute('aria-hidden', 'true');
  root.setAttribute('class', 'icon');
  root.setAttribute('viewBox', '0 0 24 24');
  const use = document.createElementNS(ns, 'use');
  use.setAttribute('href', `/pages/icons.svg#${name}`);
  root.append(use);
  return root;
}

export function iconButton(name, label, onclick, more = {}) {
  return el('button.icon-button', { type: 'button', 'aria-label': label, title: label, onclick, ...more }, icon(name));
}

let timer;

/** A word that fades: what went wrong, or what was done. */
export function toast(text) {
  $('toast').textContent = text;
  $('toast').dataset.shown = 'true';
  clearTimeout(timer);
  timer = setTimeout(() => { $('toast').dataset.shown = 'false'; }, 4_500);
}

/** A word that stays until it is taken away. */
export function banner(text) {
  $('banner').hidden = !text;
  $('banner').textContent = text ?? '';
}

/** Waits for a command's answer, and tells people when it did not work. Gives nothing then. */
export async function tried(promise) {
  try {
    return await promise;
  } catch (problem) {
    toast(sentence(problem.message));
    return undefined;
  }
}

/** A server's detail as a sentence. */
export function sentence(text) {
  const first = text.charAt(0).toLocaleUpperCase() + text.slice(1);
  return /[.!?…]$/.test(first) ? first : `${first}.`;
}

/** A control that may not be used just now says why. */
export function allow(control, whyNot) {
  control.disabled = Boolean(whyNot);
  control.title = whyNot ?? control.getAttribute('aria-label') ?? '';
}

export function names(list) {
  return new Intl.ListFormat('en', { type: 'conjunction' }).format(list);
}

const DAY = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
const HOUR = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

/** A time as it is told: the hour alone when it is near. */
export function when(ms, nowMs = Date.now()) {
  return Math.abs(ms - nowMs) < 64_800_000 ? HOUR.format(ms) : DAY.format(ms);
}

/** What `datetime-local` fields hold, for a time. */
export function fieldTime(ms) {
  return new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
