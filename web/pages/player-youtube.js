// YouTube by its public player in a frame, steered by messages: none of its scripts runs in this page.

const HOST = 'https://www.youtube-nocookie.com';
const NAMES = /^(www\.|m\.|music\.)?(youtube\.com|youtube-nocookie\.com)$/;
const KNOCK_MS = 400;
const PATIENCE_MS = 8_000;
const ENDED = 0;
const PLAYING = 1;
const BUFFERING = 3;

/** The video of a YouTube address; nothing for any other. */
export function video(url) {
  let parsed;
  try { parsed = new URL(url); } catch { return null; }
  const { hostname, pathname, searchParams } = parsed;
  const id = hostname === 'youtu.be' ? pathname.slice(1)
    : NAMES.test(hostname) ? searchParams.get('v') ?? pathname.match(/^\/(?:embed|shorts|live)\/([^/]+)/)?.[1] : null;
  return /^[\w-]{6,20}$/.test(id ?? '') ? id : null;
}

export class YouTubePlayer extends EventTarget {
  /** It plays a few fixed speeds only, so it is held by jumps. */
  bends = false;
  silent = false;
  fault = null;
  muted = false;
  #frame = document.createElement('iframe');
  #state = -1;
  #ready = false;
  #at = 0;
  #heardAt = performance.now();
  #length;
  #rate = 1;
  #wanted = false;
  #knock;
  #hear = (event) => this.#message(event);

  constructor(id) {
    super();
    const options = new URLSearchParams({ enablejsapi: '1', controls: '0', playsinline: '1', rel: '0', disablekb: '1', origin: location.origin });
    this.#frame.src = `${HOST}/embed/${id}?${options}`;
    this.#frame.title = 'YouTube video';
    this.#frame.allow = 'autoplay; encrypted-media; picture-in-picture';
    // The player refuses to start when it is not told which site shows it.
    this.#frame.referrerPolicy = 'strict-origin-when-cross-origin';
    this.element = this.#frame;
    addEventListener('message', this.#hear);
    // The frame speaks only to those who said that they listen, and it cannot be known when it begins to.
    this.#frame.addEventListener('load', () => {
      clearInterval(this.#knock);
      this.#knock = setInterval(() => this.#post({ event: 'listening' }), KNOCK_MS);
    }, { once: true });
    setTimeout(() => { if (!this.#ready) this.#fail('YouTube cannot be reached from here.'); }, PATIENCE_MS);
  }

  get duration_ms() { return this.#length; }
  get playing() { return this.#wanted; }
  get busy() { return !this.fault && (!this.#ready || this.#state === BUFFERING || (this.#wanted && this.#state !== PLAYING && this.#state !== ENDED)); }

  get position_ms() {
    const gone = this.#state === PLAYING ? (performance.now() - this.#heardAt) * this.#rate : 0;
    return this.#at + gone;
  }

  play() { this.#wanted = true; this.#command('playVideo'); }
  pause() { this.#wanted = false; this.#command('pauseVideo'); }

  seek(ms) {
    this.#at = ms;
    this.#heardAt = performance.now();
    this.#command('seekTo', ms / 1000, true);
  }

  speed(rate) {
    if (rate === this.#rate) return;
    this.#rate = rate;
    this.#command('setPlaybackRate', rate);
  }

  close() {
    clearInterval(this.#knock);
    removeEventListener('message', this.#hear);
  }

  #fail(why) {
    this.fault = why;
    clearInterval(this.#knock);
    this.dispatchEvent(new Event('change'));
  }

  /** Before the frame is ready, what it should do is known by the corrector, which tells it again. */
  #command(func, ...args) { if (this.#ready) this.#post({ event: 'command', func, args }); }

  #post(message) { this.#frame.contentWindow?.postMessage(JSON.stringify({ id: 1, channel: 'widget', ...message }), HOST); }

  #message({ origin, source, data }) {
    if (origin !== HOST || source !== this.#frame.contentWindow) return;
    let message;
    try { message = JSON.parse(data); } catch { return; }
    const { event, info } = message;
    if (event === 'onError') this.#fail('YouTube does not play this video here.');
    if (event === 'onReady' || event === 'initialDelivery') {
      clearInterval(this.#knock);
      this.#ready = true;
      this.fault = null;
      if (this.#wanted) this.#command('playVideo');
    }
    if (info && typeof info === 'object') this.#told(info);
    this.dispatchEvent(new Event('change'));
  }

  #told({ currentTime, duration, playerState }) {
    if (Number.isFinite(currentTime)) {
      this.#at = currentTime * 1000;
      this.#heardAt = performance.now();
    }
    if (Number.isInteger(playerState)) this.#state = playerState;
    if (duration > 0) this.#length = duration * 1000;
  }
}
