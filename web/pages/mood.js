// The mood of the room on the plane of valence (left to right) and arousal (bottom to top).

const NS = 'http://www.w3.org/2000/svg';
const TRAIL = 28;
const R = 100;

const FEELINGS = [
  ['😄', 'happy', 0.8, 0.1],
  ['🤩', 'excited', 0.65, 0.7],
  ['😌', 'calm', 0.55, -0.55],
  ['😴', 'sleepy', -0.05, -0.8],
  ['😢', 'sad', -0.75, -0.25],
  ['😬', 'tense', -0.55, 0.6],
];

function svg(name, attributes, ...children) {
  const element = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function words(x, y, text, anchor = 'middle') {
  const element = svg('text', { x, y, 'text-anchor': anchor, class: 'axis' });
  element.textContent = text;
  return element;
}

export class MoodPlane {
  #root;
  #label;
  #drivers;
  #dot;
  #halo;
  #trail;
  #points = [];
  #at = { x: 0, y: 0 };
  #to = { x: 0, y: 0 };
  #moving = false;
  #still = matchMedia('(prefers-reduced-motion: reduce)');

  /** `say` is called with {valence, arousal} when a person says how they feel. */
  constructor(place, label, drivers, feelings, say) {
    this.#label = label;
    this.#drivers = drivers;
    const stop = (offset, colour, opacity) => svg('stop', { offset, 'stop-color': colour, 'stop-opacity': opacity });
    this.#trail = svg('g', { class: 'trail' });
    this.#halo = svg('circle', { r: 26, class: 'halo' });
    this.#dot = svg('circle', { r: 8, class: 'dot' });
    const corner = (id, cx, cy, colour) => svg('radialGradient', { id, cx, cy, r: '75%' }, stop(0, colour, 0.55), stop(1, colour, 0));
    const wash = (id) => svg('circle', { r: R, fill: `url(#${id})` });
    this.#root = svg('svg', { viewBox: '-128 -118 256 236', role: 'img', 'aria-label': 'Mood of the room: not known yet' },
      svg('defs', {},
        corner('joy', '85%', '20%', '#f0a83c'), corner('ease', '80%', '85%', '#4cb38a'),
        corner('blue', '15%', '85%', '#5f7fd6'), corner('storm', '15%', '18%', '#d4526e')),
      svg('circle', { r: R, class: 'ground' }),
      wash('joy'), wash('ease'), wash('blue'), wash('storm'),
      svg('circle', { r: R, class: 'ring' }), svg('circle', { r: R / 2, class: 'ring faint' }),
      svg('line', { x1: -R, x2: R, y1: 0, y2: 0, class: 'cross' }), svg('line', { y1: -R, y2: R, x1: 0, x2: 0, class: 'cross' }),
      words(0, -106, 'lively'), words(0, 114, 'quiet'), words(70, 56, 'calm'), words(-70, 56, 'sad'),
      words(68, -46, 'excited'), words(-68, -46, 'tense'),
      this.#trail, this.#halo, this.#dot);
    place.append(this.#root);
    this.#feelings(feelings, say);
    this.#place();
  }

  #feelings(box, say) {
    for (const [emoji, word, valence, arousal] of FEELINGS) {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'feeling';
      button.setAttribute('aria-pressed', 'false');
      button.setAttribute('aria-label', word);
      button.title = word;
      button.textContent = emoji;
      button.addEventListener('click', () => {
        for (const other of box.children) other.setAttribute('aria-pressed', String(other === button));
        say({ valence, arousal });
      });
      box.append(button);
    }
  }

  /** Follows a party's mood. */
  attach(party, signal) {
    const show = () => { if (party.mood) this.show(party.mood); };
    party.addEventListener('ready', show, { signal });
    party.addEventListener('mood', show, { signal });
    signal.addEventListener('abort', () => this.clear());
    show();
  }

  /** Starts anew, for another party. */
  clear() {
    this.#points = [];
    this.#trail.replaceChildren();
    this.#at = this.#to = { x: 0, y: 0 };
    this.#place();
  }

  show({ valence, arousal, label, confidence, drivers }) {
    const length = Math.hypot(valence, arousal);
    const scale = (length > 1 ? 1 / length : 1) * R * 0.94;
    this.#to = { x: valence * scale, y: -arousal * scale };
    const sure = confidence >= 0.66 ? '' : confidence >= 0.25 ? ', so it seems' : ', at a guess';
    this.#label.textContent = confidence > 0.02 ? label : 'listening';
    const spoken = `Mood of the room: ${label}${sure}. Valence ${valence.toFixed(2)}, arousal ${arousal.toFixed(2)}.`;
    this.#root.setAttribute('aria-label', spoken);
    this.#root.style.setProperty('--sure', Math.max(0.25, Math.min(1, confidence)));
    this.#drivers.replaceChildren(...drivers.slice(0, 3).map((text) => {
      const item = document.createElement('li');
      item.textContent = text;
      return item;
    }));
    if (this.#still.matches) {
      this.#at = { ...this.#to };
      this.#place();
    } else if (!this.#moving) {
      this.#moving = true;
      requestAnimationFrame((now) => this.#step(now, now));
    }
  }

  #step(before, now) {
    // A critically damped glide that takes about a second, whatever the screen's rate.
    const share = 1 - Math.exp(-(now - before) / 260);
    this.#at = {
      x: this.#at.x + (this.#to.x - this.#at.x) * share,
      y: this.#at.y + (this.#to.y - this.#at.y) * share,
    };
    this.#place();
    this.#moving = Math.hypot(this.#to.x - this.#at.x, this.#to.y - this.#at.y) > 0.15;
    if (this.#moving) requestAnimationFrame((next) => this.#step(now, next));
  }

  #place() {
    const { x, y } = this.#at;
    for (const part of [this.#dot, this.#halo]) {
      part.setAttribute('cx', x.toFixed(2));
      part.setAttribute('cy', y.toFixed(2));
    }
    const last = this.#points.at(-1);
    if (!last || Math.hypot(last.x - x, last.y - y) > 2.5) {
      this.#points.push({ x, y });
      if (this.#points.length > TRAIL) this.#points.shift();
      this.#trail.replaceChildren(...this.#points.map((p, i) => svg('circle', {
        cx: p.x.toFixed(2), cy: p.y.toFixed(2), r: 1 + 2.5 * (i / TRAIL), opacity: (0.5 * i / TRAIL).toFixed(2),
      })));
    }
  }
}
