// The page that makes the viewer's address, shows what it will look like, and lets a browser alone talk to her.

import { OPTIONS, language, read, write } from "./options.js";
import { speak, t } from "./words.js";

const place = (id) => document.getElementById(id);
// The server takes a token out of the address, so it comes behind the #, which no server sees; or it is typed in.
const given = { ...read(location.search), token: read(location.hash.slice(1)).token || read(location.search).token };
const chosen = { ...given, mic: "off" };

const RANGES = { scale: [0.1, 3, 0.05], x: [-100, 100, 1], y: [-100, 100, 1], audio: [0, 1, 0.05] };
const CHOICES = {
  view: ["bust", "face"],
  captions: ["on", "all", "off"],
  card: ["right", "left", "off"],
  lang: ["", "en", "ko"],
};
const TEXTS = ["bg", "character"];
const SECRETS = ["token"];
/** Milliseconds without a change, after which the preview is loaded anew. */
const CALM = 350;

let timer = 0;

function control(name) {
  if (name in RANGES) {
    const [min, max, step] = RANGES[name];
    return Object.assign(document.createElement("input"), { type: "range", min, max, step });
  }
  if (name in CHOICES) {
    const found = document.createElement("select");
    found.append(...CHOICES[name].map((each) => new Option(t(`setup.${name}.${each}`), each)));
    return found;
  }
  const type = SECRETS.includes(name) ? "password" : "text";
  return Object.assign(document.createElement("input"), {
    type,
    autocomplete: "off",
    placeholder: t(`setup.${name}.placeholder`),
  });
}

function field(name) {
  const label = document.createElement("label");
  const input = control(name);
  input.name = name;
  input.value = chosen[name];
  input.addEventListener("input", () => {
    chosen[name] = OPTIONS[name].read(input.value);
    show();
  });
  label.append(t(`setup.${name}`), input);
  return label;
}

function address(options) {
  const query = write(options);
  return `${location.origin}/viewer/${query && "?"}${query}`;
}

function show() {
  place("url").value = address(chosen);
  clearTimeout(timer);
  timer = setTimeout(() => {
    talking(false);
    // The same, but a talk of its own: what is said here is what the viewer in OBS shows.
    place("preview").src = address({ ...chosen, mic: "ready", watch: "" });
  }, CALM);
}

async function copy() {
  const { value } = place("url");
  try {
    await navigator.clipboard.writeText(value);
  } catch {
    // Without https there is no clipboard but the old one.
    place("url").select();
    document.execCommand("copy");
  }
  place("copy").textContent = t("setup.copied");
  setTimeout(() => (place("copy").textContent = t("setup.copy")), 2000);
}

function talking(on) {
  place("talk").setAttribute("aria-pressed", String(on));
  place("talk").textContent = t(on ? "setup.talking" : "setup.talk");
}

async function talk() {
  const on = place("talk").getAttribute("aria-pressed") !== "true";
  try {
    await place("preview").contentWindow.viewer.talk(on);
    talking(on);
    news("setup.alone");
  } catch (error) {
    talking(false);
    news("setup.microphone", { reason: error.message });
  }
}

function say(event) {
  event.preventDefault();
  const text = place("text").value.trim();
  if (!text) return;
  const sent = place("preview").contentWindow.viewer?.ask(text);
  news(sent ? "setup.alone" : "setup.unsent");
  if (sent) place("text").value = "";
}

function news(key, values) {
  place("news").textContent = t(key, values);
}

speak(language(given.lang, navigator.languages ?? [navigator.language]));
for (const each of document.querySelectorAll("[data-words]")) each.textContent = t(each.dataset.words);
place("title").textContent = document.title = t("setup.title", { name: "vtuber" });
place("text").placeholder = t("setup.say");
place("options").append(...[...Object.keys(RANGES), ...Object.keys(CHOICES), ...TEXTS, ...SECRETS].map(field));
place("options").addEventListener("submit", (event) => event.preventDefault());
place("copy").addEventListener("click", copy);
place("talk").addEventListener("click", talk);
place("say").addEventListener("submit", say);
show();
