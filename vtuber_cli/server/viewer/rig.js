// A drawing that moves, on a canvas: the format of docs/rig.md, drawn as vtuber_cli/avatar/rig.py and svg.py draw it.

import { PARAMETERS, clamped } from "./parameters.js";
import { POINTS } from "./path.js";
import { build, curveValue, formed } from "./rig_build.js";

/** What is less opaque is not drawn. */
const FAINTEST = 1 / 255;

export class Rig {
  #parts;
  #groups;
  #byId;
  #value;

  constructor(file) {
    if (file?.format !== "vtuber-rig" || file.version !== 1) throw new Error("not a rig of version 1");
    const { parts, groups, parameters } = build(file);
    const [width, height] = file.canvas;
    this.name = String(file.name ?? "");
    this.canvas = [width, height];
    /** What to show: left, top, width, height on the canvas. */
    this.views = { bust: [0, 0, width, height], face: [0, 0, width, height], ...file.views };
    /** What it listens to. */
    this.parameters = Object.keys(PARAMETERS).filter((name) => parameters.has(name));
    this.#parts = parts;
    this.#groups = groups;
    this.#byId = new Map(parts.map((each) => [each.id, each]));
  }

  /**
   * Draws a pose, over what is there, in the canvas's units: the caller sets the transform.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {Record<string, number>} pose What is missing is at rest, what is out of range is clamped.
   */
  draw(context, pose) {
    const values = Object.fromEntries(this.parameters.map((name) => [name, clamped(name, pose[name])]));
    this.#value = (name) => values[name];
    const moves = new Map();
    const done = new Set();
    const points = (part) => {
      if (!done.has(part)) this.#move(part, moves);
      done.add(part);
      return part.points;
    };
    context.lineJoin = context.lineCap = "round";
    let clip = null;
    for (const part of this.#parts) {
      const opacity = this.#opacity(part);
      if (opacity < FAINTEST) continue;
      if (part.clip !== clip) {
        if (clip !== null) context.restore();
        clip = part.clip;
        if (clip !== null) {
          const bounds = this.#byId.get(clip);
          context.save();
          trace(context, bounds.commands, points(bounds));
          context.clip();
        }
      }
      paint(context, part, points(part), opacity);
    }
    if (clip !== null) context.restore();
    context.globalAlpha = 1;
  }

  #opacity(part) {
    let found = part.level;
    for (const { by, keys } of part.curves) found *= curveValue(keys, this.#value(by));
    return Math.min(Math.max(found, 0), 1);
  }

  #move(part, moves) {
    formed(part, this.#value, part.points);
    for (let id = part.group; id !== null; ) {
      const group = this.#groups.get(id);
      if (!moves.has(id)) moves.set(id, movement(group, this.#value));
      moves.get(id)(part.points, part.depth);
      id = group.parent;
    }
  }
}

// --- groups ---------------------------------------------------------------------------------------------------------

/** What a group does to points in this pose: bends, then the ball, then its drives. */
function movement(group, value) {
  const steps = [
    ...group.bends.map((bend) => bending(bend, value)),
    group.ball && turning(group.ball, value),
    group.drives.length && shifting(group, value),
  ].filter(Boolean);
  return (points, depth) => {
    for (const step of steps) step(points, depth);
  };
}

function bending({ by, keys, root, along }, value) {
  const shift = curveValue(keys, value(by));
  if (!shift) return null;
  return (points) => {
    for (let index = 0; index < points.length; index += 2) {
      const reach = (points[index] - root[0]) * along[0] + (points[index + 1] - root[1]) * along[1];
      if (reach > 0) points[index] += shift * reach * reach;
    }
  };
}

function turning({ center, radius, x, y }, value) {
  const across = radians(x ? curveValue(x.keys, value(x.by)) : 0);
  const up = radians(y ? curveValue(y.keys, value(y.by)) : 0);
  if (!across && !up) return null;
  const [cosX, sinX, cosY, sinY] = [Math.cos(across), Math.sin(across), Math.cos(up), Math.sin(up)];
  return (points, depth) => {
    for (let index = 0; index < points.length; index += 2) {
      const dx = points[index] - center[0];
      const dy = points[index + 1] - center[1];
      const near = Math.exp(-((dx / radius[0]) ** 2 + (dy / radius[1]) ** 2)) + depth;
      points[index] = center[0] + dx * cosX + near * radius[0] * sinX;
      points[index + 1] = center[1] + dy * cosY - near * radius[1] * sinY;
    }
  };
}

function shifting({ drives, pivot }, value) {
  const moved = { x: 0, y: 0, rotate: 0, scale: 1, "scale-x": 1, "scale-y": 1 };
  for (const { by, keys, moves } of drives) {
    const amount = curveValue(keys, value(by));
    if (moves.startsWith("scale")) moved[moves] *= amount;
    else moved[moves] += amount;
  }
  const across = moved.scale * moved["scale-x"];
  const down = moved.scale * moved["scale-y"];
  const angle = radians(moved.rotate);
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  return (points) => {
    for (let index = 0; index < points.length; index += 2) {
      const dx = across * (points[index] - pivot[0]);
      const dy = down * (points[index + 1] - pivot[1]);
      points[index] = dx * cosine - dy * sine + pivot[0] + moved.x;
      points[index + 1] = dx * sine + dy * cosine + pivot[1] + moved.y;
    }
  };
}

const radians = (degrees) => (degrees * Math.PI) / 180;

// --- paint ----------------------------------------------------------------------------------------------------------

function paint(context, part, points, opacity) {
  trace(context, part.commands, points);
  context.globalAlpha = opacity;
  if (part.stops !== null) context.fillStyle = gradient(context, part, points);
  else if (part.fill !== null) context.fillStyle = part.fill;
  if (part.stops !== null || part.fill !== null) context.fill();
  if (part.line !== null) {
    context.strokeStyle = part.line;
    context.lineWidth = part.width;
    context.stroke();
  }
}

function gradient(context, part, points) {
  const [x1, y1, x2, y2] = points.subarray(part.numbers);
  const found = part.round
    ? context.createRadialGradient(x1, y1, 0, x1, y1, Math.max(Math.hypot(x2 - x1, y2 - y1), 0.01))
    : context.createLinearGradient(x1, y1, x2, y2);
  for (const [at, colour] of part.stops) found.addColorStop(at, colour);
  return found;
}

function trace(context, commands, p) {
  context.beginPath();
  let i = 0;
  for (const command of commands) {
    if (command === "M") context.moveTo(p[i], p[i + 1]);
    else if (command === "L") context.lineTo(p[i], p[i + 1]);
    else if (command === "C") context.bezierCurveTo(p[i], p[i + 1], p[i + 2], p[i + 3], p[i + 4], p[i + 5]);
    else if (command === "Q") context.quadraticCurveTo(p[i], p[i + 1], p[i + 2], p[i + 3]);
    else context.closePath();
    i += 2 * POINTS[command];
  }
}
