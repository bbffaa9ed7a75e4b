// The stage: what plays, kept on the party's clock, and the controls that steer it.

import { MediaPlayer, unplayable } from '/pages/player-media.js';
import { PATTERN, PatternPlayer, stamp } from '/pages/player-pattern.js';
import { kind, partName, TextStage } from '/pages/player-text.js';
import { video, YouTubePlayer } from '/pages/player-youtube.js';
import { Corrector } from '/pages/soiree.js';
import { $, allow, el, icon, names, toast, tried, when } from '/pages/ui.js';

const TICK_MS = 250;
const REST_MS = 200;
/** A work of unknown length is shown on a bar that is always a little longer than where it stands. */
const UNKNOWN_MS = 600_000;

/** How far off, whatever the direction. */
function short(ms) {
  const far = Math.abs(ms);
  return far < 1_000 ? `${Math.round(far)} ms` : `${(far / 1_000).toFixed(1)} s`;
}

/** Makes the player of a work: an object that plays, or nothing for works that are followed by a text. */
function playerOf(work) {
  if (work.item === PATTERN.item) return new PatternPlayer();
  if (!work.url) return null;
  const id = video(work.url);
  return id ? new YouTubePlayer(id) : new MediaPlayer(work.url);
}

export class Stage {
  #clock;
  #party = null;
  #key = null;
  #player = null;
  #text = null;
  #corrector = null;
  #dragging = false;
  #resting = null;
  #began;
  #played = false;

  /** `choose` opens the dialog of works; `began` hears of a work that began to play here. */
  constructor(clock, choose, began) {
    this.#clock = clock;
    this.#began = began;
    const steer = (deed) => () => tried(deed(this.#party));
    $('play').addEventListener('click', steer((party) => (this.#running ? party.pause() : party.play())));
    $('next-up').addEventListener('click', steer((party) => party.next()));
    $('skip').addEventListener('click', steer((party) => party.skip()));
    $('part-back').addEventListener('click', steer((party) => party.seek(0, Math.max(0, (party.playback.part ?? 0) - 1))));
    $('part-on').addEventListener('click', steer((party) => party.seek(0, (party.playback.part ?? 0) + 1)));
    $('speed').addEventListener('change', steer((party) => party.rate(Number($('speed').value))));
    $('choose').addEventListener('click', () => choose());
    $('sound').addEventListener('click', () => this.#mute(!this.#player.muted));
    $('full').addEventListener('click', () => this.#fullscreen());
    $('seek').addEventListener('input', () => {
      this.#dragging = true;
      $('at').textContent = stamp(Number($('seek').value));
      $('seek').setAttribute('aria-valuetext', stamp(Number($('seek').value)));
    });
    $('seek').addEventListener('change', () => {
      // A key that is held down moves the slider many times; the party jumps once, where it comes to rest.
      clearTimeout(this.#resting);
      this.#resting = setTimeout(async () => {
        await tried(this.#party.seek(Number($('seek').value)));
        this.#dragging = false;
      }, REST_MS);
    });
    setInterval(() => this.#tick(), TICK_MS);
  }

  attach(party, signal) {
    this.#party = party;
    const show = () => this.#show();
    for (const name of ['ready', 'playback', 'changed', 'members', 'poll', 'queue']) party.addEventListener(name, show, { signal });
    party.addEventListener('sync', () => this.#room(), { signal });
    signal.addEventListener('abort', () => {
      this.#party = null;
      this.#clear();
    });
    this.#show();
  }

  get #running() { return ['playing', 'waiting'].includes(this.#party?.playback.state); }

  #clear() {
    this.#corrector?.stop();
    this.#player?.close();
    this.#corrector = this.#player = this.#text = this.#key = null;
    $('screen-work').replaceChildren();
  }

  /** Puts the work on the stage, if it is another than before. */
  #work(work) {
    const key = work ? `${work.item} ${work.url ?? ''}` : null;
    if (key === this.#key) return;
    this.#clear();
    this.#key = key;
    this.#played = false;
    $('stage').dataset.kind = 'empty';
    if (!work) return;
    const refused = work.url && unplayable(work.url);
    this.#player = refused ? null : playerOf(work);
    if (!this.#player) {
      this.#text = new TextStage(work);
      $('screen-work').append(this.#text.element);
      $('stage').dataset.kind = 'text';
      if (refused) toast(refused);
      return;
    }
    this.#player.addEventListener('muted', () => this.#sound());
    this.#player.addEventListener('change', () => this.#note());
    $('stage').dataset.kind = this.#player.sound ? 'sound' : 'picture';
    if (this.#player.sound) $('screen-work').append(new TextStage(work, false).element);
    $('screen-work').append(this.#player.element);
    this.#corrector = new Corrector(this.#party, this.#player, this.#clock);
    this.#corrector.addEventListener('turn', () => this.#measured());
  }

  #show() {
    const party = this.#party;
    const { playback } = party;
    const { work } = playback;
    this.#work(work);
    $('stage').dataset.state = playback.state;
    $('stage').dataset.version = playback.version;
    const part = work && kind(work).steps && !this.#player ? partName(work, playback.part ?? 0) : '';
    $('work-title').textContent = work ? work.title : 'Nothing is on yet';
    $('work-facts').textContent = work ? [part, work.creators?.slice(0, 2).join(', '), work.year].filter(Boolean).join(' · ') : 'Choose something, or vote for what suits you all.';
    $('play').replaceChildren(icon(this.#running ? 'pause' : 'play'));
    $('play').setAttribute('aria-label', this.#running ? 'Pause' : 'Play');
    $('speed').value = String(playback.rate);
    if (!$('speed').value) $('speed').append(el('option', { value: playback.rate, selected: true }, `${playback.rate}×`));
    for (const id of ['part-back', 'part-on']) $(id).hidden = !work || !kind(work).steps || Boolean(this.#player);
    $('part-back').disabled = !playback.part;
    this.#allow();
    this.#sound();
    this.#note();
    this.#room();
    this.#tick();
  }

  #allow() {
    const party = this.#party;
    const whyNot = party.whyNot('control');
    const empty = party.playback.state === 'empty';
    const nothing = whyNot ?? (empty ? 'Nothing is on yet.' : null);
    for (const id of ['play', 'seek', 'speed', 'part-on']) allow($(id), nothing);
    allow($('part-back'), nothing ?? (party.playback.part ? null : 'This is the first one.'));
    allow($('next-up'), whyNot ?? (empty && !party.queue.length ? 'The queue is empty.' : null));
    allow($('choose'), party.whyNot('control') && party.whyNot('queue') ? whyNot : null);
    $('why-not').hidden = !whyNot;
    $('why-not').textContent = whyNot ?? '';
    const { votes, needed, mine } = party.poll.skip;
    $('skip').hidden = empty;
    $('skip').setAttribute('aria-pressed', String(Boolean(mine)));
    $('skip').textContent = votes ? `Skip ${votes}/${needed}` : 'Skip?';
    $('skip').setAttribute('aria-label', `Vote to skip: ${votes} of ${needed} want something else`);
    $('skip').title = $('skip').getAttribute('aria-label');
  }

  /** What stands over the picture: who is waited for, when it begins, or why nothing is seen. */
  #note() {
    if (!this.#party) return;
    const { playback, info } = this.#party;
    const ahead = (info.starts_at_ms ?? 0) - this.#clock.now();
    let text = '';
    if (this.#player?.fault) text = this.#player.fault;
    else if (playback.state === 'waiting') {
      const who = (playback.waiting_for ?? []).slice(0, 3).map((user) => this.#party.name(user));
      text = who.length ? `Waiting for ${names(who)} …` : 'Waiting …';
    } else if (ahead > 0 && playback.state !== 'playing') text = `Begins ${when(info.starts_at_ms)} · in ${stamp(ahead + 999)}`;
    $('screen-note').hidden = !text;
    if ($('screen-note').textContent !== text) $('screen-note').textContent = text;
    // A countdown is for the eyes; a screen reader would read it every second.
    $('screen-note').setAttribute('aria-live', text.startsWith('Begins') ? 'off' : 'polite');
    $('screen-idle').hidden = playback.state !== 'empty' || Boolean(text);
  }

  #tick() {
    const party = this.#party;
    if (!party) return;
    const { playback } = party;
    const length = this.#player?.duration_ms ?? playback.work?.duration_ms;
    const at = Math.min(party.position(), length ?? Infinity);
    this.#text?.show(playback, at);
    this.#note();
    if (this.#running && at > 1_000) this.#begin(playback.work);
    if (this.#dragging) return;
    $('seek').max = String(Math.round(length ?? Math.max(UNKNOWN_MS, at * 1.25)));
    $('seek').value = String(Math.round(at));
    $('seek').setAttribute('aria-valuetext', stamp(at));
    $('at').textContent = stamp(at);
    $('length').textContent = length ? stamp(length) : '';
  }

  #begin(work) {
    if (this.#played || !work) return;
    this.#played = true;
    this.#began(work);
  }

  /** Tells how far this window is off, for people and for whoever tests it. */
  #measured() {
    const { drift } = this.#corrector;
    const { dataset } = $('stage');
    dataset.position = this.#player.position_ms.toFixed(1);
    dataset.at = this.#clock.now().toFixed(1);
    dataset.drift = drift === undefined ? '' : drift.toFixed(1);
    dataset.measured = this.#party.playback.version;
    this.#room();
  }

  #room() {
    const parts = [];
    const drift = this.#corrector?.drift;
    if (drift !== undefined) parts.push(`You ${drift < 0 ? '−' : '+'}${short(drift)}`);
    const sync = this.#party?.sync;
    if (this.#corrector && sync?.players > 1) parts.push(`room ±${short(sync.p50_ms)} (worst ${short(sync.worst_ms)})`);
    $('sync').textContent = parts.join(' · ');
  }

  #sound() {
    const player = this.#player;
    $('sound').hidden = !player || player.silent || !('muted' in player) || player instanceof YouTubePlayer;
    if ($('sound').hidden) return;
    $('sound').setAttribute('aria-label', player.muted ? 'Sound on' : 'Sound off');
    $('sound').title = player.muted ? 'Sound on' : 'Sound off';
    $('sound').dataset.muted = String(player.muted);
    $('sound').replaceChildren(icon(player.muted ? 'muted' : 'loud'));
  }

  #mute(muted) {
    this.#player.muted = muted;
    this.#sound();
  }

  #fullscreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else $('screen').requestFullscreen?.().catch(() => toast('This browser shows no full screen here.'));
  }
}
