// Sound as it travels: 16 bit, little-endian, mono, in base64 or in the open.

/** @returns {ArrayBuffer} */
export function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index);
  return bytes.buffer;
}

/** @param {ArrayBuffer} bytes @returns {Int16Array} An odd byte at the end is left out. */
export function pcmOf(bytes) {
  return new Int16Array(bytes, 0, bytes.byteLength >> 1);
}

/** @param {Int16Array} pcm @returns {Float32Array} -1 to 1. */
export function samplesOf(pcm) {
  return Float32Array.from(pcm, (each) => each / 32768);
}
