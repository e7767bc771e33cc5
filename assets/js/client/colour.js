/** The application's colour made fit for reading: dark enough on light ground, light enough on dark ground. */

/** @typedef {[number, number, number]} Rgb 0 to 255 each */

/** @type {Rgb} */ const WHITE = [255, 255, 255];
const RATIO = 5.2;

/** @param {string|null|undefined} text @returns {Rgb|null} */
export function parse(text) {
  const match = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text ?? '');
  if (!match) return null;
  const digits = match[1].length === 3 ? [...match[1]].map((one) => one + one) : (match[1].match(/../g) ?? []);
  return /** @type {Rgb} */ (digits.map((pair) => parseInt(pair, 16)));
}

/** WCAG 2 relative luminance. @param {Rgb} rgb */
function luminance(rgb) {
  const [r, g, b] = rgb.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** @param {Rgb} a @param {Rgb} b */
export function contrast(a, b) {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

/** @param {Rgb} from @param {Rgb} to @param {number} part */
const mix = (from, to, part) => /** @type {Rgb} */ (from.map((value, at) => Math.round(value + (to[at] - value) * part)));

/**
 * The nearest colour towards black or white that can be read on a ground.
 * @param {Rgb} colour @param {Rgb} ground @param {number} ratio
 */
export function readable(colour, ground, ratio) {
  /** @type {Rgb} */ const end = luminance(ground) > 0.4 ? [0, 0, 0] : [255, 255, 255];
  for (let part = 0; part < 1; part += 0.04) {
    const tried = mix(colour, end, part);
    if (contrast(tried, ground) >= ratio) return tried;
  }
  return end;
}

/** @param {Rgb} rgb */
const hex = (rgb) => `#${rgb.map((value) => value.toString(16).padStart(2, '0')).join('')}`;

/** On which white can be read. @param {string|null|undefined} brand */
export function dark(brand) {
  const colour = parse(brand);
  return colour && hex(readable(colour, WHITE, RATIO));
}

/** Sets the accent of the whole page. @param {string|null|undefined} brand @param {HTMLElement} root */
export function paint(brand, root) {
  const colour = parse(brand);
  if (!colour) return;
  root.style.setProperty('--accent-light', hex(readable(colour, WHITE, RATIO)));
  root.style.setProperty('--accent-dark', hex(readable(colour, [32, 35, 42], 6)));
}

/** A stable hue for a name, so that the same person looks the same everywhere. @param {string} text @param {number} hues */
export function hueOf(text, hues) {
  let hash = 2166136261;
  for (const letter of text) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 16777619);
  return (hash >>> 0) % hues;
}
