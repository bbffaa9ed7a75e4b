// QR codes (ISO/IEC 18004): byte mode, versions 1 to 10, error correction M, or L where M has no room.

/** Per version: correction codewords per block, and blocks, for the levels L and M; then where alignment marks stand. */
const VERSIONS = [
  [[7, 1], [10, 1], []],
  [[10, 1], [16, 1], [6, 18]],
  [[15, 1], [26, 1], [6, 22]],
  [[20, 1], [18, 2], [6, 26]],
  [[26, 1], [24, 2], [6, 30]],
  [[18, 2], [16, 4], [6, 34]],
  [[20, 2], [18, 4], [6, 22, 38]],
  [[24, 2], [22, 4], [6, 24, 42]],
  [[30, 2], [22, 5], [6, 26, 46]],
  [[18, 4], [26, 5], [6, 28, 50]],
];
const LEVELS = { L: { column: 0, bits: 1 }, M: { column: 1, bits: 0 } };

const MASKS = [
  (x, y) => (x + y) % 2 === 0,
  (x, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(y / 2) + Math.floor(x / 3)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

// --- Arithmetic in GF(256) with the polynomial 0x11d ---------------------------------------------------------------

const EXP = new Uint8Array(510);
const LOG = new Uint8Array(256);
for (let i = 0, x = 1; i < 255; i += 1) {
  EXP[i] = EXP[i + 255] = x;
  LOG[x] = i;
  x = (x << 1) ^ (x & 0x80 ? 0x11d : 0);
}
const times = (a, b) => (a && b ? EXP[LOG[a] + LOG[b]] : 0);

/** The Reed–Solomon remainder of `data`, `count` codewords long. */
function remainder(data, count) {
  let generator = [1];
  for (let i = 0; i < count; i += 1) {
    const next = [...generator, 0];
    generator.forEach((factor, at) => { next[at + 1] ^= times(factor, EXP[i]); });
    generator = next;
  }
  const rest = new Array(count).fill(0);
  for (const byte of data) {
    const factor = byte ^ rest.shift();
    rest.push(0);
    for (let i = 0; i < count; i += 1) rest[i] ^= times(generator[i + 1], factor);
  }
  return rest;
}

// --- Codewords -----------------------------------------------------------------------------------------------------

/** How many modules of a version carry codewords. */
function capacity(version) {
  let modules = (16 * version + 128) * version + 64;
  if (version >= 2) {
    const marks = Math.floor(version / 7) + 2;
    modules -= (25 * marks - 10) * marks - 55;
  }
  if (version >= 7) modules -= 36;
  return Math.floor(modules / 8);
}

function plan(length) {
  for (const level of ['M', 'L']) {
    for (let version = 1; version <= VERSIONS.length; version += 1) {
      const [correction, blocks] = VERSIONS[version - 1][LEVELS[level].column];
      const room = capacity(version) - correction * blocks;
      const header = version < 10 ? 2 : 3;
      if (length + header <= room) return { version, level, correction, blocks, room };
    }
  }
  throw new RangeError('the text is too long for a QR code of version 10');
}

function message(bytes, { version, room }) {
  const bits = [];
  const push = (value, count) => { for (let i = count - 1; i >= 0; i -= 1) bits.push((value >> i) & 1); };
  push(0b0100, 4);
  push(bytes.length, version < 10 ? 8 : 16);
  for (const byte of bytes) push(byte, 8);
  push(0, Math.min(4, room * 8 - bits.length));
  while (bits.length % 8) bits.push(0);
  const words = [];
  for (let i = 0; i < bits.length; i += 8) words.push(bits.slice(i, i + 8).reduce((word, bit) => word * 2 + bit, 0));
  for (let pad = 0xec; words.length < room; pad ^= 0xec ^ 0x11) words.push(pad);
  return words;
}

/** Splits the message into blocks, corrects each, and weaves them together. */
function woven(words, { correction, blocks }) {
  const short = Math.floor(words.length / blocks);
  const longer = words.length % blocks;
  const parts = [];
  for (let i = 0, at = 0; i < blocks; i += 1) {
    const length = short + (i >= blocks - longer ? 1 : 0);
    parts.push(words.slice(at, at + length));
    at += length;
  }
  const checks = parts.map((part) => remainder(part, correction));
  const out = [];
  for (let i = 0; i <= short; i += 1) for (const part of parts) if (i < part.length) out.push(part[i]);
  for (let i = 0; i < correction; i += 1) for (const check of checks) out.push(check[i]);
  return out;
}

// --- The drawing ---------------------------------------------------------------------------------------------------

class Grid {
  constructor(version) {
    this.version = version;
    this.size = 17 + 4 * version;
    this.dark = Array.from({ length: this.size }, () => new Array(this.size).fill(false));
    this.fixed = Array.from({ length: this.size }, () => new Array(this.size).fill(false));
  }

  set(x, y, dark) {
    if (x < 0 || y < 0 || x >= this.size || y >= this.size) return;
    this.dark[y][x] = Boolean(dark);
    this.fixed[y][x] = true;
  }

  /** Everything that is no codeword: finders, timing, alignment, version, and room for the format. */
  marks() {
    const { size } = this;
    for (let i = 0; i < size; i += 1) {
      this.set(6, i, i % 2 === 0);
      this.set(i, 6, i % 2 === 0);
    }
    for (const [cx, cy] of [[3, 3], [size - 4, 3], [3, size - 4]]) {
      for (let dy = -4; dy <= 4; dy += 1) {
        for (let dx = -4; dx <= 4; dx += 1) {
          const ring = Math.max(Math.abs(dx), Math.abs(dy));
          this.set(cx + dx, cy + dy, ring !== 2 && ring !== 4);
        }
      }
    }
    const places = VERSIONS[this.version - 1][2];
    const last = places.at(-1);
    for (const cx of places) {
      for (const cy of places) {
        const corner = (cx === 6 && cy === 6) || (cx === 6 && cy === last) || (cx === last && cy === 6);
        if (corner) continue;
        for (let dy = -2; dy <= 2; dy += 1) for (let dx = -2; dx <= 2; dx += 1) this.set(cx + dx, cy + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
      }
    }
    this.format(0, 0);
    if (this.version >= 7) this.number();
  }

  number() {
    let rest = this.version;
    for (let i = 0; i < 12; i += 1) rest = (rest << 1) ^ ((rest >> 11) * 0x1f25);
    const bits = (this.version << 12) | rest;
    for (let i = 0; i < 18; i += 1) {
      const [a, b] = [this.size - 11 + (i % 3), Math.floor(i / 3)];
      this.set(a, b, (bits >> i) & 1);
      this.set(b, a, (bits >> i) & 1);
    }
  }

  format(level, mask) {
    const data = (level << 3) | mask;
    let rest = data;
    for (let i = 0; i < 10; i += 1) rest = (rest << 1) ^ ((rest >> 9) * 0x537);
    const bits = ((data << 10) | rest) ^ 0x5412;
    const bit = (i) => (bits >> i) & 1;
    for (let i = 0; i <= 5; i += 1) this.set(8, i, bit(i));
    this.set(8, 7, bit(6));
    this.set(8, 8, bit(7));
    this.set(7, 8, bit(8));
    for (let i = 9; i < 15; i += 1) this.set(14 - i, 8, bit(i));
    for (let i = 0; i < 8; i += 1) this.set(this.size - 1 - i, 8, bit(i));
    for (let i = 8; i < 15; i += 1) this.set(8, this.size - 15 + i, bit(i));
    this.set(8, this.size - 8, true);
  }

  /** Lays the codewords in pairs of columns, up and down, from the right. */
  fill(words) {
    let at = 0;
    for (let right = this.size - 1; right >= 1; right -= 2) {
      if (right === 6) right = 5;
      for (let step = 0; step < this.size; step += 1) {
        for (const x of [right, right - 1]) {
          const up = ((right + 1) & 2) === 0;
          const y = up ? this.size - 1 - step : step;
          if (this.fixed[y][x]) continue;
          if (at < words.length * 8) this.dark[y][x] = Boolean((words[at >> 3] >> (7 - (at & 7))) & 1);
          at += 1;
        }
      }
    }
  }

  mask(index) {
    for (let y = 0; y < this.size; y += 1) {
      for (let x = 0; x < this.size; x += 1) if (!this.fixed[y][x] && MASKS[index](x, y)) this.dark[y][x] = !this.dark[y][x];
    }
  }

  /** How hard a reader would find this drawing: runs, squares, finder look-alikes, and too much of one colour. */
  penalty() {
    const { size, dark } = this;
    let sum = 0;
    const lines = [...dark, ...dark[0].map((_, x) => dark.map((row) => row[x]))];
    for (const line of lines) {
      const text = line.map((on) => (on ? '1' : '0')).join('');
      for (const run of text.match(/0{5,}|1{5,}/g) ?? []) sum += run.length - 2;
      for (const look of ['10111010000', '00001011101']) {
        for (let at = text.indexOf(look); at >= 0; at = text.indexOf(look, at + 1)) sum += 40;
      }
    }
    for (let y = 1; y < size; y += 1) {
      for (let x = 1; x < size; x += 1) {
        if (dark[y][x] === dark[y - 1][x] && dark[y][x] === dark[y][x - 1] && dark[y][x] === dark[y - 1][x - 1]) sum += 3;
      }
    }
    const share = dark.flat().filter(Boolean).length / (size * size);
    return sum + Math.floor(Math.abs(share * 20 - 10)) * 10;
  }
}

/** The modules of a text's QR code, row by row; true is dark. */
export function modules(text) {
  const bytes = new TextEncoder().encode(text);
  const how = plan(bytes.length);
  const words = woven(message(bytes, how), how);
  const drawn = MASKS.map((_, index) => {
    const grid = new Grid(how.version);
    grid.marks();
    grid.fill(words);
    grid.mask(index);
    grid.format(LEVELS[how.level].bits, index);
    return grid;
  });
  return drawn.reduce((best, grid) => (grid.penalty() < best.penalty() ? grid : best)).dark;
}

/** The code as an SVG element with the quiet border that readers need. Always dark on white, at night too. */
export function code(text, label) {
  const rows = modules(text);
  const ns = 'http://www.w3.org/2000/svg';
  const root = document.createElementNS(ns, 'svg');
  const side = rows.length + 8;
  root.setAttribute('viewBox', `0 0 ${side} ${side}`);
  root.setAttribute('role', 'img');
  root.setAttribute('aria-label', label);
  root.setAttribute('shape-rendering', 'crispEdges');
  const ground = document.createElementNS(ns, 'rect');
  for (const [key, value] of [['width', side], ['height', side], ['fill', '#fff']]) ground.setAttribute(key, value);
  const path = document.createElementNS(ns, 'path');
  path.setAttribute('d', rows.flatMap((row, y) => row.map((on, x) => (on ? `M${x + 4} ${y + 4}h1v1h-1z` : ''))).join(''));
  path.setAttribute('fill', '#000');
  root.append(ground, path);
  return root;
}
