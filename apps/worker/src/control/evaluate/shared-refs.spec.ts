import { BuildFailure } from '@cooperage/domain';
import type { RemoteRefs } from '@cooperage/source';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { SharedRefs } from './shared-refs.js';

const project = { id: 'p', remoteUrl: 'https://git.example/x' };
const answerOf = (heldBytes: number): RemoteRefs => ({
  commits: new Map([['refs/heads/main', 'a'.repeat(40)]]),
  ...{ defaultBranch: 'refs/heads/main', leftOut: 0, heldBytes },
});

describe('R-H11 one conversation for the deliveries of a project', () => {
  let now: number;
  let refs: ReturnType<typeof vi.fn<() => Promise<RemoteRefs>>>;
  let shared: SharedRefs;
  beforeEach(() => {
    now = 1_000;
    refs = vi.fn(async () => answerOf(1));
    shared = new SharedRefs({ refs }, () => now);
  });

  it('answers a thousand deliveries that waited when it began', async () => {
    for (let number = 0; number < 1_000; number++) await shared.refs(project, 900);
    expect(refs).toHaveBeenCalledTimes(1);
  });

  it('does not answer one that came after it began: it may tell of a later push', async () => {
    await shared.refs(project, 900);
    await shared.refs(project, 1_001);
    expect(refs).toHaveBeenCalledTimes(2);
    now = 1_002;
    await shared.refs(project, 1_001);
    await shared.refs(project, 1_002);
    expect(refs).toHaveBeenCalledTimes(3);
  });

  it('tells all that waited that the host does not answer, and asks again for one that waited for a pause', async () => {
    refs.mockRejectedValueOnce(new BuildFailure('SourceUnavailable', 'away'));
    await expect(shared.refs(project, 900)).rejects.toThrow('away');
    await expect(shared.refs(project, 950)).rejects.toThrow('away');
    expect(refs).toHaveBeenCalledTimes(1);
    now = 3_000;
    expect(await shared.refs(project, 2_900)).toMatchObject({ leftOut: 0 });
  });

  it('asks again after half a minute, at another address, and for another project', async () => {
    await shared.refs(project, 900);
    await shared.refs({ ...project, remoteUrl: 'https://git.example/y' }, 900);
    await shared.refs({ ...project, id: 'q' }, 900);
    expect(refs).toHaveBeenCalledTimes(3);
    now += 30_000;
    await shared.refs(project, 900);
    expect(refs).toHaveBeenCalledTimes(4);
  });

  it('R5-B3 keeps no answer that takes much memory', async () => {
    refs.mockImplementation(async () => answerOf(1_048_577));
    await shared.refs(project, 900);
    await Promise.resolve();
    await shared.refs(project, 900);
    expect(refs).toHaveBeenCalledTimes(2);
  });

  const ask = async (count: number) => {
    for (let number = 0; number < count; number++) await shared.refs({ ...project, id: `p${number}` }, 900);
  };

  it('answers the deliveries of many projects that come in turn', async () => {
    await ask(1_000);
    await ask(1_000);
    expect(refs).toHaveBeenCalledTimes(1_000);
  });

  it('R5-B3 keeps the newest answers, 32 MiB of them', async () => {
    refs.mockImplementation(async () => answerOf(1_048_576));
    await ask(40);
    await shared.refs({ ...project, id: 'p39' }, 900);
    await shared.refs({ ...project, id: 'p8' }, 900);
    expect(refs).toHaveBeenCalledTimes(40);
    await shared.refs({ ...project, id: 'p7' }, 900);
    expect(refs).toHaveBeenCalledTimes(41);
    // A larger one takes no room.
    refs.mockImplementation(async () => answerOf(1_048_577));
    await shared.refs({ ...project, id: 'large' }, 900);
    await shared.refs({ ...project, id: 'p10' }, 900);
    expect(refs).toHaveBeenCalledTimes(42);
  });
});
