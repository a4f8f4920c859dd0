import { LayerError } from './layer-problem.js';

/** What extended attributes change of the entry behind them. */
export interface PaxAttributes {
  readonly path?: string;
  readonly link?: string;
  readonly sizeBytes?: number;
}

/** Records `<length> <name>=<value>\n` of POSIX pax. @throws {LayerError} `not_a_tar` */
export function parsePaxAttributes(bytes: Buffer): PaxAttributes {
  let found: PaxAttributes = {};
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const digits = space === -1 ? '' : bytes.toString('latin1', at, space);
    const length = /^\d{1,9}$/.test(digits) ? Number(digits) : 0;
    const end = at + length;
    if (length <= digits.length + 2 || end > bytes.length || bytes[end - 1] !== 0x0a) throw new LayerError('not_a_tar');
    found = { ...found, ...attribute(bytes.toString('utf8', space + 1, end - 1)) };
    at = end;
  }
  return found;
}

function attribute(record: string): PaxAttributes {
  const at = record.indexOf('=');
  const [name, value] = [record.slice(0, at), record.slice(at + 1)];
  if (name === 'path') return { path: value };
  if (name === 'linkpath') return { link: value };
  if (name !== 'size') return {};
  if (!/^\d{1,15}$/.test(value)) throw new LayerError('not_a_tar');
  return { sizeBytes: Number(value) };
}
