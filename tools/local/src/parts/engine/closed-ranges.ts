import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CHECKOUT } from '../../checkout.ts';

const FOLDER = path.join(CHECKOUT, 'deploy/network');

/** Where neither a step nor an engine ever gets to, in CIDR form. The engines of `docker-compose.yml` read the same files. */
export function closedRanges(): string[] {
  return read('closed-ranges.txt');
}

/** With the forms of the ranges of version 4 that a gateway would turn back into them. */
export function closedRanges6(): string[] {
  return read('closed-ranges-6.txt');
}

function read(file: string): string[] {
  const lines = readFileSync(path.join(FOLDER, file), 'utf8').split('\n');
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}
