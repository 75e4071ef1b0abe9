// The page for OBS: what the server says becomes sound, a face, captions and cards.

import { Player } from "./audio.js";
import { Captions } from "./captions.js";
import { Card } from "./card.js";
import { watch } from "./debug.js";
import { load as loadDrawn } from "./drawn.js";
import { Lips } from "./lips.js";
import { local } from "./local.js";
import { Microphone } from "./microphone.js";
import { language, read } from "./options.js";
import { bytesOf, pcmOf } from "./pcm.js";
import { RemoteClock } from "./poses.js";
import { Connection } from "./socket.js";
import { Speeches } from "./speeches.js";
import { Stage } from "./stage.js";
import { speak, t } from "./words.js";

const options = read(location.search);
const place = (id) => document.getElementById(id);
/** A binary frame: its kind, a zero, the number of its stream in two bytes, and samples. */
const HEAD = 4;
const SPEECH = 17;
/** Milliseconds that a complaint of the server's stands. */
const COMPLAINT = 8000;
const inObs = Boolean(window.obsstudio);

/** The talk goes on in another window, which was copied from this one: here another one begins. */
const ELSEWHERE = 4001;

class Viewer {
  #language = language(options.lang, navigator.languages ?? [navigator.language]);
  #clock = new RemoteClock();
  #captions = new Captions(place("captions"), options.captions === "all");
  #card = new Card(place("card"));
  #player = null;
  #speeches;
  #stage;
  #connection;
  #shown = true;
  /** All speech of this turn has been sent. */
  #complete = false;
  /** It was said that all of it was heard. */
  #acknowledged = false;
  /** Somebody cut in: what still comes of that turn is not wanted. */
  #cut = false;
  #model = "";
  #microphone = null;
  #complaint = 0;
  /** What was heard of this turn. */
  #heard = "";
  /** Streams by their number in binary frames. */
  #numbered = new Map();

  constructor() {
    speak(this.#language);
    if (options.audio > 0) {
      this.#player = new Player(options.audio, {
        started: (about) => this.#started(about),
        ended: () => this.#captions.rest(),
        drained: () => this.#drained(),
        refused: (refused) => this.#hint("sound", refused && !inObs),
      });
    }
    this.#speeches = new Speeches(this.#clock, {
      started: ({ text }) => this.#say(text),
      ended: () => this.#captions.rest(),
    });
    this.#stage = new Stage(this.#clock, (now) => this.#player?.mouth() ?? this.#speeches.mouth(now));
    this.#connection = new Connection(address(), {
      open: () => this.#open(),
      message: (message) => this.#receive(message),
      binary: (bytes) => this.#binary(bytes),
      closed: (code) => this.#lost(code),
    });
    this.#watchPage();
    if (options.mic !== "off") this.#microphone = new Microphone((sound) => this.#connection.send(sound));
    if (options.mic === "on") this.talk(true).catch(() => {}); // a hint says so
    if (options.character) this.#cast({});
    if (options.debug) watch(place("debug"), () => this.#state());
  }

  /** Pictures so far. */
  get frames() {
    return this.#stage.frames;
  }

  // --- for /setup ---------------------------------------------------------------------------------------------------

  /** Opens or closes the microphone. Throws what the browser says against it. */
  async talk(on) {
    this.#player?.allow();
    if (!on) {
      this.#microphone.close();
      return;
    }
    try {
      await this.#microphone.listen();
      this.#hint("microphone", false);
    } catch (error) {
      this.#hint("microphone", true);
      throw error;
    }
  }

  /** Says something to her in writing. */
  ask(text) {
    this.#player?.allow();
    if (this.#player && !this.#player.idle) {
      this.#connection.send({ type: "interrupt-signal", text: this.#heard });
      this.#interrupt();
    }
    this.#captions.hear(text);
    return this.#connection.send({ type: "text-input", text, images: [] });
  }

  #state() {
    const { emotion = "", state = "" } = document.body.dataset;
    return {
      frames: this.frames,
      socket: this.#connection.open ? "open" : "closed",
      figure: this.#model || "none",
      poses: this.#stage.led ? "come" : "none",
      sound: this.#player?.state ?? "elsewhere",
      state: `${state} ${emotion}`.trim(),
    };
  }

  // --- to the server --------------------------------------------------------------------------------------------------

  #open() {
    this.#hint("waiting", false);
    this.#clock.forget();
    if (options.token) this.#connection.send({ type: "auth", token: options.token });
    this.#hello();
  }

  #hello() {
    const features = ["visemes", "audio-stream", "binary-audio", "agent-state"];
    if (this.#shown) features.push("pose");
    if (options.card !== "off") features.push("fortune-card");
    const { character, watch } = options;
    const role = options.mic === "off" ? "viewer" : "talker";
    const hello = { type: "hello", role, features, plays: options.audio > 0, language: this.#language };
    const resume = role === "talker" && remembered();
    this.#connection.send(Object.assign(hello, character && { character }, watch && { watch }, resume && { resume }));
  }

  #started({ text, forwarded, shown, actions }) {
    this.#say(text);
    this.#heard += text;
    this.#express(actions);
    this.#stage.figure?.talk?.();
    if (!forwarded) this.#connection.send({ type: "audio-play-start", display_text: shown, forwarded: true });
  }

  #drained() {
    if (!this.#complete || this.#acknowledged) return;
    this.#acknowledged = true;
    this.#connection.send({ type: "frontend-playback-complete" });
  }

  // --- from the server ------------------------------------------------------------------------------------------------

  #receive(message) {
    const receive = this.#answers[message.type];
    if (!Object.hasOwn(this.#answers, message.type)) return;
    try {
      receive(message);
    } catch (error) {
      console.warn(message.type, error);
    }
  }

  #answers = {
    "set-model-and-conf": ({ model_info: model, conf_uid: who }) => this.#cast(model ?? {}, who),
    welcome: (message) => this.#welcome(message),
    control: ({ text }) => this.#control(text),
    "interrupt-signal": () => this.#interrupt(),
    audio: (message) => this.#audio(message),
    "audio-stream-start": (message) => this.#streamStart(message),
    "audio-stream-chunk": ({ stream_id: id, chunk }) => this.#player?.feed(id, pcmOf(bytesOf(chunk))),
    "audio-stream-end": ({ stream_id: id }) => this.#player?.end(id),
    speech: (message) => this.#speech(message),
    "backend-synth-complete": () => this.#allSent(),
    "user-input-transcription": ({ text }) => this.#captions.hear(String(text ?? "")),
    pose: ({ at, values }) => Number.isFinite(at) && values && this.#stage.pose(at, values),
    "agent-state": ({ state, emotion }) => this.#feel(state, emotion),
    error: ({ message }) => this.#complain(message),
    busy: ({ message }) => this.#complain(message),
    "fortune-card": (message) => options.card !== "off" && this.#card.show(message),
  };

  #binary(bytes) {
    const head = new DataView(bytes);
    if (bytes.byteLength <= HEAD || head.getUint8(0) !== SPEECH) return;
    this.#player?.feed(this.#numbered.get(head.getUint16(2, true)), pcmOf(bytes.slice(HEAD)));
  }

  #control(text) {
    if (text === "conversation-chain-start") {
      this.#silence();
      this.#heard = "";
      this.#cut = this.#acknowledged = false;
      this.#captions.part();
      this.#card.show({ result: null });
    } else if (text === "interrupt") {
      this.#interrupt();
    } else if (text === "mic-audio-end" && this.#microphone) {
      this.#connection.send({ type: "mic-audio-end", images: [] });
    }
  }

  #welcome({ features, resume }) {
    if (!this.#microphone) return;
    this.#microphone.binary = Array.isArray(features) && features.includes("binary-audio");
    if (typeof resume === "string") remember(resume);
  }

  #audio({ audio, visemes, display_text: shown, actions, forwarded }) {
    if (this.#cut) return;
    this.#complete = this.#acknowledged = false;
    const text = String(shown?.text ?? "");
    const about = { text, shown, actions, forwarded: Boolean(forwarded) };
    if (this.#player === null || forwarded) this.#say(text);
    else this.#player.play(about, soundOf(audio), lipsOf(visemes), text.trim().length);
  }

  #streamStart({ stream_id: id, stream, sample_rate: rate, display_text: shown, actions, forwarded, visemes }) {
    if (this.#cut || !this.#player) return;
    this.#complete = this.#acknowledged = false;
    this.#numbered.set(stream, id);
    const about = { text: String(shown?.text ?? ""), shown, actions, forwarded: Boolean(forwarded) };
    this.#player.begin(id, about, rate, lipsOf(visemes));
  }

  #speech({ at, seconds, display_text: shown, visemes }) {
    if (!this.#cut) this.#speeches.add(at, seconds, { text: String(shown?.text ?? "") }, lipsOf(visemes));
  }

  #allSent() {
    if (this.#cut) return;
    this.#complete = true;
    if (this.#player === null || this.#player.idle) this.#drained();
  }

  #interrupt() {
    this.#cut = true;
    this.#silence();
    this.#captions.clear();
    this.#card.show({ result: null });
  }

  #silence() {
    this.#player?.stop();
    this.#speeches.stop();
    this.#numbered.clear();
    this.#complete = false;
  }

  #lost(code) {
    if (code === ELSEWHERE) remember("");
    this.#silence();
    this.#captions.clear();
    this.#cut = false;
    this.#hint("waiting", !inObs);
  }

  // --- what is seen ---------------------------------------------------------------------------------------------------

  #say(text) {
    if (options.captions !== "off") this.#captions.say(text);
  }

  #feel(state, emotion) {
    document.body.dataset.state = String(state);
    if (typeof emotion !== "string") return;
    document.body.dataset.emotion = emotion;
    this.#stage.figure?.feel?.(emotion);
  }

  #express(actions) {
    const first = actions?.expressions?.[0];
    if (first !== undefined && first !== null) this.#stage.figure?.express?.(first);
  }

  /**
   * Puts her on the stage; in the place of whoever talks, if the address names somebody. Her drawing takes the place of
   * a model of hers that cannot be drawn, and why is said.
   */
  async #cast(model, who) {
    const other = options.character && options.character !== who;
    const drawn = other ? `/rigs/${options.character}.json` : model.rig_url;
    const url = (!other && model.url) || drawn;
    if (!url || !local(url) || url === this.#model) return;
    this.#model = url;
    try {
      await this.#enter(url, drawn, model);
      this.#hint("figure", false);
    } catch (error) {
      this.#hint("figure", true, { reason: error.message });
      const instead = url !== drawn && drawn && local(drawn) && this.#model === url;
      if (instead) await this.#enter(url, drawn, model, drawn).catch(() => {}); // the first reason is the one to tell
      if (this.#model === url) this.#model = "";
    }
  }

  async #enter(url, drawn, model, from = url) {
    const load = from === drawn ? loadDrawn : (await import("./live2d.js")).load;
    const figure = await load(from, place("stage"), { ...options, model });
    if (this.#model === url) this.#stage.figure = figure;
    else figure.free();
  }

  #hint(name, seen, values) {
    this.#note(name, t(`hint.${name}`, values), seen);
  }

  #note(name, text, seen) {
    const shown = place(`hint-${name}`);
    shown.textContent = text;
    shown.classList.toggle("seen", seen);
  }

  /** What the server cannot do is told where somebody talks, and never in OBS. */
  #complain(text) {
    if (options.mic === "off" || inObs || typeof text !== "string") return;
    clearTimeout(this.#complaint);
    this.#note("server", text, true);
    this.#complaint = setTimeout(() => this.#note("server", "", false), COMPLAINT);
  }

  // --- the page -------------------------------------------------------------------------------------------------------

  #watchPage() {
    addEventListener("resize", () => this.#stage.resize());
    for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, () => this.#player?.allow());
    document.addEventListener("visibilitychange", () => this.#see("tab", !document.hidden));
    addEventListener("obsSourceVisibleChanged", ({ detail }) => this.#see("obs", Boolean(detail?.visible)));
  }

  #see(reason, seen) {
    this.#stage.pause(reason, !seen);
    if (reason === "obs") {
      this.#shown = seen;
      if (this.#connection.open) this.#hello();
    }
  }
}

/** The talk that this tab had, to go on with it: also after it was loaded anew. */
function remembered() {
  try {
    return sessionStorage.getItem("resume");
  } catch {
    return null; // a browser may keep nothing
  }
}

function remember(resume) {
  try {
    sessionStorage.setItem("resume", resume);
  } catch {
    // Then the next connection begins a new talk.
  }
}

function soundOf(audio) {
  try {
    return typeof audio === "string" && audio ? bytesOf(audio) : null;
  } catch {
    return null;
  }
}

function lipsOf(visemes) {
  const keys = Array.isArray(visemes) ? visemes.filter((key) => Number.isFinite(key?.at) && Number.isFinite(key.open)) : [];
  return keys.length ? new Lips(keys) : null;
}

function address() {
  const role = options.mic === "off" ? "?role=viewer" : "";
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/client-ws${role}`;
}

function backdrop(bg) {
  if (bg.startsWith("#")) document.body.style.backgroundColor = bg;
  else if (bg) document.body.style.backgroundImage = `url("/bg/${encodeURIComponent(bg)}")`;
}

backdrop(options.bg);
document.body.dataset.card = options.card;
window.viewer = new Viewer();
