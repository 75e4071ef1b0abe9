// What is said, in writing: a sentence or a few short ones, gone some time after the last was heard.

/** Widths that fit: a letter is 1, a Hangul syllable or a Chinese sign 2. */
const ROOM = 84;
const STAYS = 3000;
/** Milliseconds that a letter takes to read, for what is shown and not said. */
const READS = 60;
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/u;

export function widthOf(text) {
  let width = 0;
  for (const letter of text) width += WIDE.test(letter) ? 2 : 1;
  return width;
}

export class Captions {
  #place;
  #text = "";
  #who = "";
  #timer = 0;

  /** @param {HTMLElement} place @param {boolean} both Whether what is said to her is shown too. */
  constructor(place, both) {
    this.#place = place;
    this.both = both;
  }

  /** She begins to say this; short sentences of one turn stand together. */
  say(text) {
    const joined = this.#text + text;
    const fits = this.#who === "her" && widthOf(joined.trim()) <= ROOM;
    this.#show(fits ? joined : text, "her");
  }

  /** Somebody says this to her. */
  hear(text) {
    if (this.both) this.#show(text, "you");
  }

  /** What was begun is over: it fades after a while. */
  rest() {
    clearTimeout(this.#timer);
    if (!this.#text) return;
    this.#timer = setTimeout(() => this.clear(), STAYS + (this.#who === "you" ? READS * this.#text.length : 0));
  }

  /** A new turn: what comes does not belong to what is there. */
  part() {
    this.#who = "";
  }

  clear() {
    clearTimeout(this.#timer);
    this.#text = this.#who = "";
    this.#place.classList.remove("seen");
  }

  #show(text, who) {
    clearTimeout(this.#timer);
    const shown = text.replace(/\s+/gu, " ");
    if (!shown.trim()) return;
    this.#text = shown;
    this.#who = who;
    const line = document.createElement("span");
    line.textContent = shown.trim();
    this.#place.replaceChildren(line);
    this.#place.dataset.who = who;
    this.#place.lang = /[\uac00-\ud7a3]/u.test(shown) ? "ko" : /[\u3040-\u30ff]/u.test(shown) ? "ja" : "";
    this.#place.classList.add("seen");
    if (who === "you") this.rest();
  }
}
