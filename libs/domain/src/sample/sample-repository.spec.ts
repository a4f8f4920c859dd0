import { describe, expect, it } from 'vitest';
import { parseRemoteUrl } from '../git/remote-url.js';
import { gitObject, gitTree } from './git-object.js';
import { sampleRemoteUrl, sampleRepository } from './sample-repository.js';

describe('objects of git', () => {
  it('have the names that git gives them', () => {
    expect(gitObject('blob', Buffer.from('hello\n')).id).toBe('ce013625030ba8dba906f756967f9e9ca394464a');
    expect(gitTree([]).id).toBe('4b825dc642cb6eb9a060e54bf8d69288fbee4904');
  });

  it('are ordered in a tree by their bytes', () => {
    const blob = gitObject('blob', Buffer.from('x'));
    const [a, b] = ['greeting', 'README'].map((name) => ({ name, blob }));
    expect(gitTree([a!, b!]).id).toBe(gitTree([b!, a!]).id);
  });
});

describe('the sample', () => {
  it('is the same wherever it is made, and ends in its commit', () => {
    const { objects, commit } = sampleRepository();
    expect(sampleRepository()).toEqual({ objects, commit });
    expect(objects.at(-1)).toMatchObject({ kind: 'commit', id: commit });
  });

  it('has a clone address that a project may have', () => {
    expect(parseRemoteUrl(sampleRemoteUrl, { allowPlainHttp: [] }).href).toBe(sampleRemoteUrl);
  });
});
