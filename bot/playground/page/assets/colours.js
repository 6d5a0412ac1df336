/** Roles choose any colour they like; names must be readable in it, by night and on paper. */

/** What a name may stand on that is hardest to read on: a message that mentions you, one that only you can see. */
const GROUNDS = { dark: [47, 42, 65], light: [240, 236, 251] };
const ENOUGH = 4.6;
const made = new Map();

/**
 * A role's colour, drawn towards white or black until it can be read.
 *
 * @param {string | number | null | undefined} colour "#rrggbb", or Discord's number; 0 is none
 * @returns {{[property: string]: string}} style for `h`: --role-dark and --role-light, for the style sheets to choose
 */
export function roleStyle(colour) {
  const number = typeof colour === "string" ? parseInt(colour.replace("#", ""), 16) : colour;
  if (!number) return {};
  if (!made.has(number)) {
    made.set(number, { "--role-dark": readable(number, "dark"), "--role-light": readable(number, "light") });
  }
  return made.get(number);
}

function readable(number, theme) {
  const wanted = [number >> 16 & 255, number >> 8 & 255, number & 255];
  const end = theme === "dark" ? 255 : 0;
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = wanted.map((one) => Math.round(one + (end - one) * share));
    if (contrast(mixed, GROUNDS[theme]) >= ENOUGH) return `rgb(${mixed.join(" ")})`;
  }
  return `rgb(${end} ${end} ${end})`;
}

/** As the Web Content Accessibility Guidelines reckon it. @param {number[]} one @param {number[]} other */
function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(channels) {
  const [red, green, blue] = channels.map((one) => {
    const share = one / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
