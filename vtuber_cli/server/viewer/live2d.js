// A user's own Live2D model, drawn by PixiJS with the user's own copies of what is Live2D's. Loaded only when there is one.

import { HAIR, LIDS, LIPS, links } from "./live2d_ids.js";
import { PARAMETERS } from "./parameters.js";
import { t } from "./words.js";

const CORE = "/live2d-core/live2dcubismcore.min.js";
const DISPLAY = "/live2d-core/cubism4.min.js";
const PIXI = "/viewer/vendor/pixi.min.js";
const WITHOUT_EVAL = "/viewer/vendor/unsafe-eval.min.js";
/** Core 6 has no `drawables.renderOrders`, by which models are drawn. */
const NEWEST_CORE = 5;
/** Milliseconds of motion and physics at once; after a pause they do not catch up. */
const LONGEST_STEP = 250;
const IDLE = "Idle";
/** How a motion takes precedence over others, as the library counts. */
const [NORMALLY, AT_ONCE] = [2, 3];
/** What a model of usual proportions has as `kScale`. */
const USUAL = 0.5;

/**
 * @param {string} url Of the `.model3.json`.
 * @param {HTMLElement} place Where its canvas goes.
 * @param {object} options Of the page, and `model`: the `model_info` of the server.
 */
export async function load(url, place, options) {
  await core();
  await script(PIXI, "live2d.page");
  await script(WITHOUT_EVAL, "live2d.page");
  await script(DISPLAY, "live2d.display");
  if (!window.PIXI?.live2d?.Live2DModel) throw new Error(t("live2d.display"));
  const { Live2DModel, config, MotionPreloadStrategy } = window.PIXI.live2d;
  config.sound = false; // she has a voice
  config.logLevel = config.LOG_LEVEL_ERROR;
  const model = await Live2DModel.from(url, {
    autoFocus: false,
    autoHitTest: false,
    autoUpdate: false,
    idleMotionGroup: options.model?.idleMotionGroupName || IDLE,
    motionPreload: MotionPreloadStrategy.IDLE,
  });
  return new Modelled(model, place, options);
}

/** Live2D's Cubism Core, of a version that can draw. */
async function core() {
  await script(CORE, "live2d.core");
  const { Live2DCubismCore } = window;
  if (typeof Live2DCubismCore?.Version?.csmGetVersion !== "function") throw new Error(t("live2d.core"));
  const version = Live2DCubismCore.Version.csmGetVersion();
  const [major, minor] = [version >>> 24, (version >>> 16) & 0xff];
  if (major > NEWEST_CORE) throw new Error(t("live2d.core6", { version: `${major}.${minor}` }));
}

/** A script once; what to say if it is not there. */
function script(path, missing) {
  if (document.querySelector(`script[src="${path}"]`)) return Promise.resolve();
  return new Promise((loaded, failed) => {
    const found = Object.assign(document.createElement("script"), { src: path });
    found.addEventListener("load", loaded);
    found.addEventListener("error", () => {
      found.remove();
      failed(new Error(t(missing)));
    });
    document.head.append(found);
  });
}

class Modelled {
  #model;
  #inside;
  #renderer;
  #canvas = document.createElement("canvas");
  #options;
  #links;
  #pose = {};
  #led = false;
  #before = null;
  #blinks;

  constructor(model, place, options) {
    this.#model = model;
    this.#inside = model.internalModel;
    this.#options = options;
    this.#canvas.className = "figure";
    this.#renderer = new window.PIXI.Renderer({
      view: this.#canvas,
      backgroundAlpha: 0,
      antialias: true,
      autoDensity: true,
      resolution: Math.min(devicePixelRatio || 1, 2),
    });
    this.#links = this.#linked();
    // Between motions and physics, where the library looks after the mouse and breathes by itself.
    this.#inside.updateFocus = () => this.#strike();
    this.#inside.updateNaturalMovements = () => {};
    this.#inside.lipSync = false;
    this.#blinks = this.#inside.eyeBlink;
    this.#canvas.addEventListener("click", (event) => this.#tap(event));
    place.replaceChildren(this.#canvas);
  }

  /** The canvas is the window: a model may reach out of its own. */
  resize(width, height) {
    const { scale, x, y, model: info } = this.#options;
    const { width: wide, height: high } = this.#inside;
    const size = Math.min(width / wide, height / high) * scale * ((info?.kScale || USUAL) / USUAL);
    this.#renderer.resize(width, height);
    this.#model.scale.set(size);
    this.#model.x = (width - wide * size) / 2 + (x / 100) * width + (info?.initialXshift || 0);
    this.#model.y = height - high * size - (y / 100) * height + (info?.initialYshift || 0);
  }

  /** @param {boolean} led Whether the pose is the server's; else the model moves by its own motions, but for its lips. */
  draw(pose, now, led) {
    this.#pose = pose;
    this.#led = led;
    this.#inside.eyeBlink = led ? undefined : this.#blinks;
    const step = this.#before === null ? 0 : (now - this.#before) * 1000;
    this.#before = now;
    this.#model.update(Math.min(Math.max(step, 0), LONGEST_STEP));
    this.#renderer.render(this.#model);
  }

  /** An expression by its number or name, where no poses bring their own. */
  express(expression) {
    if (!this.#led) this.#model.expression(expression);
  }

  feel(emotion) {
    const expression = this.#options.model?.emotionMap?.[emotion];
    if (expression !== undefined) this.express(expression);
  }

  /** She begins to say something. */
  talk() {
    this.#play("Talk", NORMALLY);
  }

  free() {
    this.#model.destroy({ children: true, texture: true, baseTexture: true });
    this.#renderer.destroy(true);
  }

  #linked() {
    const { parameters } = this.#inside.coreModel.getModel();
    const ids = [...parameters.ids];
    const lips = this.#inside.settings.getLipSyncParameters?.() ?? [];
    const swings = Boolean(this.#inside.physics);
    return [...links(ids, lips)].flatMap(([id, name], index) => {
      if (swings && HAIR.has(name)) return [];
      return [{ index, name, rest: PARAMETERS[name]?.[2] ?? parameters.defaultValues[index] }];
    });
  }

  /** The pose over what the motion says. */
  #strike() {
    const model = this.#inside.coreModel;
    for (const { index, name, rest } of this.#links) {
      const wanted = this.#pose[name];
      if (wanted === undefined || !(this.#led || LIPS.has(name))) continue;
      const moved = model.getParameterValueByIndex(index);
      if (LIPS.has(name)) model.setParameterValueByIndex(index, wanted);
      else if (LIDS.has(name)) model.setParameterValueByIndex(index, moved * wanted);
      else if (wanted !== rest) model.setParameterValueByIndex(index, moved + wanted - rest);
    }
  }

  #play(group, priority) {
    const { definitions } = this.#inside.motionManager;
    if (definitions?.[group]?.length) this.#model.motion(group, undefined, priority).catch(() => {});
  }

  /** A motion by where she is touched: of `tapMotions`, whose numbers say how likely each group is. */
  #tap({ offsetX, offsetY }) {
    const point = this.#model.toModelPosition({ x: offsetX, y: offsetY });
    for (const area of this.#inside.hitTest(point.x, point.y)) {
      const groups = Object.entries(this.#options.model?.tapMotions?.[area] ?? {});
      let left = Math.random() * groups.reduce((sum, [, share]) => sum + share, 0);
      for (const [group, share] of groups) {
        left -= share;
        if (left <= 0) return this.#play(group, AT_ONCE);
      }
    }
    return undefined;
  }
}
