// SVG path data into absolute M, L, C, Q and Z, so that two shapes of equal commands blend point by point.

const TOKEN = /([MmLlHhVvCcSsQqTtZz])|([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,2})?)/g;
const ARITY = { M: 2, L: 2, H: 1, V: 1, C: 6, S: 4, Q: 4, T: 2, Z: 0 };

/** How many points follow a command. */
export const POINTS = { M: 1, L: 1, C: 3, Q: 2, Z: 0 };

/**
 * Reads path data that the server has checked.
 *
 * @returns {{commands: string, points: number[]}} One letter a command, and x and y of all their points in turn.
 */
export function parse(text) {
  const tokens = [...text.matchAll(TOKEN)].map((match) => match[1] ?? Number(match[2]));
  const pen = new Pen();
  let command = "";
  for (let index = 0; index < tokens.length; ) {
    if (typeof tokens[index] === "string") command = tokens[index++];
    const arity = ARITY[command.toUpperCase()];
    const numbers = tokens.slice(index, index + arity);
    if (numbers.length < arity || numbers.some((each) => typeof each !== "number")) throw new Error(`path: ${command}`);
    index += arity;
    pen.draw(command, numbers);
    command = { M: "L", m: "l" }[command] ?? command;
    if (arity === 0 && typeof tokens[index] === "number") throw new Error("path: a number after Z");
  }
  return { commands: pen.commands, points: pen.points };
}

class Pen {
  commands = "";
  points = [];
  #at = [0, 0];
  #start = [0, 0];
  #handle = ["", 0, 0];

  draw(command, numbers) {
    let kind = command.toUpperCase();
    if (kind === "Z") {
      this.commands += "Z";
      this.#at = this.#start;
      this.#handle = ["", ...this.#start];
      return;
    }
    const found = this.#absolute(kind, numbers, command !== kind);
    if (kind === "S" || kind === "T") {
      kind = kind === "S" ? "C" : "Q";
      found.unshift(...this.#reflected(kind));
    }
    if (kind === "H" || kind === "V") kind = "L";
    this.commands += kind;
    this.points.push(...found);
    this.#at = found.slice(-2);
    this.#handle = kind === "C" || kind === "Q" ? [kind, ...found.slice(-4, -2)] : ["", ...this.#at];
    if (kind === "M") this.#start = this.#at;
  }

  #absolute(kind, numbers, relative) {
    const [x, y] = relative ? this.#at : [0, 0];
    if (kind === "H") return [numbers[0] + x, this.#at[1]];
    if (kind === "V") return [this.#at[0], numbers[0] + y];
    return numbers.map((each, index) => each + (index % 2 ? y : x));
  }

  #reflected(kind) {
    const [last, x, y] = this.#handle;
    return last === kind ? [2 * this.#at[0] - x, 2 * this.#at[1] - y] : this.#at;
  }
}
