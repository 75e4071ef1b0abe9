// Who is seen: poses and the mouth, thirty times a second at most, drawn by whatever she is made of.

import { Mouth } from "./lips.js";
import { Poses } from "./poses.js";

/** Milliseconds; a screen of 60 pictures a second is to give every second one. */
const FRAME = 1000 / 30 - 4;

/**
 * @typedef {object} Figure What draws her.
 * @property {(pose: Record<string, number>, now: number, led: boolean) => void} draw `led`: by the server's poses.
 * @property {(width: number, height: number) => void} resize In CSS pixels.
 * @property {() => void} free
 */

export class Stage {
  #figure = null;
  #poses;
  #mouth = new Mouth();
  #speech;
  #drawn = -Infinity;
  #waits = 0;
  #paused = new Set();
  /** Pictures so far. */
  frames = 0;

  /**
   * @param {import("./poses.js").RemoteClock} clock Of the server's performer.
   * @param {(now: number) => ?object} speech The voice's mouth, null while it is silent.
   */
  constructor(clock, speech) {
    this.#poses = new Poses(clock);
    this.#speech = speech;
  }

  get figure() {
    return this.#figure;
  }

  /** Puts somebody else in her place; null for nobody. */
  set figure(figure) {
    this.#figure?.free();
    this.#figure = figure;
    figure?.resize(innerWidth, innerHeight);
    this.#wake();
  }

  /** Whether the server's poses come. */
  get led() {
    return this.#poses.led(performance.now() / 1000);
  }

  pose(at, values) {
    this.#poses.add(at, values, performance.now() / 1000);
  }

  resize() {
    this.#figure?.resize(innerWidth, innerHeight);
  }

  /** Nothing is drawn while there is a reason not to. */
  pause(reason, paused) {
    if (paused) this.#paused.add(reason);
    else this.#paused.delete(reason);
    this.#wake();
  }

  #wake() {
    if (!this.#waits && this.#figure && !this.#paused.size) this.#waits = requestAnimationFrame((time) => this.#frame(time));
  }

  #frame(time) {
    this.#waits = 0;
    if (time - this.#drawn >= FRAME && this.#figure && !this.#paused.size) {
      this.#drawn = time;
      this.#draw(performance.now() / 1000);
    }
    this.#wake();
  }

  #draw(now) {
    const values = this.#poses.at(now);
    this.#mouth.move(values, this.#speech(now), now);
    this.#figure.draw(values, now, this.#poses.led(now));
    this.frames++;
  }
}
