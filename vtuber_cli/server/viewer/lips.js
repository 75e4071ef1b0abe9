// The mouth while she speaks: the curves that the server sends (vtuber_cli/avatar/lipsync.py makes them), or loudness.

/** Seconds that lips are ahead of what is heard, and those of a picture, which shows its own middle. */
const LEAD = 0.01;
const PICTURE = 1 / 30;
const MOST_KEYS = 20_000;

/** How open the mouth is in the full shape of each vowel. */
const FULL = { A: 1, I: 0.35, U: 0.3, E: 0.6, O: 0.7 };
export const VOWELS = Object.keys(FULL);
export const SHUT = { open: 0, form: 0, vowels: {} };

/** 0 before 0, 1 behind 1, and smooth between. */
export function eased(x) {
  const part = Math.min(Math.max(x, 0), 1);
  return part * part * (3 - 2 * part);
}

/** Values over time, smooth between the keys, level outside. */
class Curve {
  #times;
  #values;

  constructor(times, values) {
    const known = times.map((_, index) => index).filter((index) => Number.isFinite(values[index]));
    this.#times = known.map((index) => times[index]);
    this.#values = known.map((index) => values[index]);
  }

  at(t) {
    const times = this.#times;
    if (!times.length) return 0;
    let [low, high] = [0, times.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle] <= t) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return this.#values[0];
    const start = this.#values[low - 1];
    if (low === times.length) return start;
    const before = times[low - 1];
    return start + (this.#values[low] - start) * eased((t - before) / (times[low] - before));
  }
}

/** One speech by the voice's timings: the `visemes` of docs/decisions/0145. */
export class Lips {
  #open;
  #form;
  #vowels;
  #closed;

  /** @param {{at: number, open: number, form?: ?number, vowel?: string, closed?: boolean}[]} visemes Keys, in milliseconds. */
  constructor(visemes) {
    const keys = visemes.slice(0, MOST_KEYS);
    const times = keys.map(({ at }) => at / 1000);
    this.seconds = times[times.length - 1] ?? 0;
    this.#open = new Curve(times, keys.map(({ open }) => open));
    this.#form = new Curve(times, keys.map(({ form }) => form ?? NaN));
    const used = new Set(keys.map(({ vowel }) => vowel));
    this.#vowels = VOWELS.filter((vowel) => used.has(vowel)).map((vowel) => {
      const amounts = keys.map((key) => (key.vowel === vowel ? Math.min(1, key.open / FULL[vowel]) : 0));
      return [vowel, new Curve(times, amounts)];
    });
    this.#closed = touches(keys, times);
  }

  /** The mouth `t` seconds into the speech. */
  at(t) {
    if (t < 0 || t >= this.seconds) return SHUT;
    const now = t + LEAD + PICTURE / 2;
    const form = this.#form.at(now);
    if (this.#closed.some((each) => each > t && each <= t + PICTURE)) return { open: 0, form, vowels: {} };
    const vowels = Object.fromEntries(this.#vowels.map(([vowel, curve]) => [vowel, curve.at(now)]));
    return { open: this.#open.at(now), form, vowels };
  }
}

/** The middles of closed lips: each run of closed keys is one. */
function touches(keys, times) {
  const found = [];
  for (let first = 0; first < keys.length; first++) {
    if (!keys[first].closed) continue;
    let last = first;
    while (last + 1 < keys.length && keys[last + 1].closed) last++;
    found.push((times[first] + times[last]) / 2);
    first = last;
  }
  return found;
}

const BLOCK = 0.02;
const QUIET = 0.06;
const INAUDIBLE = 0.002;
const SOFTEN = 0.6;
const KEEP = Math.exp(-BLOCK / 0.05);

/** One speech by the loudness of its samples, where nobody sent timings. It grows while a stream does. */
export class LoudLips {
  #levels = [];
  #loud = 0;
  #rest = new Float32Array(0);

  get seconds() {
    return this.#levels.length * BLOCK;
  }

  /** @param {Float32Array} samples The next ones, mono. */
  add(samples, rate) {
    const all = new Float32Array(this.#rest.length + samples.length);
    all.set(this.#rest);
    all.set(samples, this.#rest.length);
    const size = Math.round(rate * BLOCK);
    let start = 0;
    for (; start + size <= all.length; start += size) {
      let sum = 0;
      for (let index = start; index < start + size; index++) sum += all[index] * all[index];
      this.#levels.push(Math.sqrt(sum / size));
    }
    this.#rest = all.slice(start);
    const sorted = this.#levels.slice().sort((a, b) => a - b);
    this.#loud = sorted[Math.floor(sorted.length * 0.95)] ?? 0;
  }

  at(t) {
    const place = (t + LEAD + PICTURE / 2) / BLOCK - 0.5;
    const before = Math.floor(place);
    const open = this.#shown(before) + (this.#shown(before + 1) - this.#shown(before)) * (place - before);
    return open > 0.02 ? { open, form: 0.15 * open, vowels: { A: open } } : SHUT;
  }

  /** Open at once where it is loud, and falling slowly. */
  #shown(index) {
    let found = 0;
    for (let back = 0; back < 8; back++) found = Math.max(found, this.#level(index - back) * KEEP ** back);
    return found;
  }

  #level(index) {
    const level = this.#levels[index] ?? 0;
    if (this.#loud < INAUDIBLE || level <= QUIET * this.#loud) return 0;
    return Math.min(1, level / this.#loud) ** SOFTEN;
  }
}

const TAKES = 0.06;
const KEEPS = 0.6;
const GIVES_BACK = 0.35;
const LET_GO = ["ParamMouthWave", "ParamMouthTeeth", "ParamTongue"];

/** Whose the mouth is: the voice's while she speaks, the expression's otherwise; as avatar/speaking.py. */
export class Mouth {
  #speaks = false;
  #since = -Infinity;
  #until = -Infinity;
  #had = 0;

  /**
   * Puts the voice's mouth over that of the expression.
   *
   * @param {Record<string, number>} values A pose, changed in place.
   * @param {?{open: number, form: number, vowels: object}} mouth What the voice makes, null while it is silent.
   * @param {number} now Seconds.
   */
  move(values, mouth, now) {
    const speaks = mouth !== null;
    if (speaks && !this.#speaks) {
      this.#had = this.share(now);
      this.#since = now;
      this.#until = Infinity;
    } else if (!speaks && this.#speaks) {
      this.#until = now + KEEPS;
    }
    this.#speaks = speaks;
    const share = this.share(now);
    const { open, form, vowels } = mouth ?? SHUT;
    values.ParamMouthOpenY = Math.max(values.ParamMouthOpenY ?? 0, 0) * (1 - share) + open;
    values.ParamMouthForm = (values.ParamMouthForm ?? 0) * (1 - 0.6 * share) + form;
    for (const name of LET_GO) if (values[name]) values[name] *= 1 - share;
    if (values.ParamMouthX) values.ParamMouthX *= 1 - 0.6 * share;
    for (const vowel of VOWELS) {
      const name = `Param${vowel}`;
      values[name] = (values[name] ?? 0) * (1 - share) + (vowels[vowel] ?? 0);
    }
  }

  /** How much of the mouth is the voice's, 0 to 1. */
  share(now) {
    const taken = this.#had + (1 - this.#had) * eased((now - this.#since) / TAKES);
    return taken * (1 - eased((now - this.#until) / GIVES_BACK));
  }
}
