// A drawn character on a canvas of her own, no larger than she is.

import { Rig } from "./rig.js";

const SHARPEST = 2;
/** Of her width: room for hair that flies, at both sides and above. */
const AROUND = 0.1;

/** Fetches a rig. @param {string} url Of this server. @param {HTMLElement} place Where her canvas goes. */
export async function load(url, place, options) {
  const answer = await fetch(url, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${new URL(url, location.href).pathname}: ${answer.status}`);
  return new Drawn(new Rig(await answer.json()), place, options);
}

/** Without a graphics card a canvas that lives in main memory is eight times as fast. */
export function hasGpu() {
  const probe = document.createElement("canvas");
  const context = probe.getContext("webgl", { failIfMajorPerformanceCaveat: true });
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  return context !== null;
}

function roomy([left, top, width, height]) {
  const around = width * AROUND;
  return [left - around, top - around / 2, width + 2 * around, height + around / 2];
}

class Drawn {
  #rig;
  #canvas = document.createElement("canvas");
  #context;
  #options;
  #box;
  #last = "";

  constructor(rig, place, options) {
    this.#rig = rig;
    this.#options = options;
    this.#box = options.view === "face" ? rig.views.face : roomy(rig.views.bust);
    this.#context = this.#canvas.getContext("2d", { willReadFrequently: !hasGpu() });
    this.#canvas.className = "figure";
    place.replaceChildren(this.#canvas);
  }

  /** She stands on the lower edge, in the middle, as high as the window; then scaled and shifted. */
  resize(width, height) {
    const [, , wide, high] = this.#box;
    const { scale, x, y } = this.#options;
    const size = Math.min(height / high, width / (wide * (1 - 2 * AROUND))) * scale;
    const density = Math.min(devicePixelRatio || 1, SHARPEST);
    const canvas = this.#canvas;
    canvas.width = Math.max(1, Math.round(wide * size * density));
    canvas.height = Math.max(1, Math.round(high * size * density));
    canvas.style.width = `${wide * size}px`;
    canvas.style.height = `${high * size}px`;
    canvas.style.left = `${(width - wide * size) / 2 + (x / 100) * width}px`;
    canvas.style.top = `${height - high * size - (y / 100) * height}px`;
    this.#last = "";
  }

  draw(pose) {
    const seen = this.#rig.parameters.map((name) => Math.round((pose[name] ?? 0) * 200)).join();
    if (seen === this.#last) return;
    this.#last = seen;
    const context = this.#context;
    const [left, top, wide, high] = this.#box;
    const { width, height } = this.#canvas;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    context.setTransform(width / wide, 0, 0, height / high, (-left * width) / wide, (-top * height) / high);
    this.#rig.draw(context, pose);
  }

  free() {
    this.#canvas.remove();
  }
}
