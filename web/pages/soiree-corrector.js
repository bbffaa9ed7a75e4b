// Keeps a player on the party's clock: by a speed that nobody hears, and by a jump when it is far off.
//
// A player is an `EventTarget` with `position_ms`, `duration_ms`, `playing`, `busy` (it buffers or seeks), `bends` (it
// takes any speed), `fault` (why it cannot play), `play()`, `pause()`, `seek(ms)` and `speed(rate)`. It tells of changes
// by the event `change`.

import { positionAt } from './soiree-party.js';

const DEAD_MS = 40;
const DONE_MS = 10;
const GENTLE_MS = 1_000;
const FIRM_MS = 3_000;
const GENTLE = 0.05;
const FIRM = 0.1;
const ARRIVING = 0.25;
/** A drift is taken back within about this time, as far as the bounds of the speed allow. */
const HORIZON_MS = 500;
/** A player that cannot bend its speed is left alone up to this drift, and jumps beyond. */
const RIGID_MS = 500;
const EVERY_MS = 200;
/** Commands lie less than this ahead; a start by schedule may lie further, and is waited for standing. */
const AHEAD_MS = 1_000;
const STATUS_MS = 2_000;
const LONGEST_SEEK_MS = 3_000;
/** After a jump the player may jump once more with what the first one taught, if it landed farther off than this. */
const AGAIN_MS = 120;

/** The decision alone, without a player. It remembers whether it is correcting, and whether the player has arrived: one
 *  that has just come in or jumped corrects whatever it is off by, and within wider bounds. The server does the
 *  same sums. */
export class Drift {
  correcting = false;
  arrived = false;

  /** `drift` is the player's position minus the party's and `base` the party's speed; gives `{seek: true}` or the
   *  `speed` to play at. Within its bounds the speed would undo the drift in one `horizon`. */
  decide(drift, base = 1, horizon = HORIZON_MS) {
    const far = Math.abs(drift);
    if (!(far <= FIRM_MS)) {
      this.correcting = this.arrived = false;
      return { seek: true };
    }
    this.arrived ||= far < DONE_MS;
    this.correcting = far >= (this.correcting || !this.arrived ? DONE_MS : DEAD_MS);
    if (!this.correcting) return { speed: base };
    const settled = far <= GENTLE_MS ? GENTLE : FIRM;
    const most = this.arrived ? settled : ARRIVING;
    return { speed: base * (1 - Math.max(-most, Math.min(most, drift / (horizon * base)))) };
  }
}

export class Corrector extends EventTarget {
  /** How far this player is from the party's clock, in milliseconds; absent while nothing is measured. */
  drift = undefined;
  #party;
  #player;
  #clock;
  #rule = new Drift();
  #latency;
  #jump = null;
  #tick = null;
  #start = null;
  #sentAt = -Infinity;
  #buffering = false;
  #hear = () => this.turn();

  /** `clock` is the client's; `latency` is what a jump costs this player until one was measured. */
  constructor(party, player, clock, { latency = 0 } = {}) {
    super();
    this.#party = party;
    this.#player = player;
    this.#clock = clock;
    this.#latency = latency;
    party.addEventListener('playback', this.#hear);
    party.addEventListener('ready', this.#hear);
    player.addEventListener('change', this.#hear);
    this.#tick = setInterval(this.#hear, EVERY_MS);
    this.turn();
  }

  /** What a jump of this player costs, as learned so far, in milliseconds. */
  get latency() { return this.#latency; }

  /** Lets the player go. */
  stop() {
    clearInterval(this.#tick);
    clearTimeout(this.#start);
    this.#party.removeEventListener('playback', this.#hear);
    this.#party.removeEventListener('ready', this.#hear);
    this.#player.removeEventListener('change', this.#hear);
  }

  /** Looks at the player and does what is needed. Called often; it may be called at any time. */
  turn() {
    const { playback } = this.#party;
    const now = this.#clock.now();
    const lead = playback.at_server_ms - now;
    clearTimeout(this.#start);
    // A player that cannot play this work neither follows the party nor holds it up.
    if (this.#player.fault) {
      this.drift = undefined;
      this.dispatchEvent(new Event('turn'));
      return;
    }
    const at = this.#player.position_ms;
    this.drift = this.#player.busy ? undefined : at - positionAt(playback, now);
    if (lead > 0 && lead < AHEAD_MS) this.#await(playback, lead);
    else {
      if (playback.state === 'playing' && lead <= 0) this.#follow(playback);
      else this.#hold(playback);
      this.#report(playback);
    }
    this.dispatchEvent(new Event('turn'));
  }

  /** A command takes effect a moment after it is heard, at the same moment for everybody: until then a player that runs
   *  goes on, and one that stands makes itself ready. The moment is met by a timer instead of the next tick. */
  #await(playback, lead) {
    this.#start = setTimeout(this.#hear, lead);
    if (!this.#player.playing) this.#hold(playback);
    else this.drift = undefined;
  }

  #hold(playback) {
    this.#rule.correcting = false;
    this.#jump = null;
    if (this.#player.playing) this.#player.pause();
    const off = Math.abs(this.#player.position_ms - playback.position_ms);
    if (!this.#player.busy && off > DEAD_MS) this.#player.seek(playback.position_ms);
  }

  #follow(playback) {
    if (!this.#player.playing) this.#player.play();
    // At its end a work stands; the party goes on to the next.
    if (this.#player.busy || this.#party.position() >= (this.#player.duration_ms ?? Infinity)) return;
    if (this.#jump) this.#learn(playback.rate);
    const { seek, speed } = this.#decide(playback.rate);
    if (seek) this.#leap(playback, 0);
    else this.#player.speed(speed);
  }

  #decide(base) {
    if (this.#player.bends) return this.#rule.decide(this.drift, base);
    return Math.abs(this.drift) > RIGID_MS ? { seek: true } : { speed: base };
  }

  /** Jumps to where the party will be when the jump is over. */
  #leap(playback, tries) {
    this.#jump = { tries, version: playback.version };
    this.#player.speed(playback.rate);
    const end = this.#player.duration_ms ?? Infinity;
    this.#player.seek(Math.min(end, this.#party.position() + this.#latency * playback.rate));
  }

  #learn(rate) {
    const { tries, version } = this.#jump;
    this.#jump = null;
    if (version !== this.#party.playback.version) return;
    const missed = this.#latency - this.drift / rate;
    // The first measure stands for itself, later ones are blended in.
    const blend = tries === 0 && this.#latency === 0 ? missed : this.#latency + (missed - this.#latency) / 2;
    this.#latency = Math.max(0, Math.min(LONGEST_SEEK_MS, blend));
    if (Math.abs(this.drift) > AGAIN_MS && tries === 0) this.#leap(this.#party.playback, 1);
  }

  /** Tells the party how the player stands, after what was done about it, and not before the clock is known. */
  #report(playback) {
    const [now, at] = [this.#clock.now(), this.#player.position_ms];
    if (this.#clock.roundTrip === undefined) return;
    const buffering = Boolean(this.#player.busy && (playback.state === 'playing' || playback.state === 'waiting'));
    if (playback.state === 'empty') return;
    if (buffering === this.#buffering && now - this.#sentAt < STATUS_MS) return;
    this.#buffering = buffering;
    this.#sentAt = now;
    const whole = (value) => (Number.isFinite(value) ? Math.max(0, Math.round(value)) : undefined);
    this.#party.status({
      position_ms: whole(at) ?? 0,
      buffering,
      at_server_ms: whole(now),
      rtt_ms: whole(this.#clock.roundTrip),
      version: playback.version,
      duration_ms: whole(this.#player.duration_ms) || undefined,
    });
  }
}
