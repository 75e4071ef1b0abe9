// The page's own words. What the server says comes in the server's language.

const WORDS = {
  en: {
    title: "Try the ears and the voice",
    asr: "Ears",
    "asr.about": "Say something, or choose a WAV file, and read what was understood.",
    "asr.record": "Record",
    "asr.recording": "Recording: click when you have finished",
    "asr.file": "WAV file …",
    "asr.working": "Listening to it …",
    "asr.nothing": "No words were heard.",
    "asr.microphone": "The microphone cannot be used: {reason}",
    "asr.too_large": "This file is larger than the server takes.",
    tts: "Voice",
    "tts.about": "Write something, and hear it sentence by sentence.",
    "tts.say": "Say it",
    "tts.stop": "Stop",
    "tts.working": "She is working on it …",
    "tts.done": "{count} sounds",
    "tts.nothing": "There is nothing to say in it.",
    "tts.placeholder": "The kettle is on. It takes 3.5 minutes, so sit down!",
    seconds: "{seconds} s",
    unreachable: "vtuber serve does not answer.",
    "needs.token": "The server wants its token: open this page with the address that vtuber serve printed.",
  },
  ko: {
    title: "귀와 목소리 시험해 보기",
    asr: "귀",
    "asr.about": "말하거나 WAV 파일을 고르면, 알아들은 말이 나와요.",
    "asr.record": "녹음하기",
    "asr.recording": "녹음하고 있어요: 다 말했으면 누르세요",
    "asr.file": "WAV 파일 고르기 …",
    "asr.working": "듣고 있어요 …",
    "asr.nothing": "알아들은 말이 없어요.",
    "asr.microphone": "마이크를 쓸 수 없어요: {reason}",
    "asr.too_large": "서버가 받을 수 있는 크기보다 큰 파일이에요.",
    tts: "목소리",
    "tts.about": "글을 쓰면 한 문장씩 소리로 들을 수 있어요.",
    "tts.say": "말해 보기",
    "tts.stop": "멈추기",
    "tts.working": "소리를 만들고 있어요 …",
    "tts.done": "소리 {count}개",
    "tts.nothing": "말할 것이 없어요.",
    "tts.placeholder": "물 올려 뒀어요. 3.5분 걸리니까 앉아서 쉬어요!",
    seconds: "{seconds}초",
    unreachable: "vtuber serve가 대답하지 않아요.",
    "needs.token": "토큰이 있어야 해요. vtuber serve가 보여 준 주소로 이 화면을 열어 주세요.",
  },
};

/** What can be said, by language. */
export const KEYS = Object.fromEntries(Object.entries(WORDS).map(([name, words]) => [name, Object.keys(words)]));

let language = "en";

/** @param {string} chosen "en" or "ko" */
export function speak(chosen) {
  language = chosen in WORDS ? chosen : "en";
  document.documentElement.lang = language;
  for (const each of document.querySelectorAll("[data-words]")) each.textContent = t(each.dataset.words);
}

export function t(key, values = {}) {
  return WORDS[language][key].replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}
