import { randomBytes } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { secretForms } from './secret-forms.js';
import { SecretMasker } from './secret-masker.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function usedBytes(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const secrets = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `S${index}`, value: randomBytes(6144).toString('base64') }));

it('R-H8 takes memory in proportion to the bytes of all forms, and not much for each', async () => {
  const known = secrets(8);
  const patternBytes = known.flatMap((secret) => secretForms(secret)).reduce((sum, { length }) => sum + length, 0);
  const rounds: number[] = [];
  const kept: SecretMasker[] = [];
  // Code that is compiled meanwhile, and what other files leave to be collected, is not in the least of them.
  for (let round = 0; round < 3; round++) {
    const before = usedBytes();
    const masker = await SecretMasker.prepare(known);
    kept.push(masker);
    rounds.push((usedBytes() - before) / patternBytes);
    expect(masker.maskText(known[3]!.value)).toBe('[secret S3]');
  }
  expect(Math.min(...rounds)).toBeGreaterThan(1);
  expect(Math.min(...rounds)).toBeLessThan(12);
});

it('R-H8 lets others have their turns while it is prepared', async () => {
  let turns = 0;
  const counting = setInterval(() => turns++, 0);
  await SecretMasker.prepare(secrets(3));
  clearInterval(counting);
  expect(turns).toBeGreaterThan(3);
});
