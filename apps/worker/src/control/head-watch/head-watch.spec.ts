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

function watchOf(projects: QuietProject[], refs: () => Promise<{ commits: Map<string, string>; defaultBranch: null }>) {
  const notes: unknown[] = [];
  const warn = vi.fn();
  const silences = {
    quiet: async () => projects,
    note: async (...note: unknown[]) => void notes.push(note),
  } as unknown as SilenceRepository;
  const logger = { warn } as unknown as Logger;
  const sources = new SourceProjects([] as never);
  return { watch: new HeadWatch(silences, sources, { refs: refs as never }, logger), notes, warn };
}

describe('the watch over quiet webhooks', () => {
  it('notes what the git host has now', async () => {
    const { watch, notes } = watchOf([quiet('a'), quiet('b')], async () => ({
      commits: new Map([['refs/heads/main', 'c'.repeat(40)]]),
      defaultBranch: null,
    }));
    await watch.look();
    expect(notes).toEqual([
      ['a', 'refs/heads/main', 'c'.repeat(40)],
      ['b', 'refs/heads/main', 'c'.repeat(40)],
    ]);
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
