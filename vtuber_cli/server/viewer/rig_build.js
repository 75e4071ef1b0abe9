// A rig's file into what `rig.js` computes with: mirror images made, colours looked up, points in flat arrays.
// The server has checked the file; `vtuber_cli/avatar/rig_build.py` does the same for the terminal.

import { PARAMETERS, SIDEWAYS, mirrored } from "./parameters.js";
import { parse } from "./path.js";

/** Straight lines between the keys, level outside. */
export function curveValue(keys, value) {
  if (value <= keys[0][0]) return keys[0][1];
  for (let index = 1; index < keys.length; index++) {
    const [x1, y1] = keys[index - 1];
    const [x2, y2] = keys[index];
    if (value <= x2) return y1 + ((y2 - y1) * (value - x1)) / (x2 - x1);
  }
  return keys[keys.length - 1][1];
}

/** The form before the value, and how far it is on the way to the next, 0 to 1. */
export function place(axis, value) {
  const last = axis.at.length - 2;
  let index = 0;
  while (index < last && value > axis.at[index + 1]) index++;
  const share = (value - axis.at[index]) / (axis.at[index + 1] - axis.at[index]);
  return [index, Math.min(Math.max(share, 0), 1)];
}

/** @returns {{parts: object[], groups: Map<string, object>, parameters: Set<string>}} Parts in the order of drawing. */
export function build(file) {
  const center = file.canvas[0] / 2;
  const groups = new Map();
  for (const written of file.groups ?? []) {
    groups.set(written.id, written.mirror ? groupMirrored(written, groups, center) : group(written));
  }
  const ids = { parts: new Set(file.parts.map((each) => each.id)), groups: new Set(groups.keys()) };
  const parts = new Map();
  for (const written of file.parts) {
    const made = written.mirror ? partMirrored(written, parts.get(written.mirror), file, ids) : part(written, file);
    made.points = new Float64Array(made.forms[0].length);
    parts.set(written.id, made);
  }
  return { parts: [...parts.values()], groups, parameters: heard(parts, groups) };
}

function heard(parts, groups) {
  const found = new Set();
  for (const { drives, bends, ball } of groups.values()) {
    for (const each of [...drives, ...bends, ball?.x, ball?.y]) if (each) found.add(each.by);
  }
  for (const { curves, axes, blends } of parts.values()) {
    for (const each of [...curves, ...axes, ...blends]) found.add(each.by);
  }
  return found;
}

// --- as written -----------------------------------------------------------------------------------------------------

function group(written) {
  return {
    id: written.id,
    parent: written.parent ?? null,
    pivot: written.pivot ?? [0, 0],
    drives: written.drives ?? [],
    bends: (written.bends ?? []).map(bend),
    ball: written.ball ?? null,
  };
}

function bend({ by, keys, root, tip }) {
  const way = [tip[0] - root[0], tip[1] - root[1]];
  const square = way[0] ** 2 + way[1] ** 2;
  return { by, keys, root, along: [way[0] / square, way[1] / square] };
}

function part(written, file) {
  const { forms, commands } = shapes(written);
  const drawn = forms[0].length;
  const ends = gradientEnds(written.fill);
  const made = {
    id: written.id,
    group: written.group ?? null,
    commands,
    /** Of the outline; two more points of a gradient follow. */
    numbers: drawn,
    axes: written.axes ?? [],
    /** One for each value of the axis; of two axes row by row. */
    forms: forms.map((each) => Float64Array.from([...each, ...ends])),
    blends: [],
    ...fill(written.fill, file),
    ...stroke(written, file),
    depth: written.depth ?? 0,
    clip: written.clip ?? null,
    ...opacity(written),
  };
  made.blends = (written.blends ?? []).map((each) => blend(each, made));
  return made;
}

function shapes(written) {
  const texts = written.path != null ? [written.path] : written.forms.flat();
  const parsed = texts.map(parse);
  return { forms: parsed.map((each) => each.points), commands: parsed[0].commands };
}

function gradientEnds(paint) {
  if (paint?.start) return [...paint.start, ...paint.end];
  if (paint?.center) return [...paint.center, paint.center[0] + paint.radius, paint.center[1]];
  return [];
}

function fill(paint, file) {
  if (paint == null || typeof paint === "string") return { fill: colour(paint, file), stops: null, round: false };
  const stops = paint.stops.map(([at, name, alpha = 1]) => [at, translucent(colour(name, file), alpha)]);
  return { fill: null, stops, round: paint.center !== undefined };
}

function stroke(written, file) {
  return { line: colour(written.line, file), width: written.width ?? 3 };
}

function colour(name, file) {
  if (name == null) return null;
  return name.startsWith("#") ? name : file.palette[name];
}

function translucent(hex, alpha) {
  const [red, green, blue] = [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16));
  return `rgba(${red}, ${green}, ${blue}, ${alpha})`;
}

function opacity({ opacity: written = 1 }) {
  if (typeof written === "number") return { level: written, curves: [] };
  return { level: 1, curves: Array.isArray(written) ? written : [written] };
}

/** What each form differs by from the part's rest shape. */
function blend({ by, at, forms }, made) {
  const rest = formed(made, (name) => PARAMETERS[name][2], new Float64Array(made.forms[0].length));
  const differences = forms.map((text) => {
    const found = new Float64Array(rest.length);
    if (text !== null) parse(text).points.forEach((each, index) => (found[index] = each - rest[index]));
    return found;
  });
  return { by, at, differences };
}

/** A part's points before its group moves them, put into `into`. */
export function formed(made, value, into) {
  into.fill(0);
  let corners = [[0, 1]];
  for (const axis of made.axes) {
    const [index, share] = place(axis, value(axis.by));
    corners = corners.flatMap(([row, weight]) => [
      [row * axis.at.length + index, weight * (1 - share)],
      [row * axis.at.length + index + 1, weight * share],
    ]);
  }
  for (const [row, weight] of corners) add(into, made.forms[row], weight);
  for (const { by, at, differences } of made.blends) {
    const [index, share] = place({ at }, value(by));
    add(into, differences[index], 1 - share);
    add(into, differences[index + 1], share);
  }
  return into;
}

function add(into, numbers, weight) {
  if (weight === 0) return;
  for (let index = 0; index < into.length; index++) into[index] += weight * numbers[index];
}

// --- in the mirror --------------------------------------------------------------------------------------------------

function partMirrored(written, source, file, ids) {
  const made = {
    ...source,
    id: written.id,
    group: otherSide(source.group, ids.groups),
    axes: source.axes.map(axisMirrored),
    forms: formsMirrored(source).map((form) => reflected(form, file.canvas[0])),
    blends: source.blends.map(blendMirrored),
    clip: otherSide(source.clip, ids.parts),
    curves: source.curves.map((curve) => ({ ...curve, ...keysMirrored(curve, 1) })),
  };
  for (const name of ["group", "depth", "clip", "width"]) if (name in written) made[name] = written[name];
  if ("line" in written) made.line = colour(written.line, file);
  return "opacity" in written ? { ...made, ...opacity(written) } : made;
}

/** The forms in the order that they have over the mirrored axes. */
function formsMirrored({ axes, forms }) {
  if (!axes.length) return forms;
  const columns = axes.length > 1 ? axes[1].at.length : 1;
  let rows = [];
  for (let index = 0; index < forms.length; index += columns) rows.push(forms.slice(index, index + columns));
  if (SIDEWAYS.has(axes[0].by)) rows.reverse();
  if (axes.length > 1 && SIDEWAYS.has(axes[1].by)) rows = rows.map((row) => row.reverse());
  return rows.flat();
}

function blendMirrored({ by, at, differences }) {
  const turned = SIDEWAYS.has(by) ? [...differences].reverse() : differences;
  return { ...axisMirrored({ by, at }), differences: turned.map((each) => reflected(each, 0)) };
}

function groupMirrored(written, groups, center) {
  const source = groups.get(written.mirror);
  const own = group(written);
  const drives = source.drives.map((drive) => ({
    moves: drive.moves,
    ...keysMirrored(drive, drive.moves === "x" || drive.moves === "rotate" ? -1 : 1),
  }));
  const bends = source.bends.map((each) => ({
    ...keysMirrored(each, -1),
    root: reflected(each.root, 2 * center),
    along: [-each.along[0], each.along[1]],
  }));
  return {
    id: written.id,
    parent: "parent" in written ? own.parent : otherSide(source.parent, groups),
    pivot: "pivot" in written ? own.pivot : reflected(source.pivot, 2 * center),
    drives: "drives" in written ? own.drives : drives,
    bends: "bends" in written ? own.bends : bends,
    ball: "ball" in written ? own.ball : ballMirrored(source.ball, center),
  };
}

function ballMirrored(ball, center) {
  return (
    ball && {
      center: reflected(ball.center, 2 * center),
      radius: ball.radius,
      x: ball.x && keysMirrored(ball.x, -1),
      y: ball.y && keysMirrored(ball.y, 1),
    }
  );
}

/** `sign` is -1 where what comes of the keys has a direction. */
function keysMirrored({ by, keys }, sign) {
  const turned = SIDEWAYS.has(by) ? keys.map(([x, y]) => [-x, y]).reverse() : keys;
  return { by: mirrored(by), keys: turned.map(([x, y]) => [x, sign * y]) };
}

function axisMirrored({ by, at }) {
  return { by: mirrored(by), at: SIDEWAYS.has(by) ? at.map((value) => -value).reverse() : at };
}

function reflected(numbers, width) {
  return numbers.map((each, index) => (index % 2 ? each : width - each));
}

/** `eyeL` is `eyeR` on the other side, if there is one of that name. */
function otherSide(id, known) {
  const other = id && id.replace(/[LR]$/, (side) => (side === "L" ? "R" : "L"));
  return other && known.has(other) ? other : id;
}
