/**
 * Colours and weights of log text, as one small number so that a line's style costs nothing to keep. Colours are reduced
 * to the sixteen that the theme has checked for contrast.
 */
export interface SgrStyle {
  /** 0 for the default, else 1 to 16. */
  readonly foreground: number;
  readonly background: number;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
}

export type PackedSgr = number;
export const plainSgr: PackedSgr = 0;

const shift = { foreground: 0, background: 5 } as const;
const colourMask = 0b11111;
const flag = { bold: 1 << 10, dim: 1 << 11, italic: 1 << 12, underline: 1 << 13, inverse: 1 << 14 } as const;

export function unpackSgr(packed: PackedSgr): SgrStyle {
  return {
    foreground: (packed >> shift.foreground) & colourMask,
    background: (packed >> shift.background) & colourMask,
    bold: (packed & flag.bold) !== 0,
    dim: (packed & flag.dim) !== 0,
    italic: (packed & flag.italic) !== 0,
    underline: (packed & flag.underline) !== 0,
    inverse: (packed & flag.inverse) !== 0,
  };
}

/** Applies the parameters of one `CSI … m` (ECMA-48 §8.3.117). What is unknown changes nothing. */
export function applySgr(packed: PackedSgr, parameters: readonly number[]): PackedSgr {
  let style = packed;
  for (let i = 0; i < Math.max(1, parameters.length); i++) {
    const code = parameters[i] ?? 0;
    if (code === 38 || code === 48) {
      const { colour, used } = extendedColour(parameters, i + 1);
      if (colour !== null) style = withColour(style, code === 38 ? 'foreground' : 'background', colour);
      i += used;
    } else style = applyOne(style, code);
  }
  return style;
}

function applyOne(style: PackedSgr, code: number): PackedSgr {
  if (code === 0) return plainSgr;
  if (code >= 30 && code <= 37) return withColour(style, 'foreground', code - 29);
  if (code >= 90 && code <= 97) return withColour(style, 'foreground', code - 81);
  if (code >= 40 && code <= 47) return withColour(style, 'background', code - 39);
  if (code >= 100 && code <= 107) return withColour(style, 'background', code - 91);
  if (code === 39) return withColour(style, 'foreground', 0);
  if (code === 49) return withColour(style, 'background', 0);
  return applyFlag(style, code);
}

function applyFlag(style: PackedSgr, code: number): PackedSgr {
  switch (code) {
    case 1:
      return style | flag.bold;
    case 2:
      return style | flag.dim;
    case 3:
      return style | flag.italic;
    case 4:
      return style | flag.underline;
    case 7:
      return style | flag.inverse;
    case 22:
      return style & ~(flag.bold | flag.dim);
    case 23:
      return style & ~flag.italic;
    case 24:
      return style & ~flag.underline;
    case 27:
      return style & ~flag.inverse;
    default:
      return style;
  }
}

function withColour(style: PackedSgr, layer: keyof typeof shift, colour: number): PackedSgr {
  return (style & ~(colourMask << shift[layer])) | (colour << shift[layer]);
}

function extendedColour(parameters: readonly number[], at: number): { colour: number | null; used: number } {
  if (parameters[at] === 5) return { colour: indexedColour(parameters[at + 1] ?? 0), used: 2 };
  if (parameters[at] === 2) {
    const [red = 0, green = 0, blue = 0] = parameters.slice(at + 1, at + 4);
    return { colour: nearestColour(red, green, blue), used: 4 };
  }
  return { colour: null, used: 1 };
}

function indexedColour(index: number): number | null {
  if (index < 0 || index > 255) return null;
  if (index < 16) return index + 1;
  if (index >= 232) {
    const grey = (index - 232) * 10 + 8;
    return nearestColour(grey, grey, grey);
  }
  const level = (value: number): number => (value === 0 ? 0 : value * 40 + 55);
  const cube = index - 16;
  return nearestColour(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6));
}

/** One of the sixteen by hue and lightness: each strong channel sets its bit. */
function nearestColour(red: number, green: number, blue: number): number {
  const most = Math.max(red, green, blue);
  if (most < 64) return 1;
  const spread = most - Math.min(red, green, blue);
  if (spread < 32) return most > 200 ? 16 : most > 140 ? 8 : 9;
  const strong = (channel: number, bit: number): number => (channel > most * 0.66 ? bit : 0);
  const hue = strong(red, 1) | strong(green, 2) | strong(blue, 4);
  return hue + 1 + (most > 200 ? 8 : 0);
}

/** The style behind these bytes, of which only whole colour sequences count. Looks at nothing else, so it is quick. */
export function styleAfter(start: PackedSgr, data: Uint8Array): PackedSgr {
  let style = start;
  for (let at = data.indexOf(0x1b); at !== -1; at = data.indexOf(0x1b, at + 1)) {
    if (data[at + 1] !== 0x5b) continue;
    const parameters = sgrParameters(data, at + 2);
    if (parameters) style = applySgr(style, parameters);
  }
  return style;
}

/** A longer parameter list is no colour. */
const maxParameterBytes = 64;

function sgrParameters(data: Uint8Array, start: number): number[] | null {
  const parameters = [0];
  for (let at = start; at < data.length && at <= start + maxParameterBytes; at++) {
    const byte = data[at]!;
    if (byte === 0x6d) return parameters;
    if (byte === 0x3b || byte === 0x3a) parameters.push(0);
    else if (byte >= 0x30 && byte <= 0x39) parameters.push(parameters.pop()! * 10 + byte - 0x30);
    else return null;
  }
  return null;
}
