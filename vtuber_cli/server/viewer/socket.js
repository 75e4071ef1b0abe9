// The connection: it comes back for ever, later and later, and never all at once with the others.

const SOONEST = 500;
const LATEST = 10_000;
/** Milliseconds after which a connection counts as one that works. */
const SETTLED = 5_000;
const BEATS = 15_000;
const SILENCE = 45_000;

export class Connection {
  #url;
  #on;
  #socket = null;
  #tries = 0;
  #timer = 0;
  #opened = 0;
  #heard = 0;

  /**
   * @param {string} url
   * @param {{open: () => void, message: (message: object) => void, binary: (bytes: ArrayBuffer) => void,
   *          closed: (code: number) => void}} on What to tell.
   */
  constructor(url, on) {
    this.#url = url;
    this.#on = on;
    addEventListener("online", () => this.#retry());
    addEventListener("pagehide", () => this.#socket?.close());
    setInterval(() => this.#beat(), BEATS);
    this.#connect();
  }

  get open() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Sends, or forgets it: what was not heard in time is of no use later. */
  send(message) {
    if (!this.open) return false;
    const plain = message instanceof ArrayBuffer || ArrayBuffer.isView(message);
    this.#socket.send(plain ? message : JSON.stringify(message));
    return true;
  }

  #connect() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    let socket;
    try {
      socket = new WebSocket(this.#url);
    } catch {
      this.#later();
      return;
    }
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.addEventListener("open", () => {
      this.#opened = this.#heard = performance.now();
      this.#on.open();
    });
    socket.addEventListener("message", ({ data }) => {
      this.#heard = performance.now();
      this.#receive(data);
    });
    socket.addEventListener("close", ({ code }) => this.#lost(socket, code));
  }

  #receive(data) {
    if (typeof data !== "string") {
      this.#on.binary(data);
      return;
    }
    let message;
    try {
      message = JSON.parse(data);
    } catch {
      return;
    }
    if (message && typeof message === "object" && typeof message.type === "string") this.#on.message(message);
  }

  #lost(socket, code) {
    if (socket !== this.#socket) return;
    if (this.#opened && performance.now() - this.#opened > SETTLED) this.#tries = 0;
    this.#opened = 0;
    this.#socket = null;
    this.#on.closed(code);
    this.#later();
  }

  #later() {
    const longest = Math.min(LATEST, SOONEST * 2 ** this.#tries);
    this.#tries = Math.min(this.#tries + 1, 8);
    this.#timer = setTimeout(() => this.#connect(), longest * (0.5 + 0.5 * Math.random()));
  }

  /** The network is back: no reason to wait. */
  #retry() {
    if (this.#timer) this.#connect();
  }

  /** A server that is gone without a word is noticed. */
  #beat() {
    if (!this.open) return;
    if (performance.now() - this.#heard > SILENCE) this.#socket.close(4000);
    else this.send({ type: "heartbeat" });
  }
}
