// What the engines make of a recording, and of a text: a page to try them with.

import { Recorder } from "./recorder.js";
import { speak, t } from "./words.js";

const find = (id) => document.getElementById(id);
const KEPT = "vtuber.language";

// --- ears ----------------------------------------------------------------------------------------------------------

const recorder = new Recorder((loudness, seconds) => {
  find("loud").value = loudness;
  find("seconds").textContent = t("seconds", { seconds: seconds.toFixed(1) });
});

async function record() {
  const button = find("record");
  if (recorder.open) {
    button.setAttribute("aria-pressed", "false");
    button.textContent = t("asr.record");
    find("level").hidden = true;
    await hear(recorder.stop());
    return;
  }
  try {
    await recorder.start();
  } catch (error) {
    recorder.stop();
    tell(find("heard"), t("asr.microphone", { reason: error.message }), true);
    return;
  }
  button.setAttribute("aria-pressed", "true");
  button.textContent = t("asr.recording");
  find("level").hidden = false;
}

/** @param {Blob} file a WAV */
async function hear(file) {
  const heard = find("heard");
  tell(heard, t("asr.working"));
  const body = new FormData();
  body.append("file", file, "speech.wav");
  try {
    const answer = await fetch("/asr", { method: "POST", body });
    if (answer.status === 401) tell(heard, t("needs.token"), true);
    else if (answer.status === 413) tell(heard, t("asr.too_large"), true);
    else {
      const said = await answer.json();
      if (answer.ok) tell(heard, said.text || t("asr.nothing"));
      else tell(heard, said.error ?? answer.statusText, true);
    }
  } catch {
    tell(heard, t("unreachable"), true);
  }
}

// --- voice ---------------------------------------------------------------------------------------------------------

let socket = null;
let playing = null;

function say(text) {
  stop();
  find("sounds").replaceChildren();
  tell(find("news"), t("tts.working"));
  find("stop").disabled = false;
  const address = new URL("/tts-ws", location.href);
  address.protocol = address.protocol.replace("http", "ws");
  const line = (socket = new WebSocket(address));
  line.addEventListener("open", () => line.send(JSON.stringify({ text })));
  line.addEventListener("message", ({ data }) => line === socket && take(JSON.parse(data)));
  line.addEventListener("close", () => line === socket && done(t("unreachable"), true));
}

function take(part) {
  if (part.status === "partial") {
    add(part.text, `/${part.audioPath}`);
    return;
  }
  const count = find("sounds").children.length;
  if (part.status === "error") done(part.message, true);
  else done(count ? t("tts.done", { count }) : t("tts.nothing"));
}

function add(text, address) {
  const row = document.createElement("li");
  const words = document.createElement("span");
  words.textContent = text;
  const sound = new Audio(address);
  sound.controls = true;
  sound.preload = "auto";
  sound.addEventListener("play", () => {
    if (playing !== sound) playing?.pause();
    playing = sound;
    row.className = "now";
  });
  sound.addEventListener("pause", () => (row.className = ""));
  sound.addEventListener("ended", () => {
    if (playing === sound) playing = null;
    next(row);
  });
  row.append(words, sound);
  const waits = find("sounds").lastElementChild;
  find("sounds").append(row);
  // One after the other: this one begins if the one before it has ended, or if there is none.
  if (!waits || (playing === null && waits.querySelector("audio").ended)) start(sound);
}

function next(row) {
  const sound = row.nextElementSibling?.querySelector("audio");
  if (sound) start(sound);
  else find("stop").disabled = socket === null;
}

function start(sound) {
  sound.play().catch(() => {}); // a browser that wants to be clicked first; there are buttons
}

function stop() {
  playing?.pause();
  playing = null;
  const line = socket;
  socket = null;
  line?.close();
  find("stop").disabled = true;
}

function done(words, wrong = false) {
  const line = socket;
  socket = null;
  line?.close();
  find("stop").disabled = playing === null;
  tell(find("news"), words, wrong);
}

// --- page ----------------------------------------------------------------------------------------------------------

function tell(place, words, wrong = false) {
  place.textContent = words;
  place.classList.toggle("wrong", wrong);
}

function talk(language) {
  speak(language);
  document.title = t("title");
  find("language").value = document.documentElement.lang;
  find("text").setAttribute("aria-label", t("tts"));
  find("text").placeholder = t("tts.placeholder");
  find("record").textContent = t(recorder.open ? "asr.recording" : "asr.record");
}

find("record").addEventListener("click", record);
find("file").addEventListener("change", ({ target }) => {
  if (target.files[0]) hear(target.files[0]);
  target.value = "";
});
find("say").addEventListener("submit", (event) => {
  event.preventDefault();
  say(find("text").value || find("text").placeholder);
});
find("stop").addEventListener("click", () => {
  stop();
  tell(find("news"), "");
});
find("language").addEventListener("change", ({ target }) => {
  localStorage.setItem(KEPT, target.value);
  talk(target.value);
});
talk(
  new URL(location.href).searchParams.get("lang") ??
    localStorage.getItem(KEPT) ??
    (navigator.language.startsWith("ko") ? "ko" : "en"),
);
