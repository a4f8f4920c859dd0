import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { boundedRecord } from './common.js';
import { createProjectSchema, updateProjectSchema } from './project.js';
import { askChecksSchema } from './setup.js';

const many = (count: number, name: string) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`${name}${at}`, 'value']));
const messages = (schema: z.ZodType, value: unknown) =>
  schema.safeParse(value).error?.issues.map(({ path, message }) => [path.join('.'), message]);

describe('a record of a request', () => {
  it('R5-A3 has its keys counted before one of them is judged', () => {
    let judged = 0;
    const key = z.string().refine(() => {
      judged++;
      return true;
    });
    const record = boundedRecord(key, z.string(), 3, 'things');
    expect(messages(record, many(4, 'a'))).toEqual([['', 'at most 3 things']]);
    expect(judged).toBe(0);
    expect(record.parse(many(3, 'a'))).toEqual(many(3, 'a'));
    expect(judged).toBe(3);
  });

  it('R5-A3 makes one issue of a hundred bad build arguments, and of a hundred bad contexts', () => {
    const body = { buildArgs: many(100, '1'), namedContexts: many(100, '/') };
    expect(messages(updateProjectSchema, body)).toEqual([
      ['buildArgs', 'at most 64 build arguments'],
      ['namedContexts', expect.stringMatching(/^at most \d+ contexts$/)],
    ]);
  });

  it('tells what is wrong with each of a few, and may be left out', () => {
    expect(messages(updateProjectSchema, { buildArgs: { 'a-b': 'x', OK: 'y' } })).toEqual([
      ['buildArgs.a-b', 'Invalid key in record'],
    ]);
    expect(messages(updateProjectSchema, { buildArgs: null })).toHaveLength(1);
    expect(updateProjectSchema.parse({})).toEqual({});
    const project = { organizationId: 'x', slug: 'a', name: 'A', remoteUrl: 'https://git.example/a.git' };
    expect(createProjectSchema.parse(project)).toMatchObject({ buildArgs: {}, namedContexts: {} });
  });
});

it('R5-A2 a list of checks that is longer than there are checks makes one issue, however long it is', () => {
  expect(messages(askChecksSchema, { names: Array(100_000).fill(1) })).toHaveLength(1);
});
