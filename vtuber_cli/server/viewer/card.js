// A fortune beside her: the card of a told fortune, as long as she tells it.

import { local } from "./local.js";
import { t } from "./words.js";

const LONGEST = 90;
const GRADES = ["excellent", "good", "normal", "bad", "warning"];

export class Card {
  #place;
  #timer = 0;

  constructor(place) {
    this.#place = place;
  }

  /** @param {{result: ?object, grade_text?: string, picture?: ?string, stays?: number}} message */
  show({ result, grade_text: gradeText, picture, stays }) {
    clearTimeout(this.#timer);
    if (!result || typeof result !== "object") {
      this.#place.classList.remove("seen");
      return;
    }
    const grade = GRADES.includes(result.grade) ? result.grade : "";
    const cards = Array.isArray(result.cards) ? result.cards : [];
    this.#place.dataset.grade = grade;
    this.#place.lang = typeof result.locale === "string" ? result.locale : "";
    this.#place.replaceChildren(
      ...[
        pictureOf(picture),
        line("kind", result.type ? t(`card.${result.type}`) : ""),
        line("title", result.title?.text ?? result.notice?.text),
        line("grade", grade && (gradeText || t(`grade.${grade}`)), grade && Number.isFinite(result.score) ? result.score : ""),
        ...cards.slice(0, 3).map((card) => line("name", card?.name, card?.reversed ? t("card.reversed") : "")),
        line("summary", result.summary?.text),
      ].filter(Boolean),
    );
    this.#place.classList.add("seen");
    const seconds = stays > 0 ? Math.min(stays, LONGEST) : LONGEST;
    this.#timer = setTimeout(() => this.show({ result: null }), seconds * 1000);
  }
}

function line(kind, text, more = "") {
  if (text === undefined || text === null || text === "") return null;
  const found = document.createElement("p");
  found.className = kind;
  found.textContent = String(text);
  if (more !== "") {
    const beside = document.createElement("small");
    beside.textContent = ` ${more}`;
    found.append(beside);
  }
  return found;
}

function pictureOf(path) {
  const address = typeof path === "string" && path ? local(path) : null;
  if (address === null) return null;
  const found = document.createElement("img");
  found.alt = "";
  found.addEventListener("error", () => found.remove());
  found.src = address;
  return found;
}
