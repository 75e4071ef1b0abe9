// With `debug=1`: what goes on, in a corner. For whoever sets up a scene.

const EVERY = 500;

/** @param {HTMLElement} place @param {() => object} state What to show, by name. */
export function watch(place, state) {
  let [frames, at] = [0, performance.now()];
  setInterval(() => {
    const { frames: drawn, ...rest } = state();
    const now = performance.now();
    const shown = { fps: (((drawn - frames) / (now - at)) * 1000).toFixed(1), ...rest };
    [frames, at] = [drawn, now];
    place.textContent = Object.entries(shown)
      .map(([name, value]) => `${name.padEnd(9)} ${value}`)
      .join("\n");
  }, EVERY);
}
