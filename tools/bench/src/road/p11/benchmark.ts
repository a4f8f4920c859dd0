import { type Descriptor, inParallel } from '@cooperage/oci';
import type { Bench, Benchmark, Measured } from '../../benchmark.js';
import { findingOfPairs } from '../../findings.js';
import { demand } from '../../measure/inexact.js';
import type { Pair } from '../../measure/ratio.js';
import { BothSigners, type Cost } from './both-signers.js';

const batchSize = 100;
const atOnce = 8;

export const inProcessSigning: Benchmark = {
  id: 'P11',
  about: [
    'theirs: cosign sign, cosign sign in the older storage, cosign attest: three calls; each opens its encrypted key file',
    'ours: libs/signing and libs/oci in this process, the key open as it is in control; four artifacts, since the provenance',
    '  goes out in both storages too; the batch signs 100 images, eight at once, against 100 times the pair’s cosign',
    'CPU: of this process, and of its children by the kernel’s count; the registry’s is in neither',
    'same key, registry and kind of image; stock cosign verifies each image in both storages and its provenance',
  ],
  run: measure,
};

interface SignedPair {
  readonly ours: Cost;
  readonly theirs: Cost;
}

async function measure({ world, amount, random, say, signal }: Bench): Promise<Measured> {
  const signers = await BothSigners.prepare(world);
  await onePair(signers);
  const pairs: SignedPair[] = [];
  const batches: Pair[] = [];
  for (let at = 0; at < amount.pairs; at++) {
    signal.throwIfAborted();
    const [first, second] = [await onePair(signers), await onePair(signers)];
    pairs.push(first, second);
    batches.push({ ours: await oneBatch(signers), theirs: second.theirs.ms * batchSize });
    if ((at + 1) % 5 === 0) say(`${at + 1} of ${amount.pairs}: two pairs and a batch each`);
  }
  const pairsOf = (of: (cost: Cost) => number) =>
    pairs.map(({ ours, theirs }): Pair => ({ ours: of(ours), theirs: of(theirs) }));
  return {
    findings: [
      findingOfPairs(
        'P11/wall',
        pairsOf((cost) => cost.ms),
        random,
      ),
      findingOfPairs(
        'P11/cpu',
        pairsOf((cost) => cost.cpuMs),
        random,
      ),
      findingOfPairs('P11/batch', batches, random),
    ],
  };
}

async function onePair(signers: BothSigners): Promise<SignedPair> {
  const [one, other] = [await signers.newImage(), await signers.newImage()];
  const theirs = await signers.theirs(one);
  const ours = await signers.ours(other);
  await signers.verify(one);
  await signers.verify(other);
  return { ours, theirs };
}

/** Milliseconds for all of them; the first and the last are verified, and none may throw. */
async function oneBatch(signers: BothSigners): Promise<number> {
  const images: Descriptor[] = [];
  for (let at = 0; at < batchSize; at++) images.push(await signers.newImage());
  let signed = 0;
  const started = performance.now();
  await inParallel(images, atOnce, async (image) => {
    await signers.signInProcess(image);
    signed += 1;
  });
  const ms = performance.now() - started;
  demand(signed === batchSize, `${signed} of ${batchSize} images were signed`);
  for (const image of [images[0]!, images.at(-1)!]) await signers.verify(image);
  return ms;
}
