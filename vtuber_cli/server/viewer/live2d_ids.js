// Which parameter of a model follows which of a pose, whatever they are spelled like: as vtuber_cli/live2d/ids.py.

import { PARAMETERS } from "./parameters.js";

const OTHER_NAMES = {
  parammouthopen: "ParamMouthOpenY",
  paramtere: "ParamCheek",
  paramcheeks: "ParamCheek",
  parambodyx: "ParamBodyAngleX",
  parambodyy: "ParamBodyAngleY",
  parambodyz: "ParamBodyAngleZ",
  parameyeopenl: "ParamEyeLOpen",
  parameyeopenr: "ParamEyeROpen",
  parameyesmilel: "ParamEyeLSmile",
  parameyesmiler: "ParamEyeRSmile",
  parammoutha: "ParamA",
  parammouthi: "ParamI",
  parammouthu: "ParamU",
  parammouthe: "ParamE",
  parammoutho: "ParamO",
};
const OPEN = "ParamMouthOpenY";
const VOWELS = ["ParamA", "ParamI", "ParamU", "ParamE", "ParamO"];

/** What is as the voice says, whatever a motion does. */
export const LIPS = new Set([OPEN, ...VOWELS]);
/** What is at most as open as a motion has it. */
export const LIDS = new Set(["ParamEyeLOpen", "ParamEyeROpen"]);
/** What a model with physics of its own swings by itself. */
export const HAIR = new Set(["ParamHairFront", "ParamHairSide", "ParamHairBack"]);

const plain = (id) => id.replace(/[_ ]/g, "").toLowerCase();
const STANDARD = new Map([
  ...Object.keys(PARAMETERS).map((name) => [plain(name), name]),
  ...Object.entries(OTHER_NAMES),
]);

/** For each of a model's parameters the one in a pose that moves it. `lips`: those that open with the mouth. */
export function links(ids, lips) {
  const found = new Map(ids.map((id) => [id, STANDARD.get(plain(id)) ?? id]));
  const names = new Set(found.values());
  if (!VOWELS.every((vowel) => names.has(vowel))) {
    for (const id of lips) if (found.has(id)) found.set(id, OPEN);
  }
  return found;
}
