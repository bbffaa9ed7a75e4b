// The invitation: a link to copy or share, and the same as a QR code to hold up. A private party's link carries an
// invitation behind the #, which no browser ever sends to a server.

import { code } from '/pages/qr.js';
import { $, allow, toast, tried } from '/pages/ui.js';

export class Invite {
  #party = null;
  #link = '';

  constructor() {
    $('invite').addEventListener('click', () => this.#open());
    $('invite-close').addEventListener('click', () => $('invite-dialog').close());
    $('invite-copy').addEventListener('click', () => this.#copy());
    $('invite-share').addEventListener('click', () => this.#share());
  }

  attach(party, signal) {
    this.#party = party;
    const may = () => { if (party.members.size) allow($('invite'), party.whyNot('invite')); };
    for (const name of ['ready', 'members', 'changed']) party.addEventListener(name, may, { signal });
    signal.addEventListener('abort', () => $('invite-dialog').close());
    may();
  }

  async #open() {
    const party = this.#party;
    this.#link = `${location.origin}/party/${encodeURIComponent(party.id)}`;
    let note = 'Whoever opens the link comes in.';
    if (party.info.visibility === 'private') {
      const made = await tried(party.invite());
      if (!made) return;
      this.#link += `#invite=${encodeURIComponent(made.invite)}`;
      note = 'Whoever opens this link comes in without the password. Send it to your friends only.';
    }
    if (party.info.locked) note = 'The party is locked: nobody new comes in before it is opened again.';
    $('invite-note').textContent = note;
    $('invite-link').value = this.#link;
    $('invite-share').hidden = !navigator.share;
    $('invite-code').replaceChildren(code(this.#link, 'QR code of the link'));
    $('invite-dialog').showModal();
    $('invite-copy').focus();
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.#link);
      toast('The link is copied. Send it to your friends.');
      $('invite-dialog').close();
    } catch {
      // Without a secure address the browser lets nobody copy for people; they do it with their own hands.
      $('invite-link').select();
    }
  }

  async #share() {
    try {
      await navigator.share({ title: document.title, url: this.#link });
      $('invite-dialog').close();
    } catch { /* They thought better of it. */ }
  }
}

/** The invitation that the address carries, which is taken out of it at once so that no copy of it lies about. */
export function carried() {
  const found = new URLSearchParams(location.hash.slice(1)).get('invite');
  if (found) history.replaceState(null, '', location.pathname);
  return found ?? undefined;
}
