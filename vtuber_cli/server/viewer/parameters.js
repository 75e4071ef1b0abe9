// What a pose is made of, as in vtuber_cli/avatar/parameters.py: a test compares the two.

/** Lowest, highest and rest value of each parameter. */
export const PARAMETERS = {
  ParamAngleX: [-30, 30, 0],
  ParamAngleY: [-30, 30, 0],
  ParamAngleZ: [-30, 30, 0],
  ParamEyeLOpen: [0, 1, 1],
  ParamEyeROpen: [0, 1, 1],
  ParamEyeLSmile: [0, 1, 0],
  ParamEyeRSmile: [0, 1, 0],
  ParamEyeBallX: [-1, 1, 0],
  ParamEyeBallY: [-1, 1, 0],
  ParamEyeBallForm: [-1, 1, 0],
  ParamBrowLX: [-1, 1, 0],
  ParamBrowRX: [-1, 1, 0],
  ParamBrowLY: [-1, 1, 0],
  ParamBrowRY: [-1, 1, 0],
  ParamBrowLAngle: [-1, 1, 0],
  ParamBrowRAngle: [-1, 1, 0],
  ParamBrowLForm: [-1, 1, 0],
  ParamBrowRForm: [-1, 1, 0],
  ParamMouthForm: [-1, 1, 0],
  ParamMouthOpenY: [0, 1, 0],
  ParamMouthX: [-1, 1, 0],
  ParamMouthWave: [0, 1, 0],
  ParamMouthTeeth: [0, 1, 0],
  ParamTongue: [0, 1, 0],
  ParamA: [0, 1, 0],
  ParamI: [0, 1, 0],
  ParamU: [0, 1, 0],
  ParamE: [0, 1, 0],
  ParamO: [0, 1, 0],
  ParamCheek: [0, 1, 0],
  ParamTear: [0, 1, 0],
  ParamSweat: [0, 1, 0],
  ParamAnger: [0, 1, 0],
  ParamGloom: [0, 1, 0],
  ParamSick: [0, 1, 0],
  ParamSparkle: [0, 1, 0],
  ParamStartle: [0, 1, 0],
  ParamBodyAngleX: [-10, 10, 0],
  ParamBodyAngleY: [-10, 10, 0],
  ParamBodyAngleZ: [-10, 10, 0],
  ParamBreath: [0, 1, 0],
  ParamShoulderY: [-1, 1, 0],
  ParamHairFront: [-1, 1, 0],
  ParamHairSide: [-1, 1, 0],
  ParamHairBack: [-1, 1, 0],
  ParamArmL: [0, 1, 0],
  ParamArmR: [0, 1, 0],
  ParamHandCard: [0, 1, 0],
};

/** What points to a side of the picture, and to the other side in a mirror. */
export const SIDEWAYS = new Set([
  "ParamAngleX",
  "ParamAngleZ",
  "ParamEyeBallX",
  "ParamMouthX",
  "ParamBodyAngleX",
  "ParamBodyAngleZ",
  "ParamHairFront",
  "ParamHairSide",
  "ParamHairBack",
]);

/** The parameter of the other side, for one that has sides. */
export function mirrored(name) {
  const other = name.replace(/^Param(Eye|Brow|Arm)([LR])/, (_, part, side) => `Param${part}${side === "L" ? "R" : "L"}`);
  return other in PARAMETERS ? other : name;
}

/** The value within the parameter's range; its rest value if it is no number. */
export function clamped(name, value) {
  const [low, high, rest] = PARAMETERS[name];
  return Number.isFinite(value) ? Math.min(Math.max(value, low), high) : rest;
}
