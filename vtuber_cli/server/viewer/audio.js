// What she says, one piece after another without a gap. Time is the loudspeaker's while there is sound, and the wall
// clock's where the browser plays none: captions, mouth and acknowledgements go on either way.

import { LoudLips } from "./lips.js";
import { samplesOf } from "./pcm.js";

/** Seconds between the decision to play and the first sample. */
const AHEAD = 0.04;
/** A stream begins, and goes on when it ran dry, with so much in hand. */
const REFILL = 0.08;
/** Seconds that a silent piece stands: at least, for each letter, at most. */
const READING = [0.4, 0.05, 4];
/** Milliseconds until a browser that plays nothing is taken at its word. */
const REFUSAL = 700;
/** Milliseconds between two looks at the clock, at most. */
const LOOKS = 200;
/** Seconds after which a loudspeaker's clock that stands still is a broken one. */
const STUCK = 1.5;

/** One piece of speech. */
class Piece {
  /** Sound: {buffer, at, seconds, source}, `at` in seconds from the piece's beginning. */
  parts = [];
  /** The last sample of a stream so far. */
  last = new Float32Array(0);
  /** Of sound that is here. */
  seconds = 0;
  /** It may begin; and nothing more will come. */
  ready = false;
  whole = false;
  /** When it begins, on the clock of the player; null before that is settled. */
  begins = null;
  started = false;

  constructor(about, lips) {
    this.about = about;
    this.lips = lips;
  }

  get ends() {
    return this.begins + this.seconds;
  }
}

export class Player {
  #context;
  #gain;
  #on;
  #pieces = [];
  #streams = new Map();
  #timer = 0;
  /** Whether the loudspeaker's clock counts. */
  #sounds = false;
  #progress = [0, 0];

  /**
   * @param {number} volume 0 to 1.
   * @param {{started: (about: object) => void, ended: (about: object) => void, drained: () => void,
   *          refused: (refused: boolean) => void}} on What to tell.
   */
  constructor(volume, on) {
    this.#on = on;
    this.#context = new AudioContext({ latencyHint: "interactive" });
    this.#gain = this.#context.createGain();
    this.#gain.gain.value = volume;
    this.#gain.connect(this.#context.destination);
    this.#sounds = this.#context.state === "running";
    this.#context.addEventListener("statechange", () => this.#listen(this.#context.state === "running"));
    this.allow();
    setTimeout(() => this.#on.refused(!this.#sounds), REFUSAL);
  }

  /** Whether nothing is playing and nothing waits. */
  get idle() {
    return this.#pieces.length === 0;
  }

  /** In words, for whoever looks for a fault. */
  get state() {
    return `${this.#sounds ? "on" : "refused"}, ${this.#pieces.length} waiting`;
  }

  /** A person did something: now the browser lets us. */
  allow() {
    if (this.#context.state !== "running") this.#context.resume().catch(() => {});
  }

  /**
   * Puts a piece in the queue.
   *
   * @param {object} about Given back when it starts and ends.
   * @param {?ArrayBuffer} wav Null for words without a sound.
   * @param {?object} lips Its mouth; by loudness if null.
   * @param {number} letters Of its words.
   */
  async play(about, wav, lips, letters) {
    const piece = new Piece(about, lips);
    this.#pieces.push(piece);
    try {
      if (wav !== null) {
        const buffer = await this.#context.decodeAudioData(wav);
        this.#fill(piece, buffer, buffer.duration, buffer.getChannelData(0));
      }
    } catch {
      // What cannot be played is read.
    }
    if (!piece.parts.length) {
      const [least, each, most] = READING;
      piece.seconds = letters ? Math.min(Math.max(least, each * letters), most) : 0;
      piece.lips = null;
    }
    piece.ready = piece.whole = true;
    this.#advance();
  }

  /** Sound that comes bit by bit. */
  begin(id, about, rate, lips) {
    const piece = new Piece(about, lips);
    piece.rate = rate;
    this.#pieces.push(piece);
    this.#streams.set(id, piece);
  }

  /** @param {Int16Array} pcm The next samples, mono. */
  feed(id, pcm) {
    const piece = this.#streams.get(id);
    if (!piece || !pcm.length) return;
    const samples = samplesOf(pcm);
    // Between two samples the loudspeaker is given what lies between them. Behind the last one of a buffer nothing is
    // known, which would be a click: each buffer ends at its last sample, and the next one begins with it.
    const buffer = this.#context.createBuffer(1, piece.last.length + samples.length, piece.rate);
    buffer.copyToChannel(piece.last, 0);
    buffer.copyToChannel(samples, 0, piece.last.length);
    piece.last = samples.slice(-1);
    this.#fill(piece, buffer, (buffer.length - 1) / piece.rate, samples);
    piece.ready ||= piece.seconds >= REFILL;
    this.#advance();
  }

  end(id) {
    const piece = this.#streams.get(id);
    this.#streams.delete(id);
    if (piece) piece.whole = piece.ready = true;
    this.#advance();
  }

  /** Silence, at once; what waited is forgotten. */
  stop() {
    clearTimeout(this.#timer);
    for (const { parts } of this.#pieces) for (const { source } of parts) source?.stop();
    this.#pieces = [];
    this.#streams.clear();
  }

  /** The mouth of what is heard now; null while nothing is. */
  mouth() {
    const heard = this.#heard();
    const piece = this.#pieces.find(({ begins, ends, lips }) => lips && begins !== null && begins <= heard && heard < ends);
    return piece ? piece.lips.at(heard - piece.begins) : null;
  }

  // --- time -----------------------------------------------------------------------------------------------------------

  /** The clock by which pieces are put in their places. */
  #now() {
    return this.#sounds ? this.#context.currentTime : performance.now() / 1000;
  }

  /** What of it has come out of the loudspeaker. */
  #heard() {
    return this.#sounds ? this.#now() - (this.#context.outputLatency || this.#context.baseLatency || 0) : this.#now();
  }

  /** The other clock counts from now on: what is being said goes on from where it is. */
  #listen(sounds) {
    if (sounds === this.#sounds) return;
    const before = this.#now();
    this.#sounds = sounds;
    const shift = this.#now() - before;
    for (const piece of this.#pieces) {
      if (piece.begins !== null) piece.begins += shift;
      for (const part of piece.parts) {
        part.source?.stop();
        part.source = null;
      }
    }
    this.#on.refused(!sounds);
    this.#advance();
  }

  /** A loudspeaker that was taken away may leave a clock that stands still. */
  #watch() {
    const [heard, at] = this.#progress;
    const [now, wall] = [this.#context.currentTime, performance.now() / 1000];
    if (now !== heard) this.#progress = [now, wall];
    else if (this.#sounds && wall - at > STUCK) this.#listen(false);
  }

  // --- sound ----------------------------------------------------------------------------------------------------------

  #fill(piece, buffer, seconds, samples) {
    piece.parts.push({ buffer, at: piece.seconds, seconds, source: null });
    piece.seconds += seconds;
    piece.lips ??= new LoudLips();
    if (piece.lips instanceof LoudLips) piece.lips.add(samples, buffer.sampleRate);
  }

  #advance() {
    clearTimeout(this.#timer);
    if (this.idle) return;
    this.#watch();
    this.#plan();
    this.#tell();
    if (this.idle) return;
    const next = this.#pieces.flatMap(({ begins, ends }) => (begins === null ? [] : [begins, ends]));
    const heard = this.#heard();
    const soonest = Math.min(...next.filter((each) => each > heard)) - heard;
    this.#timer = setTimeout(() => this.#advance(), Math.min(LOOKS, Math.max(4, soonest * 1000)));
  }

  /** Gives every piece its place behind the one before, and the loudspeaker what it does not have yet. */
  #plan() {
    let free = 0;
    for (const piece of this.#pieces) {
      if (!piece.ready) return;
      const soonest = this.#now() + (this.#sounds ? AHEAD : 0);
      piece.begins ??= free || soonest;
      if (this.#sounds) this.#schedule(piece);
      if (!piece.whole) return;
      free = piece.ends;
    }
  }

  #schedule(piece) {
    for (const part of piece.parts) {
      if (part.source !== null) continue;
      const now = this.#context.currentTime;
      let late = now - (piece.begins + part.at);
      if (late > 0 && !piece.whole && part.at > 0) {
        piece.begins += late + REFILL; // it ran dry: the rest comes later
        late = -REFILL;
      }
      if (late >= part.seconds) continue;
      part.source = this.#context.createBufferSource();
      part.source.buffer = part.buffer;
      part.source.connect(this.#gain);
      const offset = Math.max(0, late);
      part.source.start(Math.max(now, piece.begins + part.at), offset, part.seconds - offset);
    }
  }

  /** Says what has begun and ended by now. */
  #tell() {
    for (;;) {
      const piece = this.#pieces[0];
      if (!piece || piece.begins === null) return;
      if (!piece.started && piece.begins <= this.#heard() + 0.002) {
        piece.started = true;
        this.#on.started(piece.about);
      }
      if (!piece.started || !piece.whole || piece.ends > this.#heard() + 0.002) return;
      this.#pieces.shift();
      this.#on.ended(piece.about);
      if (this.idle) this.#on.drained();
    }
  }
}
