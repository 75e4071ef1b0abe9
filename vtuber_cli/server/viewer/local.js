// Addresses that come over the wire: only this server's are asked for.

/** The address, absolute; null if it is not this server's. */
export function local(address) {
  try {
    const found = new URL(address, location.href);
    return found.origin === location.origin ? found.href : null;
  } catch {
    return null;
  }
}
