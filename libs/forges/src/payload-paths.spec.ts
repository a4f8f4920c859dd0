import { describe, expect, it } from 'vitest';
import { payloadPaths } from './payload-paths.js';

const json = { 'content-type': 'application/json' };
const paths = (payload: unknown, headers = json) => payloadPaths(headers, Buffer.from(JSON.stringify(payload)));
const commit = (added: string[], modified: string[] = [], removed: string[] = []) => ({ added, modified, removed });

describe('the paths of a push', () => {
  it('are those of all its commits, each once', () => {
    expect(paths({ commits: [commit(['a'], ['b']), commit(['a'], [], ['c/d'])] })).toEqual(['a', 'b', 'c/d']);
    const form = Buffer.from(`payload=${encodeURIComponent(JSON.stringify({ commits: [commit(['a b'])] }))}`);
    expect(payloadPaths({ 'content-type': 'application/x-www-form-urlencoded' }, form)).toEqual(['a b']);
  });

  it.each([
    ['no commits', {}],
    ['an empty list', { commits: [] }],
    ['fewer commits than there are', { commits: [commit(['a'])], total_commits_count: 30 }],
    ['as many commits as a forge lists at most', { commits: Array.from({ length: 2048 }, () => commit(['a'])) }],
    ['a commit without lists', { commits: [{ id: 'x' }] }],
    ['a path that is no text', { commits: [{ added: [1], modified: [], removed: [] }] }],
    ['no object', 'text'],
  ])('are not known from %s', (_what, payload) => {
    expect(paths(payload)).toBeNull();
  });

  it('S-007 are not known from what cannot be read, and nothing is thrown', () => {
    expect(payloadPaths(json, Buffer.from('{'))).toBeNull();
    expect(payloadPaths(json, Buffer.from([0xff]))).toBeNull();
    expect(payloadPaths({}, Buffer.from('{}'))).toBeNull();
    expect(paths(JSON.parse('{"__proto__":{"commits":[]}}'))).toBeNull();
  });
});
