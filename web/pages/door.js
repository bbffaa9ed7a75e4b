// The door of a party: asks for a name, or for the party's password.

import { store } from '/pages/store.js';
import { $ } from '/pages/ui.js';

export class Door {
  /** `enter` is called with the password, if one was asked for, and whether the name is another than before. */
  constructor(enter) {
    $('door-form').addEventListener('submit', (event) => {
      event.preventDefault();
      const name = $('door-name').value.trim();
      const renamed = store.name !== name;
      store.name = name;
      const password = $('door-password-field').hidden ? undefined : $('door-password').value;
      $('door').close();
      enter(password, renamed);
    });
    $('door').addEventListener('cancel', (event) => event.preventDefault());
  }

  ask({ password = false, fault = null } = {}) {
    $('door-name').value = store.name;
    $('door-title').textContent = password ? 'A private party' : 'You are invited';
    $('door-text').textContent = password ? 'This party asks for a password.' : 'Say who you are, and come in.';
    $('door-password-field').hidden = !password;
    $('door-password').required = password;
    $('door-password').value = '';
    $('door-fault').hidden = !fault;
    $('door-fault').textContent = fault ?? '';
    if (!$('door').open) $('door').showModal();
  }

  close() { $('door').close(); }
}
