import type { OutboxItem } from '@cooperage/db';
import { RegistryError } from '@cooperage/oci';
import { createLogger } from '@cooperage/telemetry';
import { describe, expect, it } from 'vitest';
import { RetentionService } from './retention.service.js';

const digestOf = (name: string) => `sha256:${name.padEnd(64, '0')}`;
const item = (attempts: number) => ({ subjectId: 'project', attempts }) as OutboxItem;

interface PutOff {
  readonly ids: readonly string[];
  readonly message: string;
}

const gone = new RegistryError('not_found', 'it is not there');

/** A project with two deletions of rows and two of images. Those that are named fail, as long as they are; `begin` comes before all of them. */
function world(failing: Record<string, Error>) {
  const open = { rows: ['row one', 'row two'], images: ['a', 'b'] };
  const deleted: string[] = [];
  const putOff: PutOff[] = [];
  const work = (name: string) => {
    if (failing[name]) throw failing[name];
    deleted.push(name);
    for (const each of [open.rows, open.images]) if (each.includes(name)) each.splice(each.indexOf(name), 1);
  };
  const remove = (ids: readonly string[]) => {
    open.rows = open.rows.filter((each) => !ids.includes(each));
    open.images = open.images.filter((each) => !ids.includes(each));
  };
  const deletion = {
    begin: async () => {
      if (failing.begin) throw failing.begin;
      return open.rows.map((id) => ({ id }));
    },
    delete: async ({ id }: { id: string }) => work(id),
    putOff: async (ids: readonly string[], message: string) => {
      putOff.push({ ids, message });
      remove(ids);
    },
    putOffAll: async (_: string, message: string) => {
      putOff.push({ ids: [...open.rows, ...open.images], message });
      remove([...open.rows, ...open.images]);
    },
  };
  const images = {
    due: async () => open.images.map((id) => ({ id, digest: digestOf(id) })),
    begin: async (_: string, id: string) => {
      if (failing[`begin ${id}`]) throw failing[`begin ${id}`];
      return { id, digest: digestOf(id), zones: [], artifacts: [] };
    },
    page: async () => [],
    artifactParts: async function* () {},
    end: async (_: string, { id }: { id: string }) => work(id),
  };
  const staged = {
    hasDue: async () => false,
    begin: async () => [],
    toLookAt: async () => [],
    lookLater: async () => undefined,
  };
  const mounted = { due: async () => [] };
  const registry = {
    referrers: { list: async () => [] },
    manifests: { head: async () => null, get: async () => Promise.reject(gone), delete: async () => undefined },
  };
  const sessions = {
    with: async (_: string, inSession: (session: object) => Promise<void>) => ({
      ok: true,
      value: await inSession({ registry, signal: new AbortController().signal }),
    }),
  };
  const projects = { find: async () => ({ id: 'project', organizationSlug: 'o', slug: 's', deletedAt: null }) };
  const parts = [
    projects,
    deletion,
    images,
    staged,
    mounted,
    sessions,
    createLogger({ process: 'test', level: 'silent' }),
  ];
  const service = new RetentionService(...(parts as unknown as ConstructorParameters<typeof RetentionService>));
  return { service, deleted, putOff, open };
}

const invalid = new RegistryError('invalid', 'the manifest is not JSON');
const away = new RegistryError('unavailable', 'no answer');

describe('retention of a project', () => {
  it('R4-P8 deletes what stands behind something that cannot be deleted, and tries that again', async () => {
    const { service, deleted, putOff } = world({ 'row one': new Error('broken row'), a: invalid });
    await expect(service.handle(item(1))).rejects.toThrow('broken row');
    expect(deleted).toEqual(['row two', 'b']);
    expect(putOff).toEqual([]);
  });

  it('R4-P8 puts off what failed ten times, says why, and is done', async () => {
    const { service, putOff } = world({ 'row one': new Error('broken row'), a: invalid });
    for (let turn = 1; turn < 10; turn++) await expect(service.handle(item(turn))).rejects.toThrow('broken row');
    expect(putOff).toEqual([]);
    expect(await service.handle(item(10))).toEqual({ done: true });
    expect(putOff).toEqual([
      { ids: ['row one'], message: expect.stringMatching(/^it could not be deleted: an error of the service/) },
      { ids: ['a'], message: expect.stringMatching(/^it could not be deleted: the manifest is not JSON/) },
    ]);
  });

  it.each([
    ['a row', { 'row one': new Error('broken row') }],
    ['an image', { a: invalid }],
    ['the registry', { a: away }],
    ['the service', { begin: new Error('no connection') }],
  ] as const)('R4-P8 does not put off at the first failure of %s what was taken often', async (_, failing) => {
    const { service, putOff } = world(failing);
    await expect(service.handle(item(100))).rejects.toBe(Object.values(failing)[0]);
    expect(putOff).toEqual([]);
  });

  it('R7-B4 deletes the other images when one cannot be begun, and puts off that one alone', async () => {
    const { service, deleted, putOff } = world({ 'begin a': new Error('too much') });
    for (let turn = 1; turn < 10; turn++) await expect(service.handle(item(turn))).rejects.toThrow('too much');
    expect(deleted).toEqual(['row one', 'row two', 'b']);
    expect(await service.handle(item(10))).toEqual({ done: true });
    expect(putOff.map(({ ids }) => ids)).toEqual([['a']]);
  });

  it('R4-P8 counts the failures of each deletion by itself', async () => {
    const failing: Record<string, Error> = { 'row one': new Error('broken row'), c: invalid };
    const { service, putOff, open } = world(failing);
    for (let turn = 1; turn < 10; turn++) await expect(service.handle(item(turn))).rejects.toThrow('broken row');
    open.images.push('c');
    await expect(service.handle(item(10))).rejects.toBe(invalid);
    expect(putOff.map(({ ids }) => ids)).toEqual([['row one']]);
    delete failing.c;
    expect(await service.handle(item(11))).toEqual({ done: true });
  });

  it('R4-P8 waits for a registry that is away, and puts off nothing before that takes long', async () => {
    const { service, deleted, putOff } = world({ a: away, b: away });
    for (let turn = 1; turn < 30; turn++) await expect(service.handle(item(turn))).rejects.toBe(away);
    // What stands behind it would only wait as long.
    expect(deleted).toEqual(['row one', 'row two']);
    expect(putOff).toEqual([]);
    expect(await service.handle(item(30))).toEqual({ done: true });
    expect(putOff.map(({ ids }) => ids)).toEqual([['a'], ['b']]);
  });

  it('R4-P8 deletes what stands behind something that the registry never answers for', async () => {
    const { service, deleted, putOff } = world({ a: away });
    for (let turn = 1; turn < 30; turn++) await expect(service.handle(item(turn))).rejects.toBe(away);
    expect(await service.handle(item(30))).toEqual({ done: true });
    expect(putOff.map(({ ids }) => ids)).toEqual([['a']]);
    expect(deleted).toContain('b');
  });

  it('R4-P8 puts off all of it where forty turns in a row have failed before the first deletion', async () => {
    const { service, putOff } = world({ begin: new Error('no connection') });
    for (let turn = 1; turn < 40; turn++) await expect(service.handle(item(turn))).rejects.toThrow('no connection');
    expect(await service.handle(item(40))).toEqual({ done: true });
    expect(putOff).toEqual([
      {
        ids: ['row one', 'row two', 'a', 'b'],
        message: expect.stringMatching(/^it could not be deleted: an error of the service/),
      },
    ]);
  });

  it('R4-P8 puts off all of it where its process ended each time, and is done', async () => {
    const { service, deleted, putOff } = world({});
    expect(await service.giveUp(item(6))).toEqual({ done: true });
    expect(deleted).toEqual([]);
    expect(putOff).toEqual([{ ids: ['row one', 'row two', 'a', 'b'], message: expect.stringMatching(/did not end/) }]);
  });

  it('does not go on when its time is over', async () => {
    const over = new AbortController();
    const { service, deleted } = world({ 'row one': new Error('aborted') });
    over.abort(new Error('over'));
    await expect(service.handle(item(1), over.signal)).rejects.toThrow('over');
    expect(deleted).toEqual([]);
  });
});
