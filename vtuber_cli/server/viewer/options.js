// What may be set in the page's address. What is not understood is as if it were not there: a stream goes on.

const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$/;
const COLOUR = /^#?([0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$/;
const PICTURE = /^[\p{L}\p{N}][\p{L}\p{N} ._()-]{0,120}\.(jpe?g|png|webp|gif)$/iu;
const TOKEN = /^[\x21-\x7e]{1,256}$/;
const YES = ["1", "true", "on", "yes"];
const NO = ["0", "false", "off", "no"];

const number = (low, high, rest) => ({
  rest,
  read(text) {
    const value = text.trim() === "" ? NaN : Number(text);
    return Number.isFinite(value) ? Math.min(Math.max(value, low), high) : rest;
  },
});

const yesNo = (rest) => ({
  rest,
  read: (text) => (YES.includes(text.toLowerCase()) ? true : NO.includes(text.toLowerCase()) ? false : rest),
});

const oneOf = (rest, ...names) => ({ rest, read: (text) => (names.includes(text) ? text : rest) });
const matching = (pattern) => ({ rest: "", read: (text) => (pattern.test(text) ? text : "") });

/** Every option: what it is without a word in the address, and how a word is read. */
export const OPTIONS = {
  /** Her height as a share of the window's. */
  scale: number(0.1, 5, 1),
  /** Shifts, in hundredths of the window's width and height: to the right, and up. */
  x: number(-100, 100, 0),
  y: number(-100, 100, 0),
  /** Transparent; a colour, #rgb to #rrggbbaa; or the name of a picture among the backgrounds. */
  bg: {
    rest: "",
    read(text) {
      if (COLOUR.test(text)) return `#${text.replace("#", "")}`;
      return PICTURE.test(text) ? text : "";
    },
  },
  /** What is written under her: nothing, what she says, or both sides of the talk. */
  captions: {
    rest: "on",
    read(text) {
      if (text === "all") return "all";
      return NO.includes(text.toLowerCase()) ? "off" : "on";
    },
  },
  /** Its own talk, by its own microphone: at once, or when `/setup` says so. */
  mic: {
    rest: "off",
    read: (text) => (YES.includes(text.toLowerCase()) ? "on" : text === "ready" ? "ready" : "off"),
  },
  /** How loud, 0 to 1; 0 plays nothing: the sound is elsewhere. */
  audio: {
    rest: 1,
    read(text) {
      if (YES.includes(text.toLowerCase())) return 1;
      if (NO.includes(text.toLowerCase())) return 0;
      return number(0, 1, 1).read(text);
    },
  },
  /** Fortune cards: on which side of her, or not at all. */
  card: oneOf("right", "right", "left", "off"),
  view: oneOf("bust", "bust", "face"),
  lang: oneOf("", "en", "ko"),
  character: matching(ID),
  /** Whose talk is shown; without it, of whoever talked last. */
  watch: matching(ID),
  token: matching(TOKEN),
  debug: yesNo(false),
};

/** @param {string} search What stands behind the ? of an address. */
export function read(search) {
  const given = new URLSearchParams(search);
  return Object.fromEntries(
    Object.entries(OPTIONS).map(([name, { rest, read: understood }]) => {
      const text = given.get(name);
      return [name, text === null ? rest : understood(text)];
    }),
  );
}

/** What to write behind the ? for these options; what is as it would be without is left out. */
export function write(options) {
  const found = new URLSearchParams();
  for (const [name, { rest }] of Object.entries(OPTIONS)) {
    const value = options[name];
    if (value === undefined || value === rest) continue;
    found.set(name, typeof value === "boolean" ? String(Number(value)) : String(value));
  }
  return found.toString();
}

/** English or Korean. */
export function language(chosen, preferred) {
  if (chosen) return chosen;
  return preferred.some((each) => /^ko\b/i.test(each)) && !/^en\b/i.test(preferred[0] ?? "") ? "ko" : "en";
}
