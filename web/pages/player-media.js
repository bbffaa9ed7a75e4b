// Films and sound by URL: the browser's own element, driven by the party's clock. HLS plays where the browser can.

const SOUND = /\.(mp3|m4a|aac|ogg|oga|opus|flac|wav)$/i;
const HLS = /\.m3u8$/i;
const HLS_TYPE = 'application/vnd.apple.mpegurl';

/** The end of a URL's path, by which files are told apart. */
const path = (url) => { try { return new URL(url).pathname; } catch { return ''; } };

/** Why this browser cannot play a URL, in words; nothing when it may try. */
export function unplayable(url) {
  if (HLS.test(path(url)) && !document.createElement('video').canPlayType(HLS_TYPE)) return 'This browser cannot play HLS streams by itself.';
  if (location.protocol === 'https:' && url.startsWith('http:')) return 'This page is secure and cannot load media over plain http.';
  return null;
}

export class MediaPlayer extends EventTarget {
  bends = true;
  fault = null;
  #media;
  #wanted = false;

  constructor(url) {
    super();
    this.sound = SOUND.test(path(url));
    this.#media = document.createElement(this.sound ? 'audio' : 'video');
    Object.assign(this.#media, { src: url, preload: 'auto', playsInline: true, preservesPitch: true, disableRemotePlayback: true });
    this.element = this.#media;
    const changed = () => this.dispatchEvent(new Event('change'));
    for (const name of ['playing', 'waiting', 'seeked', 'canplay', 'loadedmetadata', 'pause', 'ended']) this.#media.addEventListener(name, changed);
    this.#media.addEventListener('error', () => {
      this.fault = 'This browser cannot play that address. It may be offline, or of a kind it does not know.';
      changed();
    });
  }

  get silent() { return false; }
  get muted() { return this.#media.muted; }
  set muted(muted) { this.#media.muted = muted; }

  get duration_ms() { return Number.isFinite(this.#media.duration) ? this.#media.duration * 1000 : undefined; }
  get position_ms() { return this.#media.currentTime * 1000; }

  /** A player that cannot play must not hold the party up, so it never counts as buffering. */
  get busy() { return !this.fault && !this.#media.ended && (this.#media.seeking || this.#media.readyState < HTMLMediaElement.HAVE_FUTURE_DATA); }

  get playing() { return this.#wanted; }

  async play() {
    this.#wanted = true;
    if (this.#media.ended || this.fault) return;
    try {
      await this.#media.play();
    } catch (error) {
      // Browsers let a page that was not yet touched play without sound only; a button then offers the sound.
      if (error.name !== 'NotAllowedError' || !this.#wanted || this.muted) return;
      this.muted = true;
      this.dispatchEvent(new Event('muted'));
      this.#media.play().catch(() => { this.#wanted = false; });
    }
  }

  pause() {
    this.#wanted = false;
    this.#media.pause();
  }

  seek(ms) { if (!this.fault) this.#media.currentTime = ms / 1000; }

  speed(rate) { if (this.#media.playbackRate !== rate) this.#media.playbackRate = rate; }

  close() {
    this.pause();
    this.#media.removeAttribute('src');
    this.#media.load();
  }
}
