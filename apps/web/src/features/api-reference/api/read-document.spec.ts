import { describe, expect, it, vi } from 'vitest';
import { ok, unreachable } from '../../../lib/api/problem';
import { readDocument } from './read-document';

const signedIn = async () => ok('ada');
const description = { paths: { '/api/v1/me': {} } };
const answer = (body: string, status = 200) => vi.fn(async () => new Response(body, { status }));

describe('the description of the API', () => {
  it('is what the API answers', async () => {
    expect(await readDocument(signedIn, answer(JSON.stringify(description)))).toEqual(ok(description));
  });

  it('R9-A5 is not asked for before it is known that somebody is signed in', async () => {
    const ask = answer(JSON.stringify(description));
    const { promise, reject } = Promise.withResolvers<never>();
    const read = readDocument(() => promise, ask);
    expect(ask).not.toHaveBeenCalled();
    reject(new Error('to the sign-in page'));
    await expect(read).rejects.toThrow('to the sign-in page');
    expect(ask).not.toHaveBeenCalled();
  });

  it('R9-A5 is not asked for where the session cannot be looked at', async () => {
    const ask = answer(JSON.stringify(description));
    const problem = { ok: false, problem: unreachable() } as const;
    expect(await readDocument(async () => problem, ask)).toEqual(problem);
    expect(ask).not.toHaveBeenCalled();
  });

  it.each([
    ['no answer', vi.fn(async () => null), 503],
    ['a failure', answer('{}', 500), 503],
    ['no description', answer('{"paths":null}'), 502],
    ['no JSON', answer('<html>'), 502],
  ])('is a problem to show where there is %s', async (_what, ask, status) => {
    expect(await readDocument(signedIn, ask)).toMatchObject({ ok: false, problem: { status } });
  });
});
