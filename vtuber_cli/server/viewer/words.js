// The page's own words. What the server says comes in the language that `hello` asked for.

const WORDS = {
  en: {
    "hint.sound": "Click anywhere for sound",
    "hint.waiting": "Waiting for vtuber serve",
    "hint.figure": "She could not be drawn: {reason}",
    "card.daily": "Today's fortune",
    "card.tarot": "Tarot",
    "card.zodiac": "Zodiac",
    "card.saju": "Four pillars",
    "card.tti": "Animal of the year",
    "card.iching": "I Ching",
    "card.omikuji": "Omikuji",
    "card.match": "Match",
    "card.reversed": "reversed",
    "grade.excellent": "Excellent",
    "grade.good": "Good",
    "grade.normal": "Fair",
    "grade.bad": "Poor",
    "grade.warning": "Take care",
  },
  ko: {
    "hint.sound": "아무 곳이나 누르면 소리가 나요",
    "hint.waiting": "vtuber serve를 기다리고 있어요",
    "hint.figure": "캐릭터를 그리지 못했어요: {reason}",
    "card.daily": "오늘의 운세",
    "card.tarot": "타로",
    "card.zodiac": "별자리",
    "card.saju": "사주",
    "card.tti": "띠 운세",
    "card.iching": "주역",
    "card.omikuji": "오미쿠지",
    "card.match": "궁합",
    "card.reversed": "역방향",
    "grade.excellent": "아주 좋음",
    "grade.good": "좋음",
    "grade.normal": "보통",
    "grade.bad": "나쁨",
    "grade.warning": "조심",
  },
};

let language = "en";

/** @param {"en" | "ko"} chosen */
export function speak(chosen) {
  language = chosen in WORDS ? chosen : "en";
  document.documentElement.lang = language;
}

/** The words of a key; the key itself, if there are none. */
export function t(key, values = {}) {
  const words = WORDS[language][key] ?? WORDS.en[key] ?? key;
  return words.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}
