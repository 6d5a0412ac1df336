/** Which addresses are the playground's own files. */

const OWN = /^\/(?:ephemeral-)?(?:attachments|avatars)\//;

/**
 * The path of a file that this playground serves, or null for an address elsewhere. Links carry the stand-in's own
 * origin, and the page may have been opened under another name of the same machine.
 *
 * @param {string | null | undefined} address
 * @returns {string | null}
 */
export function ownPath(address) {
  try {
    const { pathname, search, hostname } = new URL(address, document.baseURI);
    const here = ["localhost", "127.0.0.1", "[::1]", location.hostname].includes(hostname);
    return here && OWN.test(pathname) ? pathname + search : null;
  } catch {
    return null;
  }
}

/** The host of an address, for a person to read. @param {string} address */
export function hostOf(address) {
  try {
    return new URL(address).host;
  } catch {
    return "an unknown place";
  }
}

/** How large a file is: "812 B", "93 kB", "2.4 MB". @param {number} bytes */
export function sizeText(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 999500) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
