// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles are full of them.
import { syncStretchRatio } from '@cooperage/testing';
import { describe, expect, it } from 'vitest';
import { atOnce, inTurns } from '../../share/in-turns.js';
import { copySelection } from './copy-pattern.js';
import { lookBudget } from './step-files.js';
import { keyedSteps } from './step-keys.js';
import { planDockerfile } from './step-plan.js';
import { builtFrom, entries } from './why-ran.fixture.js';
import { whyStepsRanSliced } from './why-ran.js';

const name = 'a'.repeat(120);
const files = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`${name}${at}`, '1']));
/** Each begins like every name, and fits none. */
const wildcard = (at: number) => `${'*a'.repeat(48)}b${at}`;
const plain = (at: number) => `b${at}`;
const copyOf = (count: number, source: (at: number) => string) =>
  `FROM busybox\nCOPY ${Array.from({ length: count }, (_, at) => source(at)).join(' ')} /\nRUN x\n`;
const buildOf = (sources: number, source: (at: number) => string, count: number) =>
  builtFrom({ number: 2, dockerfile: copyOf(sources, source), files: files(count) });

describe('R3-A1 a COPY of very many sources', () => {
  it('R3-A1 has its context left aside when its patterns are more work than one question may take', () => {
    const small = { looksLeft: 200 };
    const steps = atOnce(keyedSteps(buildOf(40, wildcard, 10), small));
    expect(steps.map((step) => step.files === null)).toEqual([false, true, false]);
    expect(small.looksLeft).toBe(0);
  });

  it('R3-A1 is compared as before when its patterns are few', () => {
    const budget = { looksLeft: 200 };
    const [, copy] = atOnce(
      keyedSteps(
        buildOf(2, (at) => `*${at}`, 10),
        budget,
      ),
    );
    expect(copy?.files?.map(({ path }) => path.slice(-1))).toEqual(['0', '1']);
    expect(budget.looksLeft).toBeGreaterThan(0);
  });

  it.each([
    ['5,000 patterns', 5_000, wildcard, 300],
    ['50,000 paths', 50_000, plain, 1_000],
    ['few patterns for many files', 8, wildcard, 20_000],
  ])('R3-A1 lets others of the process in, with %s', async (_what, sources, source, count) => {
    const now = buildOf(sources, source, count);
    const work = () => inTurns(whyStepsRanSliced(now, [{ ...now, build: { id: 'b1', number: 1 } }], lookBudget()));
    expect(await syncStretchRatio(work)).toBeLessThan(80);
  });

  it('R3-A1 takes the time of one source when all are plain paths', () => {
    const context = entries(files(2_000));
    const all = copySelection([...Array.from({ length: 50_000 }, (_, at) => plain(at)), `${name}7`]);
    expect(context.filter(all).map(({ path }) => path)).toEqual([`${name}7`]);
  });
});

describe('R3-A1 a Dockerfile that multiplies a long variable', () => {
  const long = 'v'.repeat(8_000);

  it('R3-A1 has no more text in its sources than is meant', () => {
    const copy = `FROM busybox\nARG A=${long}\nCOPY ${'$A '.repeat(2_000)} /\nCOPY b /\n`;
    expect(planDockerfile(copy, {}).steps.map(({ reads }) => reads.files)).toEqual([[], null, ['b']]);
  });

  it('R3-A1 is planned in part when its variables reach too many steps', () => {
    const variables = Array.from({ length: 20 }, (_, at) => `ENV A${at}=${long}\n`).join('');
    const { steps } = planDockerfile(`FROM busybox\n${variables}${'RUN x\n'.repeat(2_000)}`, {});
    expect(steps.length).toBeGreaterThan(50);
    expect(steps.length).toBeLessThan(200);
  });
});
