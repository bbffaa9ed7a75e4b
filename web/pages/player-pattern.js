// A test pattern that plays like a film: colours that move, and the position drawn large, so that two windows can be
// compared by eye. It needs no file, so a party can try its clock before it has anything to watch.

export const PATTERN = { item: 'demo:test-pattern', title: 'Test pattern', duration_ms: 600_000 };

const BARS = ['#f2ead8', '#e7c64b', '#5fb8c9', '#6fae5c', '#b56aa5', '#cf5a48', '#3f5fb0'];
const WIDTH = 960;
const HEIGHT = 540;
const TURN_MS = 4_000;

/** A position as people read it; with `fine`, to the hundredth of a second. */
export function stamp(ms, fine = false) {
  const whole = Math.max(0, Math.floor(ms / 1000));
  const two = (n) => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const text = h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
  return fine ? `${text}.${two(Math.floor((Math.max(0, ms) % 1000) / 10))}` : text;
}

export class PatternPlayer extends EventTarget {
  bends = true;
  busy = false;
  silent = true;
  #canvas = document.createElement('canvas');
  #from = 0;
  #since = performance.now();
  #rate = 1;
  #playing = false;
  #frame = null;
  #still = matchMedia('(prefers-reduced-motion: reduce)');

  constructor() {
    super();
    this.#canvas.width = WIDTH;
    this.#canvas.height = HEIGHT;
    this.#canvas.setAttribute('role', 'img');
    this.#canvas.setAttribute('aria-label', 'Test pattern with the position drawn large');
    this.element = this.#canvas;
    this.#draw();
  }

  get duration_ms() { return PATTERN.duration_ms; }

  get playing() { return this.#playing; }

  get position_ms() {
    const gone = this.#playing ? (performance.now() - this.#since) * this.#rate : 0;
    return Math.min(this.duration_ms, this.#from + gone);
  }

  play() { this.#settle(() => { this.#playing = true; }); }
  pause() { this.#settle(() => { this.#playing = false; }); }
  seek(ms) { this.#settle(() => { this.#from = Math.max(0, Math.min(this.duration_ms, ms)); }); }
  speed(rate) { if (rate !== this.#rate) this.#settle(() => { this.#rate = rate; }); }

  close() { cancelAnimationFrame(this.#frame); }

  /** Changes how it runs without losing where it is. */
  #settle(change) {
    this.#from = this.position_ms;
    this.#since = performance.now();
    change();
  }

  #draw() {
    const paint = this.#canvas.getContext('2d');
    const at = this.position_ms;
    const turn = this.#still.matches ? 0 : (at % TURN_MS) / TURN_MS;
    const bar = WIDTH / BARS.length;
    BARS.forEach((colour, i) => {
      paint.fillStyle = colour;
      paint.fillRect(i * bar, 0, bar + 1, HEIGHT);
    });
    paint.fillStyle = 'rgb(255 255 255 / 35%)';
    paint.fillRect(turn * (WIDTH + bar) - bar, 0, bar, HEIGHT);
    this.#dial(paint, turn);
    paint.fillStyle = 'rgb(20 14 26 / 88%)';
    paint.fillRect(0, 330, WIDTH, 150);
    paint.fillStyle = '#fff6e9';
    paint.textAlign = 'center';
    paint.font = '700 112px ui-monospace, monospace';
    paint.fillText(stamp(at, true), WIDTH / 2, 445);
    this.#frame = requestAnimationFrame(() => this.#draw());
  }

  /** A hand that goes round once in four seconds; a difference of 40 ms is 3.6 degrees. */
  #dial(paint, turn) {
    const [x, y, r] = [WIDTH / 2, 170, 130];
    const angle = turn * 2 * Math.PI - Math.PI / 2;
    paint.fillStyle = 'rgb(20 14 26 / 88%)';
    paint.beginPath();
    paint.arc(x, y, r, 0, 2 * Math.PI);
    paint.fill();
    paint.fillStyle = '#f4b860';
    paint.beginPath();
    paint.moveTo(x, y);
    paint.arc(x, y, r - 14, -Math.PI / 2, angle);
    paint.fill();
    paint.strokeStyle = '#fff6e9';
    paint.lineWidth = 6;
    paint.beginPath();
    paint.moveTo(x, y);
    paint.lineTo(x + (r - 8) * Math.cos(angle), y + (r - 8) * Math.sin(angle));
    paint.stroke();
  }
}
