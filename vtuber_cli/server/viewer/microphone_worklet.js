// In the sound thread: what the microphone hears, at 16 kHz, in pieces of 512.

const RATE = 16_000;
const SIZE = 512;

class Listener extends AudioWorkletProcessor {
  #step = sampleRate / RATE;
  #piece = new Float32Array(SIZE);
  #filled = 0;
  #sum = 0;
  #count = 0;
  #next = this.#step;

  process([[samples]]) {
    // Where the browser does not change the rate itself, each sample is the mean of those it stands for.
    for (const sample of samples ?? []) {
      this.#sum += sample;
      this.#count++;
      this.#next--;
      if (this.#next > 1e-6) continue;
      this.#next += this.#step;
      this.#put(this.#sum / this.#count);
      this.#sum = this.#count = 0;
    }
    return true;
  }

  #put(sample) {
    this.#piece[this.#filled++] = sample;
    if (this.#filled < SIZE) return;
    this.port.postMessage(this.#piece);
    this.#piece = new Float32Array(SIZE);
    this.#filled = 0;
  }
}

registerProcessor("listener", Listener);
