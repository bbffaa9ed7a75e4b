// The party page: start page and party in one, steered by the address.

import { Channel, Problem } from '/pages/channel.js';
import { Chat } from '/pages/chat.js';
import { MoodPlane } from '/pages/mood.js';
import { People } from '/pages/people.js';
import { Picks } from '/pages/picks.js';
import { store } from '/pages/store.js';

const $ = (id) => document.getElementById(id);
const EMOJI = ['👍', '❤️', '😂', '😮', '😢', '🔥', '👏', '🎉'];
const FLOATING = 24;

const state = {
  /** The party that is shown, with {id, epoch, seq}; null on the start page. */
  party: null,
  /** What the next join sends beside the id. */
  password: undefined,
  me: null,
  replyTo: null,
  unread: { chat: 0, picks: 0 },
};

const channel = new Channel(() => {
  const hello = { device: matchMedia('(max-width: 720px)').matches ? 'phone' : 'desktop' };
  hello.utc_offset_min = -new Date().getTimezoneOffset();
  if (store.resume) hello.resume = store.resume;
  else if (navigator.language) hello.locale = navigator.language.slice(0, 35);
  if (store.name) hello.name = store.name;
  return hello;
});

const people = new People($('members'), $('people-count'));
const plane = new MoodPlane($('plane'), $('mood-label'), $('drivers'), $('feelings'), (mood) => {
  channel.tell({ type: 'context', mood });
});
const chat = new Chat($('log'), $('newest'), $('line-template'), (line) => replyTo(line));
const picks = new Picks({
  cards: $('cards'), why: $('picks-why'), sum: $('picks-sum'), min: $('picks-min'), mean: $('picks-mean'),
  template: $('card-template'),
}, people, (deed) => ask({ type: 'event', ...deed }));

/** Asks, and tells people when it did not work. */
async function ask(frame) {
  try {
    return await channel.ask(frame);
  } catch (problem) {
    toast(problem.message);
    throw problem;
  }
}

// --- The channel -----------------------------------------------------------------------------------------------

const WORDS = { connecting: 'Connecting', live: 'Live', reconnecting: 'Reconnecting', offline: 'Offline', idle: 'Away' };

channel.addEventListener('state', ({ detail }) => {
  const pill = $('connection');
  pill.hidden = detail.state === 'idle';
  pill.dataset.state = detail.state;
  pill.querySelector('.word').textContent = WORDS[detail.state];
  document.body.dataset.live = String(detail.state === 'live');
});

channel.addEventListener('welcome', ({ detail }) => {
  state.me = detail.user;
  people.me = chat.me = detail.user;
  if (detail.resume) store.resume = detail.resume;
  if (!store.name) store.name = detail.name;
  if (state.party) join();
});

channel.addEventListener('refused', ({ detail: problem }) => {
  if (problem.code === 'unauthorized' && store.resume) {
    // The server does not know this guest any longer; come in as a new one.
    store.resume = null;
    return;
  }
  channel.close();
  banner(problem.code === 'guests-closed' ? 'This server lets no guests in.' : problem.message);
});

channel.addEventListener('frame', ({ detail: frame }) => take(frame));

/** Waits until the socket has said welcome. */
function connected() {
  if (channel.live) return Promise.resolve();
  return new Promise((resolve, reject) => {
    channel.addEventListener('welcome', () => resolve(), { once: true });
    setTimeout(() => reject(new Problem({ detail: 'the server cannot be reached just now' })), 10_000);
    channel.open();
  });
}

async function join() {
  const { party } = state;
  const frame = { type: 'party.join', party: party.id };
  if (state.password) frame.password = state.password;
  if (party.epoch !== undefined) frame.since = { epoch: party.epoch, seq: party.seq };
  try {
    await channel.ask(frame);
    banner(null);
    $('door').close();
  } catch (problem) {
    if (party !== state.party) return;
    if (problem.code === 'wrong-password') door(party.id, state.password ? 'That was not the password.' : null, true);
    else if (problem.code !== 'offline' && problem.code !== 'timeout') gone(problem.message);
  }
}

function take(frame) {
  const inside = frame.party === undefined || (state.party && (frame.party.id ?? frame.party) === state.party.id);
  if (!inside) return;
  if (Number.isInteger(frame.seq) && frame.type !== 'party.snapshot' && frame.type !== 'party.resumed') {
    state.party.seq = Math.max(state.party.seq ?? 0, frame.seq);
  }
  switch (frame.type) {
    case 'party.snapshot': return snapshot(frame);
    case 'party.resumed':
      state.party.epoch = frame.epoch;
      people.present(frame.online);
      return plane.show(frame.mood);
    case 'party.member': return member(frame);
    case 'party.chat': return said(frame);
    case 'party.changed': return named(frame.name);
    case 'party.removed': return chat.remove(frame.seq);
    case 'party.sentiment': return frame.scores.forEach(({ seq, score }) => chat.score(seq, score));
    case 'party.reaction': return float(frame);
    case 'party.mood': return plane.show(frame);
    case 'party.recommendations':
      picks.show(frame);
      return unread('picks');
    case 'gap': return missing(frame);
    case 'notice': return toast(frame.text);
    default: return undefined;
  }
}

function snapshot(frame) {
  state.party = { id: frame.party.id, name: frame.party.name, epoch: frame.epoch, seq: frame.seq };
  named(frame.party.name);
  people.replace(frame.members);
  chat.clear();
  frame.chat.forEach((line) => chat.add(line));
  plane.show(frame.mood);
  if (frame.recommendations) picks.show(frame.recommendations);
  else picks.clear();
}

function named(name) {
  state.party.name = name;
  $('party-name').textContent = name;
  document.title = `${name} · Soirée`;
}

function member(frame) {
  const before = people.all().some((m) => m.user === frame.user);
  people.change(frame);
  if (frame.user === state.me) return;
  if (frame.change === 'joined' && !before) chat.note(`${frame.name} came in`);
  if (frame.change === 'left' && before) chat.note(`${frame.name} left`);
}

function said(line) {
  if (chat.add(line) && line.user !== state.me) unread('chat');
}

/** Lines were dropped on the way because this browser was too slow: ask for them again. */
function missing({ from }) {
  state.party.seq = Math.min(state.party.seq ?? 0, from - 1);
  join();
}

// --- Moving between the start page and a party -------------------------------------------------------------------

function route() {
  const found = location.pathname.match(/^\/party\/([^/]+)$/);
  if (found) enter(decodeURIComponent(found[1]));
  else home();
}

function show(view) {
  document.body.dataset.view = view;
  $('home').hidden = view !== 'home';
  for (const id of ['party', 'party-name', 'invite', 'leave']) $(id).hidden = view !== 'party';
}

async function home() {
  if (state.party) {
    channel.tell({ type: 'party.leave', party: state.party.id });
    state.party = null;
    channel.close();
  }
  show('home');
  document.title = 'Soirée';
  $('start-name').value = store.name;
  try {
    const answer = await fetch('/api/v1/parties?limit=24', { headers: { accept: 'application/json' } });
    if (answer.ok) list((await answer.json()).rows ?? []);
  } catch { /* The start page works without the list. */ }
}

function list(rows) {
  $('no-parties').hidden = rows.length > 0;
  $('parties').replaceChildren(...rows.map((party) => {
    const link = document.createElement('a');
    link.href = `/party/${encodeURIComponent(party.id)}`;
    link.dataset.inside = 'true';
    const name = document.createElement('b');
    name.textContent = party.name;
    const since = document.createElement('span');
    since.textContent = `opened ${ago(party.created_at)}`;
    link.append(name, since);
    const item = document.createElement('li');
    item.append(link);
    return item;
  }));
}

function ago(at) {
  const minutes = Math.max(0, Math.round((Date.now() - Date.parse(at)) / 60_000));
  if (minutes < 2) return 'just now';
  if (minutes < 90) return `${minutes} minutes ago`;
  return minutes < 2_880 ? `${Math.round(minutes / 60)} hours ago` : `${Math.round(minutes / 1_440)} days ago`;
}

function enter(id) {
  show('party');
  if (state.party?.id !== id) {
    state.party = { id };
    state.password = undefined;
    $('party-name').textContent = 'Soirée';
    chat.clear();
    picks.clear();
    plane.clear();
    people.replace([]);
  }
  if (!store.resume && !store.name) door(id, null, false);
  else if (channel.live) join();
  else channel.open();
}

/** The door: asks for a name, or for the party's password. */
function door(id, fault, password) {
  $('door-name').value = store.name;
  $('door-title').textContent = password ? 'A private party' : 'You are invited';
  $('door-text').textContent = password ? 'This party asks for a password.' : 'Say who you are, and come in.';
  $('door-password-field').hidden = !password;
  $('door-password').required = password;
  $('door-fault').hidden = !fault;
  $('door-fault').textContent = fault ?? '';
  if (!$('door').open) $('door').showModal();
}

$('door-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const renamed = store.name !== $('door-name').value.trim();
  store.name = $('door-name').value.trim();
  if (!$('door-password-field').hidden) state.password = $('door-password').value;
  $('door').close();
  if (channel.live && !renamed) join();
  else {
    channel.close();
    setTimeout(() => channel.open(), 50);
  }
});
$('door').addEventListener('cancel', (event) => event.preventDefault());

function gone(why) {
  channel.close();
  state.party = null;
  history.replaceState(null, '', '/');
  home();
  banner(`That party cannot be entered: ${why}.`);
}

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
  const frame = { type: 'party.create', name: form.get('party').trim() || `${store.name}’s soirée` };
  frame.visibility = form.get('visibility');
  frame.control = 'everyone';
  if (frame.visibility === 'private') frame.password = form.get('password');
  try {
    await connected();
    // The snapshot is taken before its party is known, so it is taken once more below.
    const made = await ask(frame);
    state.party = { id: made.party.id };
    state.password = frame.password;
    history.pushState(null, '', `/party/${encodeURIComponent(made.party.id)}`);
    show('party');
    take(made);
    $('say').focus({ preventScroll: true });
  } catch (problem) {
    banner(problem.message);
  } finally {
    button.disabled = false;
  }
});

document.addEventListener('click', (event) => {
  const link = event.target.closest('a[href^="/"]');
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  event.preventDefault();
  $('door').close();
  history.pushState(null, '', link.getAttribute('href'));
  route();
  if (link.dataset.inside && !store.name && $('start-name').value.trim()) store.name = $('start-name').value.trim();
});
addEventListener('popstate', route);

$('leave').addEventListener('click', () => {
  history.pushState(null, '', '/');
  route();
});

$('invite').addEventListener('click', async () => {
  const link = location.href;
  try {
    if (navigator.share && matchMedia('(pointer: coarse)').matches) await navigator.share({ title: document.title, url: link });
    else {
      await navigator.clipboard.writeText(link);
      toast('The link is copied. Send it to your friends.');
    }
  } catch (error) {
    if (error.name !== 'AbortError') toast(link);
  }
});

// --- Saying and showing --------------------------------------------------------------------------------------------

function replyTo(line) {
  state.replyTo = line?.seq ?? null;
  $('replying').hidden = !line;
  $('replying').firstElementChild.textContent = line ? `${line.name}: ${line.text}` : '';
  if (line) $('say').focus();
}
$('replying').querySelector('button').addEventListener('click', () => replyTo(null));

function fit() {
  const box = $('say');
  box.style.height = 'auto';
  box.style.height = `${Math.min(box.scrollHeight, 140)}px`;
}
$('say').addEventListener('input', fit);
$('say').addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $('composer').requestSubmit();
  }
  if (event.key === 'Escape') replyTo(null);
});

$('composer').addEventListener('submit', async (event) => {
  event.preventDefault();
  const text = $('say').value.trim();
  if (!text || !state.party) return;
  const frame = { type: 'party.chat', party: state.party.id, text };
  if (state.replyTo) frame.reply_to = state.replyTo;
  $('say').value = '';
  fit();
  replyTo(null);
  try {
    await ask(frame);
  } catch {
    if (!$('say').value) $('say').value = text;
    fit();
  }
});

for (const emoji of EMOJI) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = emoji;
  button.setAttribute('aria-label', `React with ${emoji}`);
  button.addEventListener('click', () => {
    if (state.party) channel.tell({ type: 'party.react', party: state.party.id, emoji });
  });
  $('emoji').append(button);
}

/** A reaction rises over the page and fades. */
function float({ user, emoji }) {
  if ($('sky').children.length >= FLOATING) $('sky').firstElementChild.remove();
  const bubble = document.createElement('span');
  bubble.className = 'bubble';
  const mark = document.createElement('span');
  mark.textContent = emoji;
  const name = document.createElement('small');
  name.textContent = user === state.me ? 'you' : people.name(user);
  bubble.append(mark, name);
  bubble.style.setProperty('--x', (0.1 + 0.8 * Math.random()).toFixed(3));
  bubble.style.setProperty('--sway', `${(Math.random() * 80 - 40).toFixed(0)}px`);
  bubble.addEventListener('animationend', () => bubble.remove());
  $('sky').append(bubble);
}

let toastTimer;
function toast(text) {
  $('toast').textContent = text;
  $('toast').dataset.shown = 'true';
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { $('toast').dataset.shown = 'false'; }, 4_500);
}

function banner(text) {
  $('banner').hidden = !text;
  $('banner').textContent = text ?? '';
}

// --- Tabs of the narrow page ---------------------------------------------------------------------------------------

const tabs = [...document.querySelectorAll('[role=tab]')];
const narrow = matchMedia('(max-width: 899px)');

function tab(name, focus) {
  document.body.dataset.tab = name;
  for (const button of tabs) {
    const on = button.dataset.tab === name;
    button.setAttribute('aria-selected', String(on));
    button.tabIndex = on ? 0 : -1;
    if (on && focus) button.focus();
  }
  if (name in state.unread) {
    state.unread[name] = 0;
    badge(name);
  }
}

function unread(name) {
  if (!narrow.matches || document.body.dataset.tab === name) return;
  state.unread[name] += 1;
  badge(name);
}

function badge(name) {
  const mark = $(`tab-${name}`).querySelector('.badge');
  mark.hidden = state.unread[name] === 0;
  mark.textContent = name === 'chat' ? String(Math.min(99, state.unread[name])) : '';
}

for (const button of tabs) {
  button.addEventListener('click', () => tab(button.dataset.tab));
  button.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(tabs.indexOf(button) + step + tabs.length) % tabs.length];
    tab(next.dataset.tab, true);
  });
}

route();
