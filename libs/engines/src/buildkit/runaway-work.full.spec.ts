import { readdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { RunawayWork } from '@cooperage/buildkit';
import { BuildFailure } from '@cooperage/domain';
import { type OwnEngine, services, startOwnEngine } from '@cooperage/testing';
import { expect, it, onTestFinished } from 'vitest';
import type { EngineEvent } from '../engine.js';
import { EventRecord } from '../testing/event-record.js';
import { endTrial, pushRequest, trialCgroupParent } from '../testing/trial-engine.js';
import { contextFile, unique } from '../testing/trial-request.js';
import { BuildkitEngine } from './engine.js';

const blockBytes = 512;

/** An archive of an empty file that is made again and again: kilobytes, and minutes of work for an engine. */
function longArchive(entries: number): Buffer {
  const header = Buffer.alloc(blockBytes);
  header.write('x', 0);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write('00000000000\0', 124);
  header.write('00000000000\0', 136);
  header.write('        0', 148);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  // One file of gzip may have several parts.
  const many = gzipSync(Buffer.concat(Array.from({ length: 10_000 }, () => header)));
  return Buffer.concat(Array.from({ length: entries / 10_000 }, () => many));
}

it('R9-C1 R9-C2 a build is given up where its engine goes on with it after it was stopped, until the engine ends', {
  timeout: 180_000,
}, async () => {
  const own: OwnEngine = await startOwnEngine();
  const works: RunawayWork[] = [];
  const cgroupParent = trialCgroupParent();
  const engine = new BuildkitEngine({
    ...{ address: own.address, cgroupParent, endWithinMs: 1_000 },
    onRunawayWork: (work) => works.push(work),
  });
  onTestFinished(async () => {
    await endTrial(cgroupParent, engine);
    await own.stop();
  });
  const stop = new AbortController();
  const record = new EventRecord();
  const request = pushRequest('FROM scratch\nADD a.tar.gz /\n', {
    context: { files: [contextFile('a.tar.gz', longArchive(20_000_000))], sharedKey: unique() },
  });
  const build = engine.build(request, record.emit, stop.signal);
  // The step is begun a moment before the engine unpacks, and until then it ends by a cancel.
  const unpacked = async () => (await readdir(own.dataFolder, { recursive: true })).some((file) => file.endsWith('/x'));
  await expect.poll(unpacked).toBe(true);
  expect(record.step('ADD a.tar.gz /')?.startedAt).toBeInstanceOf(Date);
  stop.abort('cancel');
  await expect(build).rejects.toMatchObject({ code: 'EngineUnavailable' });
  expect(works).toHaveLength(1);
  let hasEnded = false;
  const ended = works[0]!.ended.then(() => {
    hasEnded = true;
  });
  await delay(1_000);
  expect([hasEnded, (await engine.find(request.reference)).state]).toEqual([false, 'running']);
  own.signal('SIGKILL');
  await ended;
  await own.restart();
  expect(await engine.find(request.reference)).toEqual({ state: 'unknown' });
});

it('V9A-L9 a build that is stopped for a fault of its own fails by that, also where its engine goes on with it', {
  timeout: 180_000,
}, async () => {
  const own = await startOwnEngine();
  const cgroupParent = trialCgroupParent();
  const engine = new BuildkitEngine({ address: own.address, cgroupParent, endWithinMs: 500 });
  onTestFinished(async () => {
    await endTrial(cgroupParent, engine);
    await own.stop();
  });
  const refusal = Promise.withResolvers<void>();
  const request = pushRequest('FROM scratch\nADD a.tar.gz /\n', {
    context: { files: [contextFile('a.tar.gz', longArchive(20_000_000))], sharedKey: unique() },
  });
  const emit = (event: EngineEvent) => (isUnpacking(event) ? refusal.promise : undefined);
  const build = engine.build(request, emit, new AbortController().signal);
  const failed = expect(build).rejects.toMatchObject({ code: 'DockerfileInvalid' });
  const unpacked = async () => (await readdir(own.dataFolder, { recursive: true })).some((file) => file.endsWith('/x'));
  await expect.poll(unpacked).toBe(true);
  refusal.reject(new BuildFailure('DockerfileInvalid', 'The build has too many steps.'));
  await failed;
});

function isUnpacking(event: EngineEvent): boolean {
  return event.type === 'step' && event.step.name.endsWith('ADD a.tar.gz /') && event.step.startedAt !== null;
}

it('V9A-M3 an engine is not given up while what it says waits for us', async () => {
  const works: RunawayWork[] = [];
  const cgroupParent = trialCgroupParent();
  const engine = new BuildkitEngine({
    ...{ address: services().engine, cgroupParent, endWithinMs: 500 },
    onRunawayWork: (work) => works.push(work),
  });
  onTestFinished(() => endTrial(cgroupParent, engine));
  const record = new EventRecord();
  let hasWaited = false;
  const build = engine.build(
    pushRequest(`FROM busybox\nRUN echo said # ${unique()}\n`),
    async (event) => {
      // The log cannot be stored for a while.
      if (event.type === 'log' && !hasWaited) await delay(4_000);
      hasWaited ||= event.type === 'log';
      record.emit(event);
    },
    new AbortController().signal,
  );
  await build;
  expect([hasWaited, record.output().trim(), works]).toEqual([true, 'said', []]);
});
