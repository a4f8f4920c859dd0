import type { BuildContext, ContextFile } from '@cooperage/source';
import { expect, it } from 'vitest';
import { foldersOf, manifestOf, namedContextsOf, requestedContexts } from './named-contexts.js';

const file = (path: string): ContextFile => ({
  ...{ path, kind: 'file', mode: 0o644, sizeBytes: 0, mtimeNs: 0n, blobId: 'ab' },
  read: async () => new Uint8Array(),
});
const context = {
  files: [file('a')],
  namedFolders: [{ name: 'lib', files: [file('b')] }],
} as unknown as BuildContext;

it('tells folders, which the repository must have, from images, in the order of their names', () => {
  const named = namedContextsOf({
    tool: 'docker-image://busybox:1',
    lib: './libs/',
    'base:latest': 'docker-image://a/b',
  });
  expect([...foldersOf(named)]).toEqual([['lib', 'libs']]);
  expect(requestedContexts(named, context)).toEqual([
    { name: 'base', kind: 'image', reference: 'a/b' },
    { name: 'lib', kind: 'folder', files: context.namedFolders[0]!.files },
    { name: 'tool', kind: 'image', reference: 'busybox:1' },
  ]);
});

it('S-027 refuses what the settings hold although they were checked', () => {
  const refused: Record<string, string>[] = [
    ...[{ lib: '../x' }, { lib: 'https://example.test/' }, { lib: 'target:x' }, { context: 'a' }, { '0': 'a' }],
  ];
  for (const settings of refused)
    expect(() => namedContextsOf(settings)).toThrow(expect.objectContaining({ code: 'InvalidBuildConfig' }));
});

it('records what the folders hold apart from the context', () => {
  expect(manifestOf(context).map(({ path }) => path)).toEqual(['a', 'lib//b']);
});
