// The poses that the server's performer sends, made smooth; and a little life of its own where none come.

import { PARAMETERS } from "./parameters.js";

/** Seconds that poses are shown late, so that the next one is usually there. */
const DELAY = 0.12;
/** A message that took longer than the quickest counts for less and less: seconds a second. */
const FORGETS = 0.002;
const STALE = 0.6;
const FADES = 0.6;
const KEPT = 64;

/** A clock elsewhere, as told by messages that are some time on the way. */
export class RemoteClock {
  #offset = null;
  #heard = 0;
  #last = -Infinity;

  /** A message of the time `at` there arrives at `now` here. True if that clock began anew. */
  hear(at, now) {
    const anew = this.#offset === null || at < this.#last - 1 || Math.abs(now - at - this.#offset) > 5;
    this.#offset = anew ? now - at : Math.min(this.#offset + FORGETS * (now - this.#heard), now - at);
    this.#heard = now;
    this.#last = at;
    return anew;
  }

  /** Another server may be there now. */
  forget() {
    this.#offset = null;
  }

  /** The time here of a time there; null while nothing is known. */
  here(at) {
    return this.#offset === null ? null : at + this.#offset;
  }
}

export class Poses {
  #clock;
  #kept = [];

  constructor(clock) {
    this.#clock = clock;
  }

  /** @param {Record<string, number>} values What is missing is at rest. */
  add(at, values, now) {
    if (this.#clock.hear(at, now)) this.#kept = [];
    if (this.#kept.length && at <= this.#kept[this.#kept.length - 1].at) return;
    this.#kept.push({ at, values });
    if (this.#kept.length > KEPT) this.#kept.shift();
  }

  /** The pose of now, every parameter. */
  at(now) {
    const idle = idling(now);
    if (!this.#kept.length) return idle;
    const shown = now - DELAY;
    const found = this.#between(shown);
    const late = shown - this.#clock.here(this.#kept[this.#kept.length - 1].at) - STALE;
    return late > 0 ? mixed(found, idle, Math.min(late / FADES, 1)) : found;
  }

  /** Whether they come. */
  led(now) {
    const last = this.#kept[this.#kept.length - 1];
    return last !== undefined && now - DELAY - this.#clock.here(last.at) < STALE + FADES;
  }

  #between(now) {
    const kept = this.#kept;
    let after = kept.findIndex(({ at }) => this.#clock.here(at) > now);
    if (after === 0) return mixed(kept[0].values, kept[0].values, 0);
    if (after < 0) after = kept.length;
    const [before, next] = [kept[after - 1], kept[after] ?? kept[after - 1]];
    const seconds = next.at - before.at;
    return mixed(before.values, next.values, seconds ? (now - this.#clock.here(before.at)) / seconds : 0);
  }
}

/** Every parameter, and what only this model has, as far as both know it. */
function mixed(from, to, share) {
  const found = {};
  for (const name in PARAMETERS) {
    const rest = PARAMETERS[name][2];
    const start = from[name] ?? rest;
    found[name] = start + ((to[name] ?? rest) - start) * share;
  }
  for (const name in from) found[name] ??= from[name] + ((to[name] ?? from[name]) - from[name]) * share;
  return found;
}

const BLINKS = 4.3;
const BLINK = 0.3;

/** Breath, a blink now and then, and no quite still head. */
export function idling(now) {
  const values = Object.fromEntries(Object.entries(PARAMETERS).map(([name, [, , rest]]) => [name, rest]));
  values.ParamBreath = 0.5 - 0.5 * Math.cos((2 * Math.PI * now) / 4.2);
  values.ParamAngleX = 3 * Math.sin(now / 2.3) + Math.sin(now / 0.9);
  values.ParamAngleZ = 2 * Math.sin(now / 3.1);
  values.ParamBodyAngleX = 1.5 * Math.sin(now / 3.7);
  const turn = Math.floor(now / BLINKS);
  const begins = turn * BLINKS + (Math.abs(Math.sin(turn * 12.9898)) * (BLINKS - 1));
  const part = (now - begins) / BLINK;
  const lids = part > 0 && part < 1 ? 1 - Math.sin(Math.PI * part) : 1;
  values.ParamEyeLOpen = values.ParamEyeROpen = lids;
  return values;
}
