import { BuildFailure, isDigest } from '@cooperage/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuildRequest } from './build-request.js';
import type { Engine, EngineEvent } from './engine.js';
import { EventRecord } from './testing/event-record.js';
import { newReference } from './testing/trial-request.js';

/** An engine under test, with requests that make it do what a contract speaks of. Each call gives a fresh request. */
export interface ContractSubject {
  readonly engine: Engine;
  /** Has two steps at least, one of which prints `hello`. */
  succeeds(): BuildRequest;
  /** Its second instruction, on line 2, ends with exit code 7. */
  fails(): BuildRequest;
  /** Runs for a minute when nobody stops it. */
  runsLong(): BuildRequest;
  /** Prints `bytes` bytes of `x` in one step. */
  prints(bytes: number): BuildRequest;
  /** Processes of steps that are still there, or null when there is no way to see them. */
  processesLeft(): Promise<number | null>;
  /** Closes the engine and takes away what the subject made. */
  end(): Promise<void>;
}

/** What every engine promises, see `Engine`. */
export function engineContract(name: string, start: () => Promise<ContractSubject>): void {
  describe(`${name} keeps the contract of engines`, () => {
    let subject: ContractSubject;
    const never = new AbortController().signal;

    beforeAll(async () => {
      subject = await start();
    });
    afterAll(async () => {
      await subject.end();
    });

    const failure = async (
      request: BuildRequest,
      signal = never,
      record = new EventRecord(),
    ): Promise<BuildFailure> => {
      const error = await subject.engine.build(request, record.emit, signal).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(BuildFailure);
      return error as BuildFailure;
    };

    it('says who it is', async () => {
      expect(await subject.engine.check()).toMatchObject({ ok: true, version: expect.any(String) });
    });

    it('shows that it can build, where it can be asked to', async () => {
      if (subject.engine.tryBuild === undefined) return;
      for (let time = 0; time < 2; time++) await subject.engine.tryBuild(AbortSignal.timeout(20_000));
    });

    it('announces a step before its output, with an ordinal that never changes', async () => {
      const record = new EventRecord();
      await subject.engine.build(subject.succeeds(), record.emit, never);
      const ordinals = new Map<string, number>();
      for (const event of record.events) {
        if (event.type === 'log') expect(ordinals.has(event.stepId)).toBe(true);
        if (event.type !== 'step') continue;
        expect(ordinals.get(event.step.id) ?? event.step.ordinal).toBe(event.step.ordinal);
        ordinals.set(event.step.id, event.step.ordinal);
      }
      expect([...ordinals.values()].sort((a, b) => a - b)).toEqual([...ordinals.keys()].map((_, index) => index + 1));
      expect(record.output()).toContain('hello');
      for (const step of record.steps()) expect([step.completedAt, step.error]).toEqual([expect.any(Date), null]);
    });

    it('resolves with the digest that it announced, and knows its steps by line', async () => {
      const record = new EventRecord();
      const outcome = await subject.engine.build(subject.succeeds(), record.emit, never);
      expect(isDigest(outcome.digest)).toBe(true);
      expect(record.events.filter((event) => event.type === 'pushing')).toEqual([
        { type: 'pushing', digest: outcome.digest },
      ]);
      expect(outcome.stepsRun + outcome.stepsCached).toBeGreaterThan(0);
      const ids = record.steps().map((step) => step.id);
      for (const [id, lines] of outcome.stepLines) {
        expect(ids).toContain(id);
        expect(lines.endLine).toBeGreaterThanOrEqual(lines.startLine);
      }
    });

    it('finds everything cached the second time, and makes the same image', async () => {
      const request = subject.succeeds();
      const first = await subject.engine.build(request, () => {}, never);
      const second = await subject.engine.build({ ...request, reference: newReference() }, () => {}, never);
      expect([second.digest, second.stepsRun]).toEqual([first.digest, 0]);
    });

    it('throws where and how a step failed', async () => {
      const record = new EventRecord();
      const error = await failure(subject.fails(), never, record);
      expect(error.report()).toMatchObject({ code: 'StepFailed', place: { file: 'Dockerfile', line: 2, exitCode: 7 } });
      const step = record.steps().find(({ id }) => id === error.place?.stepId);
      expect(step?.error).toEqual(expect.any(String));
    });

    it('stops when asked, says nothing more, and leaves no process behind', async () => {
      const stop = new AbortController();
      const record = new EventRecord();
      setTimeout(() => stop.abort(), 1_500);
      const startedAt = Date.now();
      await failure(subject.runsLong(), stop.signal, record);
      expect(Date.now() - startedAt).toBeLessThan(20_000);
      const said = record.events.length;
      expect((await subject.processesLeft()) ?? 0).toBe(0);
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(record.events.length).toBe(said);
    });

    it('throws the reason of an abort when that is a failure', async () => {
      const stop = new AbortController();
      setTimeout(() => stop.abort(new BuildFailure('OutputLimit', 'too much')), 1_000);
      expect((await failure(subject.runsLong(), stop.signal)).code).toBe('OutputLimit');
    });

    it('does not begin when it is stopped before', async () => {
      const record = new EventRecord();
      await failure(subject.succeeds(), AbortSignal.abort(), record);
      expect(record.events).toEqual([]);
    });

    it('hands over all output, one event at a time, however slowly it is taken', async () => {
      const bytes = 300_000;
      let busy = false;
      let overlaps = 0;
      let got = 0;
      const emit = async (event: EngineEvent) => {
        if (busy) overlaps++;
        busy = true;
        if (event.type === 'log') got += event.data.length;
        await new Promise((resolve) => setTimeout(resolve, 1));
        busy = false;
      };
      await subject.engine.build(subject.prints(bytes), emit, never);
      expect(overlaps).toBe(0);
      expect(got).toBeGreaterThanOrEqual(bytes);
    });

    it('ends with a failure when its events are not taken', async () => {
      const emit = async () => {
        throw new Error('the store is gone');
      };
      await expect(subject.engine.build(subject.succeeds(), emit, never)).rejects.toBeInstanceOf(BuildFailure);
    });

    it('refuses reserved build arguments before anything runs', async () => {
      const record = new EventRecord();
      const reserved = { ...subject.succeeds(), buildArgs: { BUILDKIT_INLINE_CACHE: '1' } };
      expect((await failure(reserved, never, record)).code).toBe('ReservedBuildArg');
      const epoch = { ...subject.succeeds(), buildArgs: { SOURCE_DATE_EPOCH: '1' } };
      expect((await failure(epoch, never, record)).code).toBe('ReservedBuildArg');
      expect(record.events).toEqual([]);
    });

    it('S-033 refuses foreign frontends, by syntax line and by build argument', async () => {
      const record = new EventRecord();
      const byArgument = { ...subject.succeeds(), buildArgs: { BUILDKIT_SYNTAX: 'evil/frontend' } };
      expect((await failure(byArgument, never, record)).code).toBe('PolicyRefused');
      const request = subject.succeeds();
      const content = Buffer.concat([Buffer.from('# syntax=evil/frontend\n'), request.dockerfile.content]);
      const bySyntax = { ...request, dockerfile: { ...request.dockerfile, content } };
      expect(await failure(bySyntax, never, record)).toMatchObject({ code: 'PolicyRefused', place: { line: 1 } });
      expect(record.events).toEqual([]);
    });

    it('builds several at the same time', async () => {
      const requests = [subject.succeeds(), subject.fails(), subject.succeeds()];
      const results = await Promise.allSettled(
        requests.map((request) => subject.engine.build(request, () => {}, never)),
      );
      const codes = results.map((result) =>
        result.status === 'fulfilled' ? 'built' : (result.reason as BuildFailure).code,
      );
      expect(codes).toEqual(['built', 'StepFailed', 'built']);
    });

    it('tells what became of a build', async () => {
      if (!subject.engine.features().find) return;
      const request = subject.succeeds();
      const { digest } = await subject.engine.build(request, () => {}, never);
      expect(await subject.engine.find(request.reference)).toEqual({ state: 'succeeded', digest });
      const failed = subject.fails();
      await failure(failed);
      expect(await subject.engine.find(failed.reference)).toEqual({ state: 'failed' });
      expect(await subject.engine.find(newReference())).toEqual({ state: 'unknown' });
    });
  });
}
