import { readFileSync } from 'node:fs';
import type { BuildFailure } from '@cooperage/domain';
import { costRatio, cpuTimeMs } from '@cooperage/testing';
import { describe, expect, it } from 'vitest';
import { selectContext } from './context-tree.js';
import { DockerIgnore } from './docker-ignore.js';

/** Written by a small Go program around moby/patternmatcher and tonistiigi/fsutil, over random trees and patterns. */
interface Case {
  readonly ignore: string;
  readonly files: readonly string[];
  /** What BuildKit's own walk kept; folders end with a slash. */
  readonly result?: readonly string[];
  readonly error?: boolean;
}

const cases = readFileSync(new URL('./docker-ignore.cases.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case);

async function kept(ignore: string, files: readonly string[], maxSteps?: number): Promise<string[]> {
  const entries = files.map((path) => ({ path }));
  const selected = await selectContext(entries, DockerIgnore.parse(ignore, '.dockerignore', maxSteps));
  return selected.map(({ path, entry }) => (entry ? path : `${path}/`));
}

describe('DockerIgnore', () => {
  it.each(cases.map((one, index) => [index, one] as const))(
    'keeps what BuildKit keeps, case %i',
    async (_index, one) => {
      if (one.error) await expect(kept(one.ignore, one.files)).rejects.toThrow();
      else expect(await kept(one.ignore, one.files)).toEqual(one.result ?? []);
    },
  );

  it('names the line of a pattern that Docker refuses', () => {
    const error = thrown(() => DockerIgnore.parse('a\n\n[b\n', 'app/.dockerignore'));
    expect(error.report()).toMatchObject({ code: 'InvalidBuildConfig', place: { file: 'app/.dockerignore', line: 3 } });
  });

  it('knows no names that every object has', async () => {
    expect(await kept('__proto__\n', ['__proto__', 'constructor', 'toString/x'])).toEqual([
      'constructor',
      'toString/',
      'toString/x',
    ]);
  });

  it('S-049 matches a catastrophic pattern in linear time', () => {
    const work = (length: number) => () => {
      const ignore = DockerIgnore.parse(`${'*a'.repeat(30)}*b*`, '.dockerignore');
      for (let i = 0; i < 5; i++) ignore.judge('a'.repeat(length), undefined);
    };
    expect(costRatio(work(5_000), work(2_500), 3)).toBeLessThan(3);
  });

  it('S-049 gives up with a reason when the work on a whole context is too much, and lets others work meanwhile', async () => {
    const files = Array.from({ length: 2_000 }, (_, i) => `${'a/'.repeat(100)}${i}`);
    let turns = 0;
    let next: NodeJS.Immediate;
    const count = (): void => {
      turns++;
      next = setImmediate(count);
    };
    count();
    const error = await kept(`${'**/*'.repeat(50)}z1\n${'**/*'.repeat(50)}1`, files, 5_000_000).catch(
      (caught: BuildFailure) => caught,
    );
    clearImmediate(next!);
    expect(error).toMatchObject({ code: 'InvalidBuildConfig' });
    expect(turns).toBeGreaterThan(2);
  });

  it('S-049 gives up on one path that takes too much', async () => {
    const patterns = Array.from({ length: 1_000 }, (_, i) => `${'**/*'.repeat(200)}${i % 10}`).join('\n');
    const began = cpuTimeMs();
    await expect(kept(patterns, [`${'a/'.repeat(2_000)}x1`])).rejects.toMatchObject({ code: 'InvalidBuildConfig' });
    expect(cpuTimeMs() - began).toBeLessThan(3_000);
  });

  it('is quick on a large context with ordinary patterns', async () => {
    const patterns = [
      'node_modules',
      '**/node_modules',
      '.git',
      '**/*.log',
      '*.md',
      '!README.md',
      'dist/**',
      '**/.cache',
      'tmp?',
      '**/*.tsbuildinfo',
    ];
    const files = Array.from({ length: 20_000 }, (_, i) => `packages/p${i % 300}/src/feature/component-${i}.ts`);
    const began = cpuTimeMs();
    expect(await kept(patterns.join('\n'), files)).toHaveLength(20_901);
    expect(cpuTimeMs() - began).toBeLessThan(2_000);
  });

  it('S-049 refuses more patterns than anyone writes, and longer ones', () => {
    expect(thrown(() => DockerIgnore.parse('a\n'.repeat(1_001), 'x')).code).toBe('InvalidBuildConfig');
    expect(thrown(() => DockerIgnore.parse('a'.repeat(1_025), 'x')).code).toBe('InvalidBuildConfig');
  });
});

function thrown(work: () => unknown): BuildFailure {
  try {
    work();
  } catch (error) {
    return error as BuildFailure;
  }
  throw new Error('nothing was thrown');
}
