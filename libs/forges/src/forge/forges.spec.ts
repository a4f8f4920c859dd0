import { describe, expect, it } from 'vitest';
import { forgejo, gitea, github, gitlab, json, refused, signed } from '../../spec/calls.js';
import { recognize } from './forges.js';

describe('recognize', () => {
  it('tells Forgejo and Gitea from GitHub, whose headers they send too', () => {
    expect([forgejo(''), gitea(''), gitlab(), github(''), signed('')].map(recognize)).toEqual([
      'forgejo',
      'gitea',
      'gitlab',
      'github',
      'generic',
    ]);
    expect(recognize({ authorization: 'Bearer x' })).toBe('generic');
  });

  it('knows GitLab by its own headers, signature or not', () => {
    expect(recognize({ ...signed(''), ...gitlab() })).toBe('gitlab');
  });

  it('does not know others', () => {
    const unknown = [{}, { 'x-event-key': 'repo:push' }, { 'x-github-event': '' }, { authorization: 'Basic eDp5' }];
    expect(unknown.map(recognize)).toEqual([null, null, null, null]);
    expect(refused(json, '{}')).toMatchObject({ forge: null, code: 'unknown_sender', httpStatus: 401 });
  });
});
