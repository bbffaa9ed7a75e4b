// The mood as a line over the evening: how pleasant, from left to right through time, with the arousal as its breadth.

const NS = 'http://www.w3.org/2000/svg';
const [WIDE, HIGH] = [260, 64];
const KEPT = 600;
const LEAST_MS = 10_000;

function svg(name, attributes) {
  const element = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

const hour = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const pair = (x, y) => `${x.toFixed(1)},${y.toFixed(1)}`;

export class Evening {
  #root = svg('svg', { viewBox: `0 0 ${WIDE} ${HIGH}`, role: 'img', preserveAspectRatio: 'none' });
  #band = svg('path', { class: 'band' });
  #line = svg('polyline', { class: 'line-mood' });
  #from;
  #points = [];

  constructor(place, from) {
    this.#from = from;
    this.#root.append(svg('line', { x1: 0, x2: WIDE, y1: HIGH / 2, y2: HIGH / 2, class: 'cross' }), this.#band, this.#line);
    place.append(this.#root);
    this.clear();
  }

  clear() {
    this.#points = [];
    this.#draw();
  }

  /** Takes a mood of the room in; two in short succession count as one. */
  add({ valence, arousal, confidence }, at = Date.now()) {
    if (confidence <= 0.02) return;
    const last = this.#points.at(-1);
    if (last && at - last.at < LEAST_MS && this.#points.length > 1) this.#points.pop();
    this.#points.push({ valence, arousal, at });
    // A long evening is thinned out: its early part keeps its shape with half of its points.
    if (this.#points.length > KEPT) this.#points = this.#points.filter((_, i) => i % 2 === 0 || i > KEPT / 2);
    this.#draw();
  }

  #draw() {
    const points = this.#points;
    this.#root.parentElement?.toggleAttribute('hidden', points.length < 2);
    if (points.length < 2) return;
    const [first, last] = [points[0].at, points.at(-1).at];
    const x = ({ at }) => ((at - first) / Math.max(1, last - first)) * WIDE;
    const y = ({ valence }) => HIGH / 2 - valence * (HIGH / 2 - 10);
    const breadth = ({ arousal }) => 2 + 6 * (arousal + 1) / 2;
    this.#line.setAttribute('points', points.map((p) => pair(x(p), y(p))).join(' '));
    const above = points.map((p) => pair(x(p), y(p) - breadth(p)));
    const below = points.map((p) => pair(x(p), y(p) + breadth(p))).reverse();
    this.#band.setAttribute('d', `M${[...above, ...below].join('L')}Z`);
    const best = points.reduce((a, b) => (b.valence > a.valence ? b : a));
    const now = points.at(-1).valence;
    const word = now > 0.15 ? 'pleasant' : now < -0.15 ? 'unpleasant' : 'even';
    this.#root.setAttribute('aria-label', `Mood over the evening since ${hour.format(first)}: now ${word}, most pleasant at ${hour.format(best.at)}.`);
    this.#from.textContent = `since ${hour.format(first)}`;
  }
}
