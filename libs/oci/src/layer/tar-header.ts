import { LayerError } from './layer-problem.js';

export const blockBytes = 512;

/** One header of a tar archive (POSIX ustar, with GNU's numbers), before extended attributes change it. */
export interface TarHeader {
  readonly path: string;
  readonly link: string;
  /** Type flag: `0` file, `5` directory, `x` attributes of the next entry, `L` long name of the next, … */
  readonly type: string;
  readonly sizeBytes: number;
}

/** Null for a block of zeros, which ends the archive. @throws {LayerError} `not_a_tar` */
export function parseTarHeader(block: Buffer): TarHeader | null {
  if (block.every((byte) => byte === 0)) return null;
  if (number(block, 148, 8) !== checksumOf(block)) throw new LayerError('not_a_tar');
  const ustar = block.toString('latin1', 257, 262) === 'ustar';
  const prefix = ustar ? text(block, 345, 155) : '';
  const name = text(block, 0, 100);
  return {
    path: prefix === '' ? name : `${prefix}/${name}`,
    link: text(block, 157, 100),
    type: block[156] === 0 ? '0' : String.fromCharCode(block[156]!),
    sizeBytes: number(block, 124, 12),
  };
}

/** The sum over the header as if its own field were spaces. */
function checksumOf(block: Buffer): number {
  let sum = 8 * 0x20;
  for (let at = 0; at < blockBytes; at++) if (at < 148 || at >= 156) sum += block[at]!;
  return sum;
}

function text(block: Buffer, start: number, length: number): string {
  const end = block.indexOf(0, start);
  return block.toString('utf8', start, end === -1 || end > start + length ? start + length : end);
}

/** Octal digits, or GNU's big-endian number behind a byte of 0x80. */
function number(block: Buffer, start: number, length: number): number {
  if (block[start]! >= 0x80) return binaryNumber(block.subarray(start, start + length));
  const digits = block.toString('latin1', start, start + length).replaceAll(/[\0 ]/g, '');
  if (!/^[0-7]{0,12}$/.test(digits)) throw new LayerError('not_a_tar');
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}

function binaryNumber(bytes: Buffer): number {
  const value = bytes.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0);
  if (bytes[0] !== 0x80 || !Number.isSafeInteger(value)) throw new LayerError('not_a_tar');
  return value;
}
