import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { services } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventRecord } from '../testing/event-record.js';
import { endTrial, processesIn, pushRequest, trialCgroupParent, trialEngine } from '../testing/trial-engine.js';
import { newReference, unique } from '../testing/trial-request.js';
import { BuildkitEngine } from './engine.js';

const never = new AbortController().signal;

/** What a worker is to an engine: a process that holds the other end of its connections. `kill -9` is what it can suffer. */
const relay = `
const net = require('node:net');
net.createServer((near) => {
  const far = net.connect(process.argv[1]);
  near.pipe(far).pipe(near);
  near.on('error', () => far.destroy());
  far.on('error', () => near.destroy());
}).listen(process.argv[2]);
`;

describe('an engine whose worker was killed', () => {
  let engine: BuildkitEngine;
  let folder: string;
  const cgroupParent = trialCgroupParent();

  beforeAll(async () => {
    engine = trialEngine({ cgroupParent });
    folder = await mkdtemp(path.join(tmpdir(), 'cooperage-relay-'));
  });
  afterAll(async () => {
    await endTrial(cgroupParent, engine);
    await rm(folder, { recursive: true, force: true });
  });

  /** A worker's end of the line, in a process of its own. */
  async function workersEngine(): Promise<{ engine: BuildkitEngine; process: ChildProcess }> {
    const socket = path.join(folder, `${unique()}.sock`);
    const enginePath = services().engine.slice('unix://'.length);
    const child = spawn(process.execPath, ['-e', relay, enginePath, socket], { stdio: 'ignore' });
    await expect.poll(() => existsSync(socket)).toBe(true);
    return { engine: new BuildkitEngine({ address: `unix://${socket}`, cgroupParent }), process: child };
  }

  it('in the middle of a step ends that step: its Solve dies with the connection, and there is nothing to take', async () => {
    const worker = await workersEngine();
    const group = `take-over-${unique()}`;
    const step = `echo started; for i in $(seq 600); do sleep 0.1; done # ${unique()}`;
    const request = pushRequest(`FROM busybox\nRUN ${step}\n`, { limits: { networkMode: 'none', group } });
    const record = new EventRecord();
    const build = worker.engine.build(request, record.emit, never);
    build.catch(() => {});
    await expect.poll(() => record.output()).toContain('started');
    expect((await engine.find(request.reference)).state).toBe('running');
    expect(processesIn(`${cgroupParent}/${group}`)).toBeGreaterThan(0);
    worker.process.kill('SIGKILL');
    await expect.poll(async () => (await engine.find(request.reference)).state).toBe('failed');
    await expect.poll(() => processesIn(`${cgroupParent}/${group}`)).toBe(0);
    const again = new EventRecord();
    expect(await engine.takeOver(request.reference, request, again.emit, never)).toBeNull();
    expect(again.events).toEqual([]);
    await build.catch(() => {});
    await worker.engine.close();
  });

  it('after it had finished has all of it: the outcome, the steps and the output, and runs nothing again', async () => {
    const request = pushRequest(
      `FROM busybox\nRUN echo said && head -c 16 /dev/urandom | od # ${unique()}\nRUN true\n`,
    );
    const first = new EventRecord();
    const outcome = await engine.build(request, first.emit, never);
    const again = new EventRecord();
    const next = { ...request, reference: newReference() };
    const taken = await engine.takeOver(request.reference, next, again.emit, never);
    expect({ ...taken, usage: null }).toEqual({ ...outcome, usage: null });
    // What a step printed at random is the same: it was told, not done, a second time.
    expect(again.output()).toBe(first.output());
    const told = (record: EventRecord) =>
      record.steps().map(({ id, name, ordinal, cached, error }) => ({ id, name, ordinal, cached, error }));
    expect(told(again).sort(byId)).toEqual(
      told(first)
        .sort(byId)
        .map((step) => ({ ...step, ordinal: expect.any(Number) })),
    );
    // In the order in which they began.
    const times = again.steps().flatMap(({ startedAt }) => (startedAt ? [startedAt.getTime()] : []));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(again.events.some(({ type }) => type === 'pushing')).toBe(true);
    expect(await engine.find(next.reference)).toEqual({ state: 'unknown' });
  });

  it('after the build failed by its own fault has the same failure, with its place', async () => {
    const request = pushRequest(`FROM busybox\nRUN echo before # ${unique()}\nRUN echo why >&2; exit 7\n`);
    const failed = await engine
      .build(request, () => {}, never)
      .then(
        () => null,
        (error: unknown) => error as { report(): object },
      );
    const again = new EventRecord();
    const next = { ...request, reference: newReference() };
    const error = await engine.takeOver(request.reference, next, again.emit, never).then(
      () => null,
      (reason: unknown) => reason as { report(): object },
    );
    expect(error?.report()).toEqual(failed?.report());
    expect(error?.report()).toMatchObject({ code: 'StepFailed', place: { line: 3, exitCode: 7 } });
    expect(again.output()).toContain('why');
  });

  it.each([
    ['a step that was killed, for whatever reason', 'RUN exit 137\n'],
    ['a step that ended by another signal', 'RUN exit 143\n'],
    ['a file that was not there to be sent', 'COPY none /none\n'],
    ['a Dockerfile that could not be read', 'RUNN true\n'],
    ['a push that was refused', 'RUN true\n'],
  ])('has nothing to take of %s', async (what, step) => {
    const request = pushRequest(`FROM busybox\n${step}`, {
      ...(what.includes('push') && { registryAuth: { token: async () => null, credentials: () => null } }),
    });
    await expect(engine.build(request, () => {}, never)).rejects.toBeDefined();
    expect((await engine.find(request.reference)).state).toBe('failed');
    const again = new EventRecord();
    expect(await engine.takeOver(request.reference, request, again.emit, never)).toBeNull();
    expect(again.events).toEqual([]);
  });

  it('has nothing to take of what it never heard of', async () => {
    const request = pushRequest('FROM busybox\n');
    expect(await engine.takeOver(newReference(), request, () => {}, never)).toBeNull();
  });
});

const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
