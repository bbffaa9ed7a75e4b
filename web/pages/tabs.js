// The tabs of the narrow page, with marks for what came while another tab was looked at.

import { $ } from '/pages/ui.js';

const tabs = [...document.querySelectorAll('[role=tab]')];
const narrow = matchMedia('(max-width: 899px)');
const unread = new Map();

function badge(name) {
  const mark = $(`tab-${name}`).querySelector('.badge');
  if (!mark) return;
  const count = unread.get(name) ?? 0;
  mark.hidden = count === 0;
  mark.textContent = name === 'chat' ? String(Math.min(99, count)) : '';
}

function open(name, focus) {
  document.body.dataset.tab = name;
  for (const button of tabs) {
    const on = button.dataset.tab === name;
    button.setAttribute('aria-selected', String(on));
    button.tabIndex = on ? 0 : -1;
    if (on && focus) button.focus();
  }
  unread.delete(name);
  badge(name);
}

/** Something new is on a tab. */
export function mark(name) {
  if (!narrow.matches || document.body.dataset.tab === name) return;
  unread.set(name, (unread.get(name) ?? 0) + 1);
  badge(name);
}

for (const button of tabs) {
  button.addEventListener('click', () => open(button.dataset.tab));
  button.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) open(tabs[(tabs.indexOf(button) + step + tabs.length) % tabs.length].dataset.tab, true);
  });
}
