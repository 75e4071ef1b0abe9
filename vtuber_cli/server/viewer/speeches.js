// What is heard elsewhere: captions and a mouth on the server's clock.

/** Seconds behind the end after which a speech is of no interest. */
const OVER = 1;

export class Speeches {
  #clock;
  #on;
  #kept = [];

  /** @param {{started: (about: object) => void, ended: (about: object) => void}} on What to tell. */
  constructor(clock, on) {
    this.#clock = clock;
    this.#on = on;
  }

  /** It is heard from `at` on, on the server's clock, for `seconds`. */
  add(at, seconds, about, lips) {
    const now = performance.now() / 1000;
    const lasts = Number.isFinite(seconds) ? Math.max(0, seconds) : 0;
    if (this.#clock.here(at) === null) this.#clock.hear(at, now);
    const begins = this.#clock.here(at);
    if (begins + lasts < now - OVER) return;
    const speech = { begins, lasts, lips };
    speech.timers = [
      setTimeout(() => this.#on.started(about), Math.max(0, begins - now) * 1000),
      setTimeout(() => this.#end(speech, about), Math.max(0, begins + lasts - now) * 1000),
    ];
    this.#kept.push(speech);
  }

  stop() {
    for (const { timers } of this.#kept) timers.forEach(clearTimeout);
    this.#kept = [];
  }

  /** The mouth at a time of this page's clock; null while nobody speaks. */
  mouth(now) {
    const speech = this.#kept.find(({ begins, lasts }) => begins <= now && now < begins + lasts);
    return speech?.lips?.at(now - speech.begins) ?? null;
  }

  #end(speech, about) {
    this.#kept = this.#kept.filter((each) => each !== speech);
    this.#on.ended(about);
  }
}
