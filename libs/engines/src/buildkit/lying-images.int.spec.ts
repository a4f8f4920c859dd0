import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageAndItsDouble } from '../testing/planted-image.js';
import { endTrial, trialCgroupParent, trialEngine } from '../testing/trial-engine.js';
import { unique } from '../testing/trial-request.js';
import { TrialSite } from '../testing/trial-site.js';
import type { BuildkitEngine } from './engine.js';

const main = { zone: 'protected', ref: 'refs/heads/main' } as const;
const topic = { zone: 'branch', ref: 'refs/heads/topic' } as const;

describe('an image whose configuration names the sums of another image', { timeout: 180_000 }, () => {
  const cgroupParent = trialCgroupParent();
  let engine: BuildkitEngine;

  beforeAll(() => {
    engine = trialEngine({ cgroupParent });
  });
  afterAll(() => endTrial(cgroupParent, engine));

  const shows = (image: string) => `FROM ${image}\nRUN cat /proof # ${unique()}\n`;

  it('R12A-1 is not unpacked, and a build of another project gets the other image with its own files', async () => {
    const words = { honest: `VICTIM-${unique()}`, lying: `ATTACKER-${unique()}` };
    const images = await imageAndItsDouble(engine, words);
    const attack = new TrialSite().build(engine, { ...topic, dockerfile: shows(images.lying) });
    const failure = { code: 'StepFailed', message: expect.stringMatching(/^Failed to verify layer sha256:/) };
    await expect(attack).rejects.toMatchObject(failure);
    expect(await engine.check()).toMatchObject({ ok: true, warnings: [] });
    const victim = await new TrialSite().build(engine, { ...main, dockerfile: shows(images.honest) });
    expect(victim.record.output()).toContain(words.honest);
  });
});
