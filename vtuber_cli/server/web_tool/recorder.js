// The microphone, into a WAV file of mono 16-bit PCM.

const HEADER = 44;

export class Recorder {
  #stream = null;
  #context = null;
  #blocks = [];
  #heard;

  /** @param {(loudness: number, seconds: number) => void} heard told of each block; loudness is 0 to 1 */
  constructor(heard) {
    this.#heard = heard;
  }

  get open() {
    return this.#stream !== null;
  }

  /** Asks the user, the first time. Throws what the browser says if there is none, or it may not be used. */
  async start() {
    if (!navigator.mediaDevices) throw new Error("https");
    this.#blocks = [];
    this.#stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
    this.#context = new AudioContext();
    await this.#context.audioWorklet.addModule("/viewer/microphone_worklet.js");
    if (this.#context === null) return; // stopped meanwhile
    const listener = new AudioWorkletNode(this.#context, "listener", { numberOfOutputs: 0, channelCount: 1 });
    this.#context.createMediaStreamSource(this.#stream).connect(listener);
    listener.port.onmessage = ({ data }) => {
      this.#blocks.push(data);
      const samples = this.#blocks.reduce((sum, block) => sum + block.length, 0);
      this.#heard(Math.max(...data.map(Math.abs)), samples / RATE);
    };
  }

  /** Ends it, and gives what was said as a file. */
  stop() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#context?.close();
    this.#stream = this.#context = null;
    return wav(this.#blocks, RATE);
  }
}

/** What the worklet makes of any microphone's rate. */
const RATE = 16_000;

function wav(blocks, rate) {
  const count = blocks.reduce((sum, block) => sum + block.length, 0);
  const view = new DataView(new ArrayBuffer(HEADER + 2 * count));
  const text = (at, letters) => [...letters].forEach((letter, index) => view.setUint8(at + index, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, HEADER - 8 + 2 * count, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, 2 * rate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, 2 * count, true);
  let at = HEADER;
  for (const block of blocks) {
    for (const sample of block) {
      view.setInt16(at, Math.max(-32768, Math.min(32767, Math.round(sample * 32768))), true);
      at += 2;
    }
  }
  return new Blob([view], { type: "audio/wav" });
}
