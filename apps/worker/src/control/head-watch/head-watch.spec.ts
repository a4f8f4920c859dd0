import type { QuietProject, SilenceRepository } from '@cooperage/db';
import { BuildFailure } from '@cooperage/domain';
import type { Logger } from '@cooperage/telemetry';
import { describe, expect, it, vi } from 'vitest';
import { SourceProjects } from '../../shared/source-projects.js';
import { HeadWatch } from './head-watch.js';

const quiet = (id: string): QuietProject => ({
  id,
  remoteUrl: 'https://git.example/x.git',
  gitCredentials: null,
  ref: 'refs/heads/main',
});

function watchOf(projects: QuietProject[], readBranch: (project: { id: string }) => Promise<string | null>) {
  const notes: unknown[] = [];
  const begun = new Set<string>();
  const warn = vi.fn();
  const silences = {
    quiet: async () => projects.filter(({ id }) => !begun.has(id)),
    begin: async ({ id }: QuietProject) => !begun.has(id) && begun.add(id),
    note: async (...note: unknown[]) => void notes.push(note),
  } as unknown as SilenceRepository;
  const logger = { warn } as unknown as Logger;
  const sources = new SourceProjects([] as never);
  const anew = () => new HeadWatch(silences, sources, { readBranch }, logger);
  return { watch: anew(), anew, notes, begun, warn };
}

describe('the watch over quiet webhooks', () => {
  it('notes what the git host has now', async () => {
    const { watch, notes } = watchOf([quiet('a'), quiet('b')], async () => 'c'.repeat(40));
    await watch.look();
    expect(notes).toEqual([
      ['a', 'refs/heads/main', 'c'.repeat(40)],
      ['b', 'refs/heads/main', 'c'.repeat(40)],
    ]);
  });

  it('R5-B3 asks one git host at a time, and not again for what a process did not survive', async () => {
    const asked: string[] = [];
    const dies = new Set(['a', 'b']);
    const { watch, anew, notes } = watchOf([quiet('a'), quiet('b'), quiet('c')], async ({ id }) => {
      asked.push(id);
      return dies.has(id) ? new Promise<never>(() => undefined) : null;
    });
    void watch.look();
    await expect.poll(() => asked).toEqual(['a']);
    void anew().look();
    await expect.poll(() => asked).toEqual(['a', 'b']);
    await anew().look();
    expect(asked).toEqual(['a', 'b', 'c']);
    expect(notes).toEqual([['c', 'refs/heads/main', null]]);
  });

  it('leaves a project alone that another process has looked at meanwhile', async () => {
    const { watch, notes, begun } = watchOf([quiet('a'), quiet('b')], async () => {
      begun.add('b');
      return null;
    });
    await watch.look();
    expect(notes).toEqual([['a', 'refs/heads/main', null]]);
  });

  it('takes a host that does not answer for no news, and does not ask again at once', async () => {
    const { watch, notes, warn } = watchOf([quiet('a')], async () => {
      throw new BuildFailure('SourceUnavailable', 'gone');
    });
    await watch.look();
    expect(notes).toEqual([['a', 'refs/heads/main', null]]);
    expect(warn).not.toHaveBeenCalled();
  });

  it('goes on over what it did not expect, and says so', async () => {
    const { watch, notes, warn } = watchOf([quiet('a')], async () => {
      throw new Error('odd');
    });
    await watch.look();
    expect(notes).toEqual([['a', 'refs/heads/main', null]]);
    expect(warn).toHaveBeenCalledOnce();
  });
});
