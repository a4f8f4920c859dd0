import type { BuildOutcome } from '@cooperage/engines';
import { expect, it } from 'vitest';
import { builtFacts } from './built-facts.js';

const digest = `sha256:${'1'.repeat(64)}` as const;
const outcome: BuildOutcome = {
  digest,
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  sizeBytes: 7,
  platforms: ['linux/amd64'],
  baseImages: [],
  stepLines: new Map(),
  stepsRun: 2,
  stepsCached: 3,
};

it('counts steps, and exports a cache only when something ran', () => {
  expect(builtFacts(outcome, [])).toMatchObject({ digest, stepsTotal: 5, stepsCached: 3, exportCache: true });
  expect(builtFacts({ ...outcome, stepsRun: 0 }, [])).toMatchObject({ stepsTotal: 3, exportCache: false });
});

it('S-047 refuses more base images than a record may hold', () => {
  const baseImages = Array.from({ length: 201 }, (_, n) => ({ name: `busybox:${n}`, digest }));
  expect(() => builtFacts({ ...outcome, baseImages }, [])).toThrow(expect.objectContaining({ code: 'PolicyRefused' }));
  expect(builtFacts({ ...outcome, baseImages: baseImages.slice(1) }, []).baseImages).toHaveLength(200);
});

it('R3-A5 R7-B1 refuses addresses that are longer together than a record may be', () => {
  const material = (length: number) => ({ uri: `https://x.example/${'a'.repeat(length)}`, digest: { sha256: '1' } });
  const built = (length: number) =>
    builtFacts({ ...outcome, materials: Array.from({ length: 100 }, () => material(length)) }, []);
  expect(() => built(1_300)).toThrow(expect.objectContaining({ code: 'PolicyRefused' }));
  expect(built(1_200).sources).toHaveLength(100);
});
