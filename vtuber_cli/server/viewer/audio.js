// What she says, one piece after another without a gap. Time is the loudspeaker's while there is sound, and the wall
// clock's where the browser plays none: captions, mouth and acknowledgements go on either way.

import { LoudLips } from "./lips.js";
import { samplesOf } from "./pcm.js";

/** Seconds between the decision to play and the first sample. */
const AHEAD = 0.02;
/** A stream that ran dry waits for this much before it goes on. */
const REFILL = 0.08;
/** Seconds that a silent piece stands for each letter, at least and at most. */
const READING = [0.4, 0.05, 4];
const PATIENCE = 1.5;

/** One piece of speech. */
class Piece {
  /** Sound that is there: {buffer, at} with the seconds from the piece's beginning. */
  parts = [];
  /** Seconds of sound known so far. */
  seconds = 0;
  /** Nothing more will come. */
  whole = false;
  ready = false;
  /** When it began: on the wall clock, and on the loudspeaker's if that plays it. */
  began = null;
  clock = null;
  /** What the loudspeaker has been given. */
  sources = [];
  scheduled = 0;

  constructor(about, lips) {
    this.about = about;
    this.lips = lips;
  }
}

export class Player {
  #context;
  #gain;
  #queue = [];
  #current = null;
  #streams = new Map();
  #timer = 0;
  #free = 0;
  #on;

  /**
   * @param {number} volume 0 to 1.
   * @param {{started: (about: object, seconds: number) => void, ended: (about: object) => void, drained: () => void,
   *          refused: (refused: boolean) => void}} on What to tell.
   */
  constructor(volume, on) {
    this.#on = on;
    this.#context = new AudioContext({ latencyHint: "interactive" });
    this.#gain = this.#context.createGain();
    this.#gain.gain.value = volume;
    this.#gain.connect(this.#context.destination);
    this.#context.addEventListener("statechange", () => this.#changed());
    this.#context.resume().catch(() => {});
    setTimeout(() => this.#on.refused(!this.sounds), 700);
  }

  /** Whether sound is really played. */
  get sounds() {
    return this.#context.state === "running";
  }

  /** Whether nothing is playing and nothing waits. */
  get idle() {
    return this.#current === null && this.#queue.length === 0;
  }

  /** A person did something: now the browser lets us. */
  allow() {
    if (!this.sounds) this.#context.resume().catch(() => {});
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
    this.#queue.push(piece);
    if (wav !== null) {
      try {
        this.#fill(piece, await this.#context.decodeAudioData(wav));
      } catch {
        // What cannot be played is read.
      }
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
    this.#queue.push(piece);
    this.#streams.set(id, piece);
  }

  /** @param {Int16Array} pcm The next samples, mono. */
  feed(id, pcm) {
    const piece = this.#streams.get(id);
    if (!piece || !pcm.length) return;
    const samples = samplesOf(pcm);
    const buffer = this.#context.createBuffer(1, samples.length, piece.rate);
    buffer.copyToChannel(samples, 0);
    this.#fill(piece, buffer);
    piece.ready ||= piece.seconds >= REFILL;
    if (piece === this.#current) this.#schedule(piece);
    this.#advance();
  }

  end(id) {
    const piece = this.#streams.get(id);
    this.#streams.delete(id);
    if (!piece) return;
    piece.whole = piece.ready = true;
    this.#advance();
  }

  /** The mouth of a stream, known later than its beginning. */
  shape(id, lips) {
    const piece = this.#streams.get(id);
    if (piece) piece.lips = lips;
  }

  /** Silence, at once; what waited is forgotten. */
  stop() {
    clearTimeout(this.#timer);
    for (const piece of [this.#current, ...this.#queue]) piece?.sources.forEach((source) => source.stop());
    this.#current = null;
    this.#queue = [];
    this.#streams.clear();
    this.#free = 0;
  }

  /** The mouth of what is heard now; null while nothing is. */
  mouth() {
    const piece = this.#current;
    if (!piece || !piece.lips) return null;
    const at = this.#position(piece);
    return at < 0 ? null : piece.lips.at(at);
  }

  // --- sound ----------------------------------------------------------------------------------------------------------

  #fill(piece, buffer) {
    piece.parts.push({ buffer, at: piece.seconds });
    piece.seconds += buffer.duration;
    piece.lips ??= new LoudLips();
    if (piece.lips instanceof LoudLips) piece.lips.add(buffer.getChannelData(0), buffer.sampleRate);
  }

  /** Seconds of the piece that have been heard. */
  #position(piece) {
    if (piece.clock === null || !this.sounds) return performance.now() / 1000 - piece.began;
    const late = this.#context.outputLatency || this.#context.baseLatency || 0;
    return this.#context.currentTime - late - piece.clock;
  }

  #advance() {
    if (this.#current !== null) {
      this.#watch();
      return;
    }
    const piece = this.#queue[0];
    if (!piece?.ready) return;
    this.#queue.shift();
    this.#current = piece;
    piece.began = performance.now() / 1000;
    if (this.sounds && piece.parts.length) {
      const soonest = this.#context.currentTime + AHEAD;
      // The one before has just ended by its own clock: its last sample may still be to come.
      piece.clock = this.#free > this.#context.currentTime - 0.1 ? Math.max(this.#free, this.#context.currentTime) : soonest;
      this.#schedule(piece);
    }
    this.#on.started(piece.about, piece.seconds);
    this.#watch();
  }

  /** Gives the loudspeaker what it does not have yet. */
  #schedule(piece) {
    if (piece.clock === null) return;
    for (; piece.scheduled < piece.parts.length; piece.scheduled++) {
      const { buffer, at } = piece.parts[piece.scheduled];
      const dry = this.#context.currentTime - (piece.clock + at);
      if (dry > 0 && piece.scheduled > 0) piece.clock += dry + REFILL;
      this.#start(piece, buffer, piece.clock + at, 0);
    }
    this.#free = piece.clock + piece.seconds;
  }

  #start(piece, buffer, when, offset) {
    const source = this.#context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.#gain);
    source.start(when, offset);
    piece.sources.push(source);
  }

  /** Looks again when the piece should be over. */
  #watch() {
    clearTimeout(this.#timer);
    const piece = this.#current;
    if (piece === null) return;
    const left = piece.seconds - this.#position(piece) - this.#early();
    const overdue = performance.now() / 1000 - piece.began - piece.seconds;
    if (piece.whole && (left <= 0.002 || overdue > PATIENCE)) this.#finish(piece);
    else if (piece.whole) this.#timer = setTimeout(() => this.#watch(), Math.max(5, left * 1000));
  }

  /** How much sooner than heard the next piece has to be handed over. */
  #early() {
    const next = this.#queue[0];
    if (!this.sounds || !next?.ready || !next.parts.length) return 0;
    return AHEAD + (this.#context.outputLatency || this.#context.baseLatency || 0);
  }

  #finish(piece) {
    this.#current = null;
    this.#on.ended(piece.about);
    this.#advance();
    if (this.idle) this.#on.drained();
  }

  /** The browser lets us play, or does so no longer. */
  #changed() {
    this.#on.refused(!this.sounds);
    const piece = this.#current;
    if (!piece || !this.sounds || piece.clock !== null || !piece.parts.length) return;
    const heard = performance.now() / 1000 - piece.began;
    piece.clock = this.#context.currentTime - heard;
    for (const { buffer, at } of piece.parts) {
      const offset = Math.max(0, heard - at);
      if (offset < buffer.duration) this.#start(piece, buffer, Math.max(this.#context.currentTime, piece.clock + at), offset);
    }
    piece.scheduled = piece.parts.length;
    this.#free = piece.clock + piece.seconds;
  }
}
