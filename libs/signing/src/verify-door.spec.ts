import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** Files of this library that `file` leads to, types included. */
function reachable(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, target] of readFileSync(file, 'utf8').matchAll(/from '(\.[^']+)\.js'/g))
    reachable(join(dirname(file), `${target}.ts`), seen);
  return seen;
}

describe('the door for those who only verify', () => {
  const files = [...reachable(fileURLToPath(new URL('./verify.ts', import.meta.url)))];

  it('leads to the verifier', () => {
    expect(files.some((file) => file.endsWith('check/verify-image.ts'))).toBe(true);
  });

  it('leads to no code that signs, opens or makes keys', () => {
    expect(files.filter((file) => /signer|signing-key|cosign-key-file|push|make\//.test(file))).toEqual([]);
    const forbidden = /createPrivateKey|generateKeyPair|createSign|\bsign\b[^a-zA-Z]*\}? from 'node:crypto'|openBox/;
    expect(files.filter((file) => forbidden.test(readFileSync(file, 'utf8')))).toEqual([]);
  });
});
