// The user's microphone, sample by sample to the server, which hears for itself where somebody speaks.

/** A binary frame: its kind (as `raw-audio-data`), a zero, and the number of a stream, which is 0 here. */
const HEAD = [2, 0, 0, 0];

export class Microphone {
  #send;
  #context = null;
  #stream = null;
  /** Whether the server takes binary frames. */
  binary = false;

  /** @param {(message: object | Uint8Array) => void} send */
  constructor(send) {
    this.#send = send;
  }

  get open() {
    return this.#stream !== null;
  }

  /** Asks the user, the first time. Throws what the browser says if there is none, or it may not be used. */
  async listen() {
    if (this.open) return;
    if (!navigator.mediaDevices) throw new Error("https");
    const wanted = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
    this.#stream = await navigator.mediaDevices.getUserMedia({ audio: wanted });
    this.#context = await contextOf(this.#stream);
    const listener = new AudioWorkletNode(this.#context, "listener", { numberOfOutputs: 0, channelCount: 1 });
    this.#context.createMediaStreamSource(this.#stream).connect(listener);
    listener.port.onmessage = ({ data }) => this.#hear(data);
  }

  close() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#context?.close();
    this.#stream = this.#context = null;
  }

  #hear(samples) {
    if (!this.binary) {
      this.#send({ type: "raw-audio-data", audio: Array.from(samples, (each) => Math.round(each * 32768) / 32768) });
      return;
    }
    const frame = new Uint8Array(HEAD.length + 2 * samples.length);
    frame.set(HEAD);
    const view = new DataView(frame.buffer);
    samples.forEach((each, index) => {
      view.setInt16(HEAD.length + 2 * index, Math.max(-32768, Math.min(32767, Math.round(each * 32768))), true);
    });
    this.#send(frame);
  }
}

/** At 16 kHz; where a browser cannot connect a microphone to that, at the microphone's rate. */
async function contextOf(stream) {
  let context = new AudioContext({ sampleRate: 16_000 });
  try {
    context.createMediaStreamSource(stream);
  } catch {
    await context.close();
    context = new AudioContext();
  }
  await context.audioWorklet.addModule(new URL("microphone_worklet.js", import.meta.url));
  return context;
}
