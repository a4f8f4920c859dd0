import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PackageServer, services } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { BuildLimits } from '../build-request.js';
import { detectHierarchy } from '../cgroup/detect.js';
import type { EngineEvent } from '../engine.js';
import { EventRecord } from '../testing/event-record.js';
import { randomImage } from '../testing/planted-image.js';
import {
  endTrial,
  groupAt,
  processesIn,
  pushRequest,
  trialCgroupParent,
  trialEngine,
} from '../testing/trial-engine.js';
import { unique } from '../testing/trial-request.js';
import type { BuildkitEngine } from './engine.js';

const never = new AbortController().signal;
const mebibyte = 1024 * 1024;

const cpuMsOf = (group: string) => detectHierarchy('/sys/fs/cgroup')?.counters(groupAt(group))?.cpuMs ?? 0;

/** Whether a build is slowed down now, in either version of control groups. */
function heldAt(group: string): boolean {
  const files = [`cpu${groupAt(group)}/cpu.cfs_period_us`, `${groupAt(group)}/cpu.max`];
  const file = files.map((name) => join('/sys/fs/cgroup', name)).find((name) => existsSync(name));
  return file !== undefined && readFileSync(file, 'utf8').trim().endsWith('1000000');
}

describe('limits of a build', () => {
  let engine: BuildkitEngine;
  const cgroupParent = trialCgroupParent();

  beforeAll(() => {
    engine = trialEngine({ cgroupParent });
  });
  afterAll(() => endTrial(cgroupParent, engine));

  const limited = (limits: BuildLimits, command: string) => {
    const group = `limits-${unique()}`;
    const request = pushRequest(`FROM busybox\nRUN ${command} # ${unique()}\n`, {
      limits: { networkMode: 'none', group, ...limits },
    });
    return { request, group: `${cgroupParent}/${group}` };
  };

  it('S-041 memory: a hog is told from a step that fails', async () => {
    const { request } = limited({ memoryBytes: 64 * mebibyte }, 'exec tail /dev/zero');
    await expect(engine.build(request, () => {}, never)).rejects.toMatchObject({
      code: 'StepOutOfMemory',
      place: { line: 2, exitCode: 137 },
    });
    const honest = limited({ memoryBytes: 64 * mebibyte }, 'exit 137').request;
    await expect(engine.build(honest, () => {}, never)).rejects.toMatchObject({ code: 'StepFailed' });
  });

  it('S-041 a full page cache in the step before does not make exit code 137 a lack of memory', async () => {
    const fill = 'dd if=/dev/zero of=/big bs=1M count=100 2>/dev/null && rm /big';
    const limits = { networkMode: 'none' as const, group: `limits-${unique()}`, memoryBytes: 32 * mebibyte };
    const request = pushRequest(`FROM busybox\nRUN ${fill} # ${unique()}\nRUN exit 137\n`, { limits });
    await expect(engine.build(request, () => {}, never)).rejects.toMatchObject({
      code: 'StepFailed',
      place: { line: 3 },
    });
  });

  it('S-041 processes: a bomb of forks fails, and nothing is left', async () => {
    const { request, group } = limited({ pids: 40 }, 'for i in $(seq 200); do sleep 20 & done; wait');
    const record = new EventRecord();
    await expect(engine.build(request, record.emit, never)).rejects.toMatchObject({
      code: 'StepProcessLimit',
      place: { line: 2 },
    });
    expect(record.output()).toMatch(/fork/i);
    expect(processesIn(group)).toBe(0);
    const honest = limited({ pids: 40 }, 'sleep 0.1 & wait; exit 3').request;
    await expect(engine.build(honest, () => {}, never)).rejects.toMatchObject({ code: 'StepFailed' });
  });

  it('S-041 processes: a bomb of forks that goes on at its limit is ended', async () => {
    const group = `limits-${unique()}`;
    const bomb = `FROM debian:bookworm\nRUN perl -e 'while (1) { fork }' # ${unique()}\n`;
    const request = pushRequest(bomb, { limits: { networkMode: 'none', group, pids: 40, cpus: 1 } });
    await expect(engine.build(request, () => {}, never)).rejects.toMatchObject({ code: 'StepProcessLimit' });
    expect(processesIn(`${cgroupParent}/${group}`)).toBe(0);
  });

  it('S-041 memory: a hog that is started again each time is ended; a step that has lost one process is not', async () => {
    const memoryBytes = 32 * mebibyte;
    const { request, group } = limited({ memoryBytes }, 'while :; do tail /dev/zero; done');
    await expect(engine.build(request, () => {}, never)).rejects.toMatchObject({ code: 'StepOutOfMemory' });
    expect(processesIn(group)).toBe(0);
    const honest = limited({ memoryBytes }, 'tail /dev/zero || sleep 1').request;
    await expect(engine.build(honest, () => {}, never)).resolves.toBeDefined();
  });

  it('builds weigh the same whatever their number of processes', async () => {
    const one = limited({}, 'while :; do :; done');
    const many = limited({ pids: 100 }, 'for i in $(seq 50); do (while :; do :; done) & done; wait');
    const stop = new AbortController();
    const builds = [one, many].map(({ request }) => engine.build(request, () => {}, stop.signal));
    for (const build of builds) build.catch(() => {});
    await vi.waitUntil(() => processesIn(many.group) > 50 && processesIn(one.group) > 0, { timeout: 30_000 });
    const used = () => [one, many].map(({ group }) => cpuMsOf(group));
    const before = used();
    await delay(2_000);
    const [ofOne, ofMany] = used().map((ms, at) => ms - before[at]!) as [number, number];
    // One process can use one processor, fifty use the other as well; were they weighed one by one, it would be a fiftieth.
    expect(ofOne / ofMany).toBeGreaterThan(1 / 8);
    stop.abort();
    for (const build of builds) await expect(build).rejects.toMatchObject({ message: 'The build was stopped.' });
  });

  it.each<[what: string, command: string, cacheMount?: string]>([
    ['one file', 'dd if=/dev/zero of=/big bs=1M count=4096 2>/dev/null'],
    ['a file that is sparse', 'truncate -s 1099511627776 /sparse; sleep 30'],
    ['very many files', 'i=0; while true; do i=$((i+1)); : > /f$i; done'],
    [
      'a cache mount',
      'cd /c; i=0; while true; do i=$((i+1)); dd if=/dev/zero of=$i bs=1M count=8 2>/dev/null; done',
      '/c',
    ],
    [
      'a file that is open and deleted',
      'exec 3>/x; rm /x; while true; do dd if=/dev/zero bs=1M count=8 >&3 2>/dev/null; done',
    ],
  ])('S-041 disk: %s ends the build, and nothing is left', async (_what, command, cacheMount) => {
    const mount = cacheMount === undefined ? '' : `--mount=type=cache,id=${unique()},target=${cacheMount} `;
    const { request, group } = limited({ diskBytes: 64 * mebibyte }, command);
    const content = Buffer.from(request.dockerfile.content).toString().replace('RUN ', `RUN ${mount}`);
    const greedy = { ...request, dockerfile: { ...request.dockerfile, content: Buffer.from(content) } };
    await expect(engine.build(greedy, () => {}, never)).rejects.toMatchObject({ code: 'DiskLimit' });
    expect(processesIn(group)).toBe(0);
  });

  it('S-041 disk: many small steps count together', async () => {
    const { request } = limited({ diskBytes: 48 * mebibyte }, 'true');
    const fill = (name: string) =>
      `RUN dd if=/dev/zero of=/${name} bs=1M count=20 2>/dev/null; sleep 2 # ${unique()}\n`;
    const content = Buffer.from(`FROM busybox\n${fill('a')}${fill('b')}${fill('c')}`);
    const greedy = { ...request, dockerfile: { ...request.dockerfile, content } };
    await expect(engine.build(greedy, () => {}, never)).rejects.toMatchObject({ code: 'DiskLimit' });
  });

  it('R2-N3 open files: a step that has more open than can be watched ends, and says why', async () => {
    const open = 'i=10; while [ $i -lt 410 ]; do eval "exec $i</dev/null"; i=$((i+1)); done';
    const share = 'i=0; while [ $i -lt 700 ]; do sleep 60 & i=$((i+1)); done; wait';
    const { request, group } = limited({ diskBytes: 1024 * mebibyte }, `${open}; ${share}`);
    await expect(engine.build(request, () => {}, never)).rejects.toMatchObject({
      code: 'DiskLimit',
      message: expect.stringContaining('too many open files'),
    });
    expect(processesIn(group)).toBe(0);
  });

  it('S-041 output: a step that prints faster than somebody takes it waits, and then goes on', async () => {
    const { request, group } = limited({}, 'exec yes');
    const stop = new AbortController();
    const reader = Promise.withResolvers<void>();
    let taken = 0;
    const slowly = (event: EngineEvent): void | Promise<void> => {
      if (event.type !== 'log') return;
      taken += event.data.length;
      if (taken > 2 * mebibyte) return reader.promise;
    };
    const build = engine.build(request, slowly, stop.signal);
    build.catch(() => {});
    await vi.waitUntil(() => taken > 2 * mebibyte, { timeout: 30_000 });
    const share = async () => {
      const [before, begun] = [cpuMsOf(group), performance.now()];
      await delay(1_500);
      return (cpuMsOf(group) - before) / (performance.now() - begun);
    };
    // A thousandth of a processor is what it has soon; without end it would fill the engine's memory.
    await expect.poll(share, { timeout: 30_000 }).toBeLessThan(0.05);
    const held = cpuMsOf(group);
    reader.resolve();
    await vi.waitUntil(() => cpuMsOf(group) - held > 300, { timeout: 60_000 });
    stop.abort();
    await expect(build).rejects.toMatchObject({ message: 'The build was stopped.' });
  });

  /** A build that wants everything, then one beside it that waits until it is told to go. */
  async function besideAnother(command: string, emit: (event: EngineEvent) => void, check: (group: string) => unknown) {
    const { request, group } = limited({}, command);
    const [stop, leave] = [new AbortController(), new AbortController()];
    const greedy = engine.build(request, emit, stop.signal);
    greedy.catch(() => {});
    await vi.waitUntil(() => cpuMsOf(group) > 50, { timeout: 30_000 });
    const neighbour = limited({}, 'sleep 300');
    const waiting = engine.build(neighbour.request, () => {}, leave.signal);
    waiting.catch(() => {});
    await vi.waitUntil(() => processesIn(neighbour.group) > 0, { timeout: 30_000 });
    await check(group);
    leave.abort();
    await expect(waiting).rejects.toMatchObject({ message: 'The build was stopped.' });
    await vi.waitUntil(() => !heldAt(group), { timeout: 30_000, interval: 10 });
    stop.abort();
    await expect(greedy).rejects.toMatchObject({ message: 'The build was stopped.' });
  }

  it('S-041 output: beside another build a flood is taken at its pace, and without one at full speed again', async () => {
    let taken = 0;
    const count = (event: EngineEvent) => {
      if (event.type === 'log') taken += event.data.length;
    };
    await besideAnother('exec yes', count, async (group) => {
      await vi.waitUntil(() => heldAt(group), { timeout: 30_000, interval: 10 });
      const [before, begun] = [taken, performance.now()];
      await delay(4_000);
      const seconds = (performance.now() - begun) / 1_000;
      // A MiB a second, and what was free at the beginning.
      expect(taken - before).toBeLessThan((seconds + 3) * mebibyte);
    });
  });

  it('S-041 disk: beside another build a filler is held back, and without one it goes on', async () => {
    const fill = 'while :; do dd if=/dev/zero of=/fill bs=1M count=64 conv=fsync 2>/dev/null; done';
    await besideAnother(
      fill,
      () => {},
      (group) => vi.waitUntil(() => heldAt(group), { timeout: 30_000, interval: 10 }),
    );
  });

  it('the group is there during the build and gone afterwards', async () => {
    const { request, group } = limited({ cpus: 0.5 }, 'sleep 3');
    const build = engine.build(request, () => {}, never);
    await expect.poll(() => processesIn(group)).toBeGreaterThan(0);
    await build;
    expect(existsSync(`/sys/fs/cgroup/memory${groupAt(group)}`) || existsSync(`/sys/fs/cgroup${groupAt(group)}`)).toBe(
      false,
    );
  });

  it('R2-N10 a record of the engine that is too large is not read to its end, and the build says so', async () => {
    const bounded = trialEngine({ cgroupParent, mostRecordBytes: 60_000 });
    const build = (words: number) => {
      const steps = Array.from({ length: words }, (_, at) => `ENV E${at}=${'x'.repeat(1_000)}\nRUN true # ${at}\n`);
      const change = { limits: { networkMode: 'none', group: 'record' } } as const;
      return bounded.build(pushRequest(`FROM busybox\n${steps.join('')}`, change), () => {}, never);
    };
    try {
      await expect(build(10)).rejects.toMatchObject({
        ...{ code: 'PolicyRefused', retryable: false },
        message: expect.stringContaining('record of this build has more than 60000 bytes'),
      });
      expect(await build(1)).toMatchObject({ stepsRun: expect.any(Number) });
    } finally {
      await bounded.close();
    }
  });

  it('R-C2 a base image that is larger than one build may fetch ends it, and a smaller one does not', async () => {
    const bounded = trialEngine({ cgroupParent, mostFetchBytes: 4 * mebibyte });
    const from = async (bytes: number) => pushRequest(`FROM ${await randomImage(bytes)}\n`);
    await expect(bounded.build(await from(6 * mebibyte), () => {}, never)).rejects.toMatchObject({
      code: 'FetchLimit',
    });
    await expect(bounded.build(await from(mebibyte), () => {}, never)).resolves.toBeDefined();
    await bounded.close();
  });

  it('R-C2 counts an image that only files are copied from, or that is mounted, as a base image too', async () => {
    const bounded = trialEngine({ cgroupParent, mostFetchBytes: 4 * mebibyte });
    for (const step of [
      `COPY --from=${await randomImage(6 * mebibyte)} / /x/`,
      `RUN --mount=from=${await randomImage(6 * mebibyte)},target=/m true`,
    ])
      await expect(bounded.build(pushRequest(`FROM busybox\n${step}\n`), () => {}, never)).rejects.toMatchObject({
        code: 'FetchLimit',
      });
    await bounded.close();
  });

  it('V9A-M4 says of a layer of an image that it is unpacked, and when it is there', async () => {
    const image = await randomImage(mebibyte);
    const record = new EventRecord();
    await engine.build(
      pushRequest(`FROM ${image} AS base\nFROM busybox\nCOPY --from=base /random /x\n`),
      record.emit,
      never,
    );
    const unpacked = record.events.filter(
      (event) => event.type === 'progress' && event.id.startsWith('extracting sha256:'),
    );
    const { id: stepId } = record.step(`FROM ${image}`)!;
    expect(unpacked.filter((event) => event.type === 'progress' && event.stepId === stepId).at(-1)).toMatchObject({
      done: true,
    });
    expect(record.step('COPY --from=base')!.inputs).toContain(stepId);
  });

  it('R-C2 ends a build that fetches by ADD from more addresses than one build may', async () => {
    const packages = await PackageServer.start('x', services().reachableAddress);
    const host = `${services().reachableAddress}:${packages.port}`;
    const bounded = trialEngine({ cgroupParent, allowedSourceHosts: [host], mostAddresses: 3 });
    const from = (count: number) => {
      const urls = Array.from({ length: count }, () => `http://${host}/${unique()}`);
      return pushRequest(`FROM busybox\nADD ${urls.slice(1).join(' ')} /x/\nADD ${urls[0]} /y/\n`);
    };
    await expect(bounded.build(from(4), () => {}, never)).rejects.toMatchObject({ code: 'FetchLimit' });
    await expect(bounded.build(from(3), () => {}, never)).resolves.toBeDefined();
    await Promise.all([bounded.close(), packages.close()]);
  });

  it('the kernel takes every limit, and what was tried with is gone', () => {
    expect(engine.features()).toMatchObject({ limits: true, warnings: [] });
    const tried = groupAt(`${cgroupParent}/trial-${process.pid}`);
    expect(['memory', 'blkio', ''].filter((root) => existsSync(join('/sys/fs/cgroup', root, tried)))).toEqual([]);
  });

  it('a stopped build has no process when it rejects', async () => {
    const { request, group } = limited({}, 'trap "" TERM INT; while true; do sleep 0.05; done');
    const stop = new AbortController();
    const build = engine.build(request, () => {}, stop.signal);
    build.catch(() => {});
    await expect.poll(() => processesIn(group)).toBeGreaterThan(0);
    stop.abort();
    await expect(build).rejects.toMatchObject({ code: 'EngineUnavailable', message: 'The build was stopped.' });
    expect(processesIn(group)).toBe(0);
  });
});
