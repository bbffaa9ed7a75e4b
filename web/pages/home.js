// The start page: opens a party in one click, and lists those that go on.

import { store } from '/pages/store.js';
import { $, banner, el, sentence } from '/pages/ui.js';

const LISTED = 24;

function ago(at) {
  const minutes = Math.max(0, Math.round((Date.now() - Date.parse(at)) / 60_000));
  if (minutes < 2) return 'just now';
  if (minutes < 90) return `${minutes} minutes ago`;
  return minutes < 2_880 ? `${Math.round(minutes / 60)} hours ago` : `${Math.round(minutes / 1_440)} days ago`;
}

/** What the form asks the server for. */
function wish(form) {
  const frame = { name: form.get('party').trim() || `${store.name}’s soirée`, visibility: form.get('visibility'), control: form.get('control') };
  if (frame.visibility === 'private') frame.password = form.get('password');
  const starts = form.get('starts') ? new Date(form.get('starts')).getTime() : 0;
  if (starts > Date.now()) frame.starts_at_ms = starts;
  return frame;
}

export class Home {
  /** `open` opens a party from a wish and shows it. */
  constructor(open) {
    $('start').addEventListener('change', () => {
      const secret = new FormData($('start')).get('visibility') === 'private';
      $('start-password-field').hidden = !secret;
      $('start-password').required = secret;
    });
    $('start').addEventListener('submit', async (event) => {
      event.preventDefault();
      const form = new FormData($('start'));
      const button = $('start').querySelector('[type=submit]');
      button.disabled = true;
      store.name = form.get('name').trim();
      try {
        await open(wish(form));
      } catch (problem) {
        banner(sentence(problem.message));
      } finally {
        button.disabled = false;
      }
    });
  }

  async show() {
    $('start-name').value = store.name;
    try {
      const answer = await fetch(`/api/v1/parties?limit=${LISTED}`, { headers: { accept: 'application/json' } });
      if (answer.ok) this.#list((await answer.json()).rows ?? []);
    } catch { /* The start page works without the list. */ }
  }

  #list(rows) {
    $('no-parties').hidden = rows.length > 0;
    $('parties').replaceChildren(...rows.map((party) => el('li', {},
      el('a', { href: `/party/${encodeURIComponent(party.id)}`, 'data-inside': 'true' },
        el('b', {}, party.name), el('span', {}, `opened ${ago(party.created_at)}`)))));
  }
}
