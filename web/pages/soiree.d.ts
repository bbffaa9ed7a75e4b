// The types of Soirée's client for browsers. The frames' full schemas stand in docs/asyncapi.yaml.

export type Role = 'host' | 'moderator' | 'member';
export type Capability = 'control' | 'queue' | 'chat' | 'moderate' | 'invite' | 'admin';
export type Control = 'host' | 'everyone' | 'vote';
export type Visibility = 'public' | 'unlisted' | 'private';
export type Wait = 'all' | 'quorum' | 'nobody';
export type Vote = 'up' | 'down' | 'veto' | 'clear';
export type ConnectionState = 'connecting' | 'live' | 'reconnecting' | 'offline' | 'idle';

/** What a person did, as `POST /api/v1/interactions` takes it. */
export type Deed = 'view' | 'click' | 'play' | 'progress' | 'finish' | 'skip' | 'rate' | 'like' | 'dislike' | 'share' | 'cart' | 'buy' | 'review';

export interface Member { user: string; name: string; role: Role; online: boolean; muted?: boolean }

/** What a party wants its recommendations to be like. Without a strategy the server chooses. */
export interface Taste {
  strategy?: string;
  /** How much the host counts, where others count 1; 0.25 to 4. */
  host_weight: number;
  mood: 'match' | 'lift' | 'ignore';
}

export interface PartyInfo {
  id: string;
  name: string;
  visibility?: Visibility;
  control?: Control;
  host?: string;
  wait?: Wait;
  locked?: boolean;
  item?: string;
  /** Unix milliseconds. */
  starts_at_ms?: number;
  taste: Taste;
  created_at_ms?: number;
}

export interface Work {
  item: string;
  title: string;
  url?: string;
  duration_ms?: number;
  domain?: 'film' | 'series' | 'book' | 'music' | 'product';
  year?: number;
  creators?: string[];
}

/** What is asked to be played: something of the catalogue, an address, or both. */
export interface WorkWish { item?: string; url?: string; title?: string; duration_ms?: number }

export interface Playback {
  state: 'empty' | 'playing' | 'paused' | 'waiting';
  work?: Work;
  /** Chapter or track, from 0; `position_ms` lies inside it. */
  part: number;
  position_ms: number;
  at_server_ms: number;
  rate: number;
  version: number;
  because: 'command' | 'buffering' | 'ready' | 'waited-enough' | 'finished' | 'vote' | 'schedule' | 'start';
  by?: string;
  waiting_for?: string[];
}

export interface Line {
  seq: number;
  id: string;
  user: string;
  name: string;
  text: string;
  at_ms: number;
  reply_to?: number;
  mentions?: string[];
  /** From −1 to 1, once scored. */
  sentiment?: number;
  removed?: boolean;
}

export interface Tally { item: string; title?: string; up: number; down: number; vetoes: number; mine?: Vote }
export interface Mood { valence: number; arousal: number; label: string; confidence: number; drivers: string[] }
export interface Sync { players: number; p50_ms: number; worst_ms: number; buffering: string[] }

export interface Recommended {
  item: string;
  title?: string;
  domain?: Work['domain'];
  year?: number;
  creators?: string[];
  score: number;
  satisfaction?: Record<string, number>;
  min_satisfaction?: number;
  mean_satisfaction?: number;
  reasons: { text: string; private?: boolean }[];
}

export interface Round {
  round: number;
  recommendation_id: string;
  strategy: string;
  because: string;
  items: Recommended[];
  min_satisfaction: number;
  mean_satisfaction: number;
  spread: number;
}

/** A refused command. Branch on `code`; `message` is for people. */
export class Problem extends Error {
  code: string;
  errors: { field: string; detail?: string }[];
}

/** The first frame of a socket: with a token, a ticket or a way back; as a new guest without any of them. */
export interface Hello {
  token?: string;
  ticket?: string;
  resume?: string;
  name?: string;
  device?: string;
  locale?: string;
  utc_offset_min?: number;
}

export interface ClientOptions {
  /** The live channel; that of the page's own server when absent. */
  url?: string;
  /** Asked anew each time a socket opens, so that a one-time ticket can be fetched. */
  hello?: Hello | (() => Hello | Promise<Hello>);
}

export interface ClientEvents {
  state: CustomEvent<{ state: ConnectionState; inMs?: number }>;
  welcome: CustomEvent<{ session: string; user: string; name: string; resume?: string; server_time_ms: number; heartbeat_s: number }>;
  /** The server did not take the hello. */
  refused: CustomEvent<Problem>;
  notice: CustomEvent<{ text: string }>;
  recommendations: CustomEvent<{ recommendation_id: string; items: Recommended[] }>;
}

export interface PartyEvents {
  /** All of the state is there, or is there again. */
  ready: CustomEvent<{ recovered: boolean }>;
  members: CustomEvent<Member & { change: 'joined' | 'left' | 'role' | 'presence' | 'muted' | 'unmuted' | 'banned' | 'unbanned'; by?: string; reason?: 'kicked' | 'banned' }>;
  playback: CustomEvent<Playback>;
  queue: CustomEvent<{ op: 'add' | 'remove' | 'move'; work: Work; index: number; by?: string }>;
  poll: CustomEvent<{ by: string; value: Vote | 'skip'; item?: string; outcome?: 'skipped' | 'plays' | 'vetoed' }>;
  chat: CustomEvent<Line>;
  removed: CustomEvent<{ message: number }>;
  scores: CustomEvent<{ seq: number; score: number }[]>;
  reaction: CustomEvent<{ user: string; emoji: string; position_ms?: number; at_ms: number }>;
  mood: CustomEvent<Mood>;
  recommendations: CustomEvent<Round>;
  changed: CustomEvent<PartyInfo>;
  /** The names of those who write just now. */
  typing: CustomEvent<string[]>;
  sync: CustomEvent<Sync>;
  correction: CustomEvent<{ version: number; action: 'speed' | 'seek'; drift_ms: number; rate: number; position_ms: number; at_server_ms: number }>;
  /** Joining was refused: a password is asked for, the party is locked, or there is none. */
  refused: CustomEvent<Problem>;
  /** This person is no longer a member. */
  gone: CustomEvent<{ reason?: 'kicked' | 'banned' }>;
}

export class Client extends EventTarget {
  constructor(options?: ClientOptions);
  addEventListener<Name extends keyof ClientEvents>(name: Name, hear: (event: ClientEvents[Name]) => void, options?: AddEventListenerOptions | boolean): void;
  addEventListener(name: string, hear: EventListenerOrEventListenerObject | null, options?: AddEventListenerOptions | boolean): void;
  readonly user: string | null;
  readonly name: string;
  readonly live: boolean;
  readonly clock: Clock;
  open(): void;
  close(): void;
  /** Drops the socket and says hello anew, as somebody else or under another name. */
  again(): void;
  connected(patienceMs?: number): Promise<void>;
  ask(frame: { type: string; [field: string]: unknown }): Promise<{ type: string; [field: string]: any }>;
  tell(frame: { type: string; [field: string]: unknown }): boolean;
  join(id: string, key?: { password?: string; invite?: string }): Party;
  create(wish: { name: string; visibility: Visibility; control: Control; password?: string; wait?: Wait; starts_at_ms?: number; taste?: Partial<Taste> } & WorkWish): Promise<Party>;
  leave(party: Party): void;
  forget(party: Party): void;
  event(deed: { item: string; kind: Deed; value?: number; recommendation_id?: string }): Promise<unknown>;
  recommend(wish?: { surface?: string; limit?: number; domains?: string[] }): Promise<{ recommendation_id: string; items: Recommended[] }>;
}

/** A client that connects at once. */
export function connect(options?: ClientOptions): Client;

/** Lets a guest in over HTTP. */
export function guest(name: string, base?: string, resume?: string): Promise<{ user: string; token: string; resume: string }>;

/** A one-time ticket for `hello`, good for half a minute. */
export function ticket(token: string, base?: string): Promise<string>;

export class Party extends EventTarget {
  addEventListener<Name extends keyof PartyEvents>(name: Name, hear: (event: PartyEvents[Name]) => void, options?: AddEventListenerOptions | boolean): void;
  addEventListener(name: string, hear: EventListenerOrEventListenerObject | null, options?: AddEventListenerOptions | boolean): void;
  readonly id: string;
  readonly info: PartyInfo;
  readonly members: Map<string, Member>;
  /** Who may not come in, by id, with the name they had. */
  readonly banned: Map<string, string>;
  readonly playback: Playback;
  readonly queue: { work: Work; by: string }[];
  readonly poll: { items: Map<string, Tally>; skip: { votes: number; needed: number; mine: boolean } };
  readonly lines: Line[];
  readonly mood: Mood | null;
  readonly recommendations: Round | null;
  readonly sync: Sync | null;
  readonly epoch?: number;
  readonly seq?: number;
  readonly me?: Member;
  readonly can: Set<Capability>;
  readonly typing: string[];
  key: { password?: string; invite?: string };
  whyNot(capability: Capability): string | null;
  name(user: string): string;
  /** Where the party is in its work, in milliseconds. */
  position(serverMs?: number): number;
  join(): Promise<unknown>;
  leave(): void;
  play(): Promise<unknown>;
  pause(): Promise<unknown>;
  next(): Promise<unknown>;
  rate(rate: number): Promise<unknown>;
  seek(positionMs: number, part?: number): Promise<unknown>;
  load(work: WorkWish & { part?: number; position_ms?: number }): Promise<unknown>;
  enqueue(work: WorkWish, to?: number): Promise<unknown>;
  unqueue(item: string): Promise<unknown>;
  move(item: string, to: number): Promise<unknown>;
  vote(item: string, value: Vote): Promise<unknown>;
  skip(): Promise<unknown>;
  say(text: string, more?: { replyTo?: number; mentions?: string[] }): Promise<Line>;
  react(emoji: string): void;
  nowTyping(): void;
  admin(op: 'promote' | 'demote' | 'mute' | 'unmute' | 'kick' | 'ban' | 'unban' | 'lock' | 'unlock' | 'transfer' | 'delete-message', whom?: { user?: string; message?: string }): Promise<unknown>;
  change(what: { name?: string; visibility?: Visibility; password?: string; control?: Control; wait?: Wait; starts_at_ms?: number; item?: string; taste?: Partial<Taste> }): Promise<unknown>;
  invite(limits?: { uses?: number; expires_in_s?: number }): Promise<{ invite: string; expires_at_ms: number; uses?: number }>;
  status(status: { position_ms: number; buffering: boolean; at_server_ms?: number; rtt_ms?: number; version?: number; duration_ms?: number }): boolean;
}

/** Where a playback stands at a server time. */
export function positionAt(playback: Playback, serverMs: number): number;

export function capabilities(member: Member | undefined, party: PartyInfo | undefined): Set<Capability>;
export function reason(capability: Capability, member?: Member, party?: PartyInfo): string;

/** The server's clock as it is known here. All in milliseconds. */
export class Clock {
  constructor(read?: () => number);
  readonly known: boolean;
  readonly samples: number;
  readonly offset: number;
  readonly roundTrip?: number;
  readonly uncertainty: number;
  seed(serverMs: number): void;
  take(stamps: { t0: number; t1: number; t2: number }, t3: number): void;
  now(): number;
}

/** What a `Corrector` drives. It tells of changes (ready, stalled, sought) by the event `change`. */
export interface Player extends EventTarget {
  readonly position_ms: number;
  readonly duration_ms?: number;
  readonly playing: boolean;
  /** It buffers or seeks, so its position means nothing just now. */
  readonly busy: boolean;
  /** It takes any speed; one that does not is held by jumps. */
  readonly bends: boolean;
  /** Why it cannot play, for people; it then neither follows the party nor holds it up. */
  readonly fault?: string | null;
  play(): void;
  pause(): void;
  seek(positionMs: number): void;
  speed(rate: number): void;
}

/** The decision about a drift, without a player. */
export class Drift {
  correcting: boolean;
  arrived: boolean;
  decide(driftMs: number, base?: number, horizonMs?: number): { seek: true } | { speed: number };
}

/** Keeps a player on a party's clock. It sends the event `turn` each time it looked. */
export class Corrector extends EventTarget {
  constructor(party: Party, player: Player, clock: Clock, options?: { latency?: number });
  readonly drift?: number;
  readonly latency: number;
  turn(): void;
  stop(): void;
}

type More = { recommendation_id?: string; party?: string; value?: number };

/** Tells what people do on any page, in batches, also when the page closes. */
export class Tracker {
  constructor(options: { token: string | (() => string | null | undefined); url?: string; every?: number });
  view(item: string, more?: More): void;
  click(item: string, more?: More): void;
  play(item: string, more?: More): void;
  track(deed: { item: string; kind: Deed; text?: string; at?: string } & More): void;
  watch(element: Element, item: string, more?: More): void;
  unwatch(element: Element): void;
  flush(leaving?: boolean): Promise<void>;
}

/** The socket alone, for those who speak the frames themselves. */
export class Channel extends EventTarget {
  constructor(options?: ClientOptions);
  readonly clock: Clock;
  readonly live: boolean;
  open(): void;
  close(): void;
  again(): void;
  ask(frame: object): Promise<any>;
  tell(frame: object): boolean;
}
