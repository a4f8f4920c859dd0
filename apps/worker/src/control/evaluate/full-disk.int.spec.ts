import type { Source } from '@cooperage/source';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EvaluateBench } from '../../../spec/evaluate-bench.js';

const main = 'refs/heads/main';
/** More tries than a git host has that does not answer, and than may fail for one delivery. */
const manyTries = 15;

describe('R14B-3 a disk of control that has less left than stays free', () => {
  let bench: EvaluateBench;
  let short: Source;
  beforeAll(async () => {
    bench = await EvaluateBench.open();
    short = bench.sourceWithin({ minFreeBytes: Number.MAX_SAFE_INTEGER });
  });
  afterAll(async () => {
    await short?.close();
    await bench?.close();
  });

  it('R14B-3 lets a push wait, says so, and the push is evaluated when there is room', async () => {
    const project = await bench.project();
    const commit = await bench.commit(project, '1');
    const deliveryId = await bench.receive(project, main, { after: commit });
    const service = bench.serviceOn(short);
    for (let at = 0; at < manyTries; at++) expect(await bench.look(deliveryId, service)).toMatchObject({ done: false });
    const waiting = await bench.world.db.prisma.delivery.findUniqueOrThrow({ where: { id: deliveryId } });
    expect(waiting).toMatchObject({
      ...{ status: 'evaluating', failureCode: null, reason: null, evaluationAttempts: 0 },
      note: expect.stringMatching(/The disk has .+ left, and keeps .+ free\. The push is looked at again/),
    });
    expect(await bench.evaluate(deliveryId)).toMatchObject({ status: 'evaluated', note: null });
    expect(await bench.built(project)).toEqual([commit]);
  });
});
