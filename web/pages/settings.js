// The party's settings, for those who may change them; the others may read them.

import { STRATEGY } from '/pages/picks.js';
import { $, el, fieldTime, sentence, tried } from '/pages/ui.js';

const FIELDS = ['name', 'visibility', 'control', 'wait'];
const TASTES = ['strategy', 'host_weight', 'mood'];

export class Settings {
  #party = null;

  constructor() {
    const kinds = Object.entries(STRATEGY).map(([value, words]) => el('option', { value }, sentence(words)));
    this.#form.strategy.append(...kinds);
    $('settings').addEventListener('click', () => this.#open());
    $('settings-close').addEventListener('click', () => $('settings-dialog').close());
    $('settings-form').addEventListener('change', () => this.#secret());
    $('settings-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#save();
    });
    $('settings-lock').addEventListener('click', async () => {
      await tried(this.#party.admin(this.#party.info.locked ? 'unlock' : 'lock'));
      this.#lock();
    });
  }

  attach(party, signal) {
    this.#party = party;
    party.addEventListener('changed', () => this.#lock(), { signal });
    for (const name of ['ready', 'members']) party.addEventListener(name, () => this.#banned(), { signal });
    signal.addEventListener('abort', () => $('settings-dialog').close());
  }

  get #form() { return $('settings-form').elements; }

  #open() {
    const { info, can } = this.#party;
    for (const name of FIELDS) this.#form[name].value = info[name] ?? (name === 'wait' ? 'quorum' : '');
    const taste = this.#taste();
    for (const name of TASTES) this.#form[name].value = taste[name];
    this.#form.password.value = '';
    this.#form.starts.value = info.starts_at_ms ? fieldTime(info.starts_at_ms) : '';
    const may = can.has('admin');
    for (const field of $('settings-form').querySelectorAll('input, select')) field.disabled = !may;
    $('settings-save').hidden = !may;
    $('settings-why').hidden = may;
    $('settings-why').textContent = this.#party.whyNot('admin') ?? '';
    $('settings-fault').hidden = true;
    this.#secret();
    this.#lock();
    this.#banned();
    $('settings-dialog').showModal();
  }

  /** What recommendations should be like, as the form's fields have it. */
  #taste() {
    const { strategy = '', host_weight = 1, mood = 'match' } = this.#party.info.taste ?? {};
    return { strategy, host_weight: String(host_weight), mood };
  }

  #secret() {
    const secret = this.#form.visibility.value === 'private';
    const was = this.#party.info.visibility === 'private';
    $('settings-password-field').hidden = !secret;
    this.#form.password.required = secret && !was;
    this.#form.password.placeholder = was ? 'Leave empty to keep it' : '';
  }

  #lock() {
    const { locked } = this.#party.info;
    $('settings-lock').hidden = !this.#party.can.has('moderate');
    $('settings-lock').textContent = locked ? 'Open the door again' : 'Lock the door';
    $('settings-lock-note').textContent = locked ? 'Nobody new comes in.' : 'People may come in.';
  }

  #banned() {
    const { banned, can } = this.#party;
    $('settings-banned').hidden = banned.size === 0;
    $('settings-banned-list').replaceChildren(...[...banned].map(([user, name]) => el('li.row.spread', {}, el('span', {}, name || user),
      can.has('moderate') && el('button.button.quiet', {
        type: 'button', onclick: () => tried(this.#party.admin('unban', { user })),
      }, 'Let in again'))));
  }

  async #save() {
    const { info } = this.#party;
    const change = {};
    for (const name of FIELDS) if (this.#form[name].value !== (info[name] ?? '')) change[name] = this.#form[name].value;
    if (this.#form.password.value && this.#form.visibility.value === 'private') change.password = this.#form.password.value;
    const at = this.#form.starts.value ? new Date(this.#form.starts.value).getTime() : 0;
    if (at !== Math.floor((info.starts_at_ms ?? 0) / 60_000) * 60_000) change.starts_at_ms = at;
    const taste = this.#taste();
    if (TASTES.some((name) => this.#form[name].value !== taste[name])) {
      const { strategy, host_weight, mood } = this.#form;
      change.taste = { ...(strategy.value && { strategy: strategy.value }), host_weight: Number(host_weight.value), mood: mood.value };
    }
    try {
      if (Object.keys(change).length) await this.#party.change(change);
      $('settings-dialog').close();
    } catch (problem) {
      const [first] = problem.errors;
      $('settings-fault').hidden = false;
      $('settings-fault').textContent = sentence(first ? `${first.field}: ${first.detail ?? first.message ?? problem.message}` : problem.message);
    }
  }
}
