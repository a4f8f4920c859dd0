import { LayerError } from './layer-problem.js';

/** What extended attributes change of the entry behind them. */
export interface PaxAttributes {
  readonly path?: string;
  readonly link?: string;
  readonly sizeBytes?: number;
}

const names = ['path=', 'linkpath=', 'size='].map((name) => Buffer.from(name));
/** No other name begins so: one look at a byte rules out nearly all records of a block that is made to cost time. */
const firstBytes = new Set(names.map((name) => name[0]));
/** Of a record's length, as it is written. */
const mostDigits = 9;

/**
 * Records `<length> <name>=<value>\n` of POSIX pax. The last one of a name counts. Hundreds of thousands may stand in one block,
 * so only those that count are made a text.
 * @throws {LayerError} `not_a_tar`
 */
export function parsePaxAttributes(bytes: Buffer): PaxAttributes {
  const values: (Buffer | undefined)[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { length, digits } = lengthAt(bytes, at);
    const end = at + length;
    if (length <= digits + 2 || end > bytes.length || bytes[end - 1] !== 0x0a) throw new LayerError('not_a_tar');
    const start = at + digits + 1;
    for (let which = firstBytes.has(bytes[start]) ? 0 : names.length; which < names.length; which++) {
      const name = names[which]!;
      if (standsAt(bytes, start, name)) values[which] = bytes.subarray(start + name.length, end - 1);
    }
    at = end;
  }
  const [path, link, size] = values.map((value) => value?.toString('utf8'));
  if (size !== undefined && !/^\d{1,15}$/.test(size)) throw new LayerError('not_a_tar');
  return {
    ...(path !== undefined && { path }),
    ...(link !== undefined && { link }),
    ...(size !== undefined && { sizeBytes: Number(size) }),
  };
}

/** The number before the next space; a length of 0 where there is none. */
function lengthAt(bytes: Buffer, at: number): { readonly length: number; readonly digits: number } {
  let length = 0;
  for (let digits = 0; digits <= mostDigits; digits++) {
    const byte = bytes[at + digits];
    if (byte === 0x20) return { length, digits };
    if (byte === undefined || byte < 0x30 || byte > 0x39) break;
    length = length * 10 + byte - 0x30;
  }
  return { length: 0, digits: 0 };
}

function standsAt(bytes: Buffer, start: number, name: Buffer): boolean {
  for (let at = 0; at < name.length; at++) if (bytes[start + at] !== name[at]) return false;
  return true;
}
