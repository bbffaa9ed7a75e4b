// The page: start page and party in one, steered by the address.

import { Chat } from '/pages/chat.js';
import { Choose } from '/pages/choose.js';
import { Composer } from '/pages/composer.js';
import { Door } from '/pages/door.js';
import { Evening } from '/pages/evening.js';
import { Floats } from '/pages/floats.js';
import { Home } from '/pages/home.js';
import { forget, hello } from '/pages/identity.js';
import { carried, Invite } from '/pages/invite.js';
import { Earlier } from '/pages/earlier.js';
import { Lookback } from '/pages/lookback.js';
import { MoodPlane } from '/pages/mood.js';
import { People } from '/pages/people.js';
import { Picks } from '/pages/picks.js';
import { Queue } from '/pages/queue.js';
import { Settings } from '/pages/settings.js';
import { Client, Tracker } from '/pages/soiree.js';
import { Stage } from '/pages/stage.js';
import { store } from '/pages/store.js';
import { mark } from '/pages/tabs.js';
import { $, banner, sentence, toast, tried } from '/pages/ui.js';

const IN_PARTY = ['party', 'party-name', 'invite', 'settings', 'lookback', 'leave'];
const WORDS = { connecting: 'Connecting', live: 'Live', reconnecting: 'Reconnecting', offline: 'Offline', idle: 'Away' };
const GONE = { kicked: 'You were sent out of the party.', banned: 'You were banned from the party.' };

const client = new Client({ hello });
const token = () => store.token;
// Every deed is a reason to look for a better list, and a list that changes under one's eyes is no better: views are
// gathered for a minute.
const tracker = new Tracker({ token, every: 60_000 });

const people = new People();
const composer = new Composer();
const choose = new Choose(token);
const evening = new Evening($('evening'), $('evening-from'));
const picks = new Picks({
  cards: $('cards'), why: $('picks-why'), sum: $('picks-sum'), min: $('picks-min'), mean: $('picks-mean'),
  template: $('card-template'),
}, people, (deed) => client.event(deed).catch((problem) => { toast(sentence(problem.message)); throw problem; }), tracker);
const chat = new Chat($('log'), $('newest'), $('line-template'), {
  reply: (line) => composer.reply(line),
  remove: (line) => tried(party.admin('delete-message', { message: line.id ?? String(line.seq) })),
});
const panels = [
  chat,
  people,
  composer,
  choose,
  picks,
  new Floats(),
  new Queue(),
  new Invite(),
  new Settings(),
  new Earlier($('earlier'), $('log'), chat, token),
  new Lookback(token),
  new MoodPlane($('plane'), $('mood-label'), $('drivers'), $('feelings'), (mood) => client.tell({ type: 'context', mood })),
  new Stage(client.clock, () => choose.open(), began),
];
$('share-mood').checked = store.shareMood;
$('share-mood').addEventListener('change', ({ target }) => {
  store.shareMood = target.checked;
  client.tell({ type: 'context', share_mood: target.checked });
});
const door = new Door((password, renamed) => {
  if (!party) return;
  const key = password ? { password } : undefined;
  if (client.live && !renamed) client.join(party.id, key);
  else {
    if (key) client.join(party.id, key);
    client.again();
  }
});
const home = new Home(async (wish) => {
  await client.connected();
  // A name that was changed on the start page is told with the next hello.
  if (client.name !== store.name) {
    client.again();
    await client.connected();
  }
  const made = await client.create(wish);
  history.pushState(null, '', `/party/${encodeURIComponent(made.id)}`);
  show('party');
  follow(made);
  $('say').focus({ preventScroll: true });
});

/** The party that is shown; nothing on the start page. */
let party = null;
let leaving = new AbortController();
/** The party whose password was asked for already. */
let knocked = null;

// --- The connection --------------------------------------------------------------------------------------------------

client.addEventListener('state', ({ detail }) => {
  const pill = $('connection');
  pill.hidden = detail.state === 'idle';
  pill.dataset.state = detail.state;
  pill.querySelector('.word').textContent = WORDS[detail.state];
  document.body.dataset.live = String(detail.state === 'live');
});

client.addEventListener('welcome', ({ detail }) => {
  if (detail.resume) store.resume = detail.resume;
  if (!store.name) store.name = detail.name;
});

client.addEventListener('refused', ({ detail: problem }) => {
  if (problem.code === 'unauthorized' && store.resume) {
    // The server does not know this guest any longer; come in as a new one.
    forget();
    return;
  }
  client.close();
  banner(problem.code === 'guests-closed' ? 'This server lets no guests in.' : sentence(problem.message));
});

client.addEventListener('notice', ({ detail }) => toast(detail.text));

// --- One party -------------------------------------------------------------------------------------------------------

/** Shows a party in every panel, until another is followed. */
function follow(next) {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  party = next;
  named();
  evening.clear();
  for (const panel of panels) panel.attach(party, signal);
  party.addEventListener('ready', () => {
    banner(null);
    door.close();
    named();
    felt();
  }, { signal });
  party.addEventListener('changed', named, { signal });
  party.addEventListener('mood', felt, { signal });
  party.addEventListener('chat', ({ detail }) => { if (detail.user !== client.user) mark('chat'); }, { signal });
  party.addEventListener('recommendations', () => mark('picks'), { signal });
  party.addEventListener('queue', () => mark('next'), { signal });
  party.addEventListener('refused', ({ detail }) => refused(detail), { signal });
  party.addEventListener('gone', ({ detail }) => gone(GONE[detail.reason] ?? 'You are no longer in the party.'), { signal });
}

function felt() {
  if (party.mood) evening.add(party.mood);
}

function named() {
  const name = party.info.name || 'Soirée';
  $('party-name').textContent = name;
  document.title = party.info.name ? `${name} · Soirée` : name;
}

function refused(problem) {
  if (problem.code !== 'wrong-password') return gone(`That party cannot be entered: ${problem.message}.`);
  door.ask({ password: true, fault: knocked === party ? 'That was not the password.' : null });
  knocked = party;
  return undefined;
}

function gone(why) {
  client.forget(party);
  client.close();
  stop();
  history.replaceState(null, '', '/');
  route();
  banner(why);
}

/** A work of the catalogue that began here is told, with the recommendation that led to it. */
function began(work) {
  if (work.item.startsWith('url:') || !work.domain) return;
  tracker.play(work.item, { party: party.id, recommendation_id: picks.recommendationOf(work.item) });
}

// --- The address -----------------------------------------------------------------------------------------------------

function show(view) {
  document.body.dataset.view = view;
  $('home').hidden = view !== 'home';
  for (const id of IN_PARTY) $(id).hidden = view !== 'party';
}

function stop() {
  leaving.abort();
  party = null;
}

function route() {
  const found = location.pathname.match(/^\/party\/([^/]+)$/);
  if (found) return enter(decodeURIComponent(found[1]));
  if (party) {
    party.leave();
    stop();
    client.close();
  }
  show('home');
  document.title = 'Soirée';
  return home.show();
}

function enter(id) {
  const invite = carried();
  show('party');
  if (party?.id !== id) {
    if (party) party.leave();
    follow(client.join(id, invite ? { invite } : undefined));
  }
  if (!store.resume && !store.name) door.ask();
  else client.open();
}

document.addEventListener('click', (event) => {
  const link = event.target.closest('a[href^="/"]');
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  event.preventDefault();
  if (link.dataset.inside && !store.name && $('start-name').value.trim()) store.name = $('start-name').value.trim();
  door.close();
  history.pushState(null, '', link.getAttribute('href'));
  route();
});
addEventListener('popstate', route);

$('leave').addEventListener('click', () => {
  history.pushState(null, '', '/');
  route();
});

route();
