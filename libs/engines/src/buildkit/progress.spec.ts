import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DefinedVertex, StatusResponse } from '@cooperage/buildkit';
import { describe, expect, it } from 'vitest';
import { EventRecord } from '../testing/event-record.js';
import { ProgressReader } from './progress.js';

/** Messages of a real engine; bytes in base64, what was empty left out. */
function replay(name: string): { reader: ProgressReader; record: EventRecord } {
  const file = join(import.meta.dirname, 'recordings', `${name}.jsonl`);
  const reader = new ProgressReader();
  const record = new EventRecord();
  for (const line of readFileSync(file, 'utf8').trim().split('\n'))
    for (const event of reader.read(completed(JSON.parse(line) as Loose))) record.emit(event);
  return { reader, record };
}

type Loose = { readonly [K in keyof StatusResponse]?: readonly Record<string, unknown>[] };

function completed({ vertexes = [], statuses = [], logs = [], warnings = [] }: Loose): StatusResponse {
  const bytes = (value: unknown) => Buffer.from(String(value), 'base64');
  const times = { started: null, completed: null, timestamp: null };
  return {
    vertexes: vertexes.map((v) => ({ inputs: [], cached: false, error: '', progressGroup: null, ...times, ...v })),
    statuses: statuses.map((s) => ({ name: '', current: 0, total: 0, ...times, ...s })),
    logs: logs.map((log) => ({ ...log, msg: bytes(log.msg) })),
    warnings: warnings.map((w) => ({ ...w, short: bytes(w.short), detail: (w.detail as string[]).map(bytes) })),
  } as unknown as StatusResponse;
}

describe('recorded progress', () => {
  it('of a first build', () => {
    const { reader, record } = replay('first-build');
    // Its WORKDIR was known from an earlier build.
    expect(reader.counts()).toEqual({ run: 6, cached: 1 });
    expect(record.output('RUN printf')).toBe('one\ntwo\nerr\n');
    expect(record.step('RUN printf')).toMatchObject({ stage: 'builder', platform: null, internal: false, error: null });
    expect(record.step('COPY --link')?.progressGroup).toBe(record.step('LINK COPY')?.progressGroup);
    expect(record.steps().filter((step) => step.isBase)).toHaveLength(1);
    const internal = record.steps().filter((step) => step.internal);
    expect(internal.map((step) => step.name)).toEqual(
      expect.arrayContaining(['[internal] load build definition from Dockerfile', 'exporting to image']),
    );
    expect(internal.every((step) => !/RUN|\] COPY|WORKDIR/.test(step.name))).toBe(true);
    expect(record.warnings()).toEqual([
      {
        type: 'warning',
        rule: 'StageNameCasing',
        message: "Stage name 'Builder' should be lowercase",
        url: 'https://docs.docker.com/go/dockerfile/rule/stage-name-casing/',
        line: 1,
        file: 'Dockerfile',
      },
    ]);
    const pushing = record.events.filter((event) => event.type === 'pushing');
    expect(pushing).toEqual([{ type: 'pushing', digest: expect.stringMatching(/^sha256:/) }]);
  });

  it('of the same build again', () => {
    const { reader, record } = replay('cached-build');
    expect(reader.counts()).toEqual({ run: 0, cached: 7 });
    expect(record.ran()).toEqual([]);
  });

  it('of a step that fails', () => {
    const { reader, record } = replay('failing-run');
    const step = record.step('RUN echo before')!;
    expect(step).toMatchObject({ completedAt: expect.any(Date), error: expect.stringContaining('exit code: 1') });
    expect(reader.step(step.id)).toEqual(step);
    expect(reader.pushError()).toBeUndefined();
  });

  it('of a build that was stopped: its steps have ended', () => {
    const { record } = replay('canceled-run');
    expect(record.step('RUN trap')).toMatchObject({
      completedAt: expect.any(Date),
      error: expect.stringContaining('context canceled'),
    });
  });
});

describe('V13A-3 what becomes of submodules', () => {
  it.each([
    ['leftOut', 'Submodules of a git repository are not fetched.'],
    ['fetched', 'Submodules of a git repository are fetched, because this engine does not know how to leave them out.'],
  ] as const)('is said once of one build: %s', (submodules, message) => {
    const lines = { file: 'Dockerfile', startLine: 2, endLine: 2 };
    const vertex = { digest: 'sha256:1', name: 'ADD lib', inputs: [], progressGroup: null, lines, submodules };
    const reader = new ProgressReader();
    reader.define([{ ...vertex, digest: 'sha256:0', submodules: 'none' }, vertex, vertex], null);
    const warnings = [completed({}), completed({})].map((each) => reader.read(each));
    expect(warnings).toMatchObject([
      [
        {
          type: 'warning',
          rule: 'GitSubmodules',
          line: 2,
          file: 'Dockerfile',
          message: expect.stringContaining(message),
        },
      ],
      [],
    ]);
  });
});

describe('R4-P10 the steps that a build asks for', () => {
  const vertexes = (from: number, to: number): DefinedVertex[] =>
    Array.from({ length: to - from }, (_, at) => ({
      ...{
        digest: `sha256:${from + at}`,
        name: 'RUN :',
        inputs: [],
        progressGroup: null,
        lines: null,
        submodules: 'none',
      },
    }));

  it('are refused before any of them runs, where there are too many', () => {
    expect(() => new ProgressReader().define(vertexes(0, 5_000), null)).not.toThrow();
    expect(() => new ProgressReader().define(vertexes(0, 7_000), null)).toThrow(
      expect.objectContaining({
        code: 'DockerfileInvalid',
        message: expect.stringMatching(/7000 steps; at most 5000 .*Join/),
      }),
    );
  });

  it('are counted over all its targets, and what several have in common once', () => {
    const reader = new ProgressReader();
    reader.define(vertexes(0, 3_000), 'base');
    reader.define(vertexes(1_000, 5_000), 'app');
    expect(() => reader.define(vertexes(4_000, 5_001), null)).toThrow(/5001 steps/);
  });
});
