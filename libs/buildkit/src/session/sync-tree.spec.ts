import { syncStretchRatio } from '@cooperage/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparePaths } from './sync-order.js';
import { type SyncFile, SyncTree } from './sync-tree.js';

const file = (path: string, change: Partial<SyncFile> = {}): SyncFile => ({
  path,
  kind: 'file',
  mode: 0o644,
  sizeBytes: 1,
  mtimeNs: 1n,
  read: async () => Buffer.from('x'),
  ...change,
});
const link = (path: string, linkTarget: string) => file(path, { kind: 'symlink', linkTarget });
const paths = (files: readonly SyncFile[]) => files.map(({ path }) => path);

describe('the order of a transfer', () => {
  it('is by component, then by the bytes of UTF-8', () => {
    const name = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 4 })
      .filter((text) => !/[/\0]/.test(text) && text.isWellFormed());
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
    const bytes = (text: string) => Buffer.from(text.replaceAll('/', '\0'));
    fc.assert(
      fc.property(path, path, (a, b) => {
        expect(Math.sign(comparePaths(a, b))).toBe(Buffer.compare(bytes(a), bytes(b)));
      }),
    );
  });

  it('puts a folder before what is in it, whatever sorts between', () => {
    const tree = new SyncTree([file('src.txt'), file('src/a'), file('src-2/a'), file('package.json')]);
    expect(paths(tree.entries())).toEqual(['package.json', 'src', 'src/a', 'src-2', 'src-2/a', 'src.txt']);
  });
});

describe('a tree to send', () => {
  it('has the folders that were left out, and keeps those that were given', () => {
    const given = file('a', { kind: 'directory', mode: 0o700 });
    const tree = new SyncTree([file('a/b/c.txt'), given]);
    expect(tree.entries().map(({ path, kind, mode }) => [path, kind, mode])).toEqual([
      ['a', 'directory', 0o700],
      ['a/b', 'directory', 0o755],
      ['a/b/c.txt', 'file', 0o644],
    ]);
  });

  it.each(['/etc/passwd', '../x', 'a/../b', 'a//b', './a', 'a/', '', 'a\0b', 'a/..'])(
    'S-026 refuses the path %j',
    (path) => {
      expect(() => new SyncTree([file(path)])).toThrow(TypeError);
    },
  );

  it('refuses a path twice', () => {
    expect(() => new SyncTree([file('a'), file('a')])).toThrow(TypeError);
  });
});

describe('what a COPY needs', () => {
  const tree = new SyncTree([
    file('package.json'),
    file('src/app/main.ts'),
    file('src/lib/x.ts'),
    file('srcfile'),
    link('current', 'releases/7'),
    file('releases/7/app.txt'),
    file('releases/8/app.txt'),
    link('loop-a', 'loop-b'),
    link('loop-b', 'loop-a'),
    link('escape', '../../../etc/passwd'),
    link('links/absolute', '/srcfile'),
    link('links/deep', '../current/app.txt'),
  ]);

  it.each([
    [['src'], ['src', 'src/app', 'src/app/main.ts', 'src/lib', 'src/lib/x.ts']],
    [['/src/app/'], ['src', 'src/app', 'src/app/main.ts']],
    [['package.json', 'nope'], ['package.json']],
    [['current'], ['current', 'releases', 'releases/7', 'releases/7/app.txt']],
    [['current/app.txt'], ['current', 'releases', 'releases/7', 'releases/7/app.txt']],
    [['loop-a/x'], ['loop-a', 'loop-b']],
    [['escape'], ['escape']],
    [['src/*/main.ts'], ['src', 'src/app', 'src/app/main.ts', 'src/lib', 'src/lib/x.ts']],
    [
      ['links/*'],
      ['current', 'links', 'links/absolute', 'links/deep', 'releases', 'releases/7', 'releases/7/app.txt', 'srcfile'],
    ],
    [['../../src/lib'], ['src', 'src/lib', 'src/lib/x.ts']],
  ])('%j', (wanted, sent) => {
    expect(paths(tree.entries(wanted))).toEqual(sent);
  });

  it.each([
    ['through a link', ['via/*']],
    ['beside the folder itself', ['d/*', 'd']],
  ])('follows the links that a pattern finds %s', (_what, wanted) => {
    const found = new SyncTree([link('d/one', '../target'), link('via', 'd'), file('target'), file('other')]);
    expect(paths(found.entries(wanted))).toEqual(expect.arrayContaining(['d/one', 'target']));
  });

  it.each([[['.']], [['/']], [['']], [['*.json']], [undefined]])('%j is the whole tree', (wanted) => {
    expect(tree.entries(wanted)).toBe(tree.entries());
  });
});

describe('a deep tree', () => {
  const folderOf = (depth: number) => Array.from({ length: depth }, () => 'd').join('/');
  const deep = Array.from({ length: 1_000 }, (_, at) => file(`${folderOf(600)}/${at + 1_000}`));

  it('R5-B2 takes no more work than its paths have characters', async () => {
    const tree = () => new SyncTree(deep);
    expect(tree().entries()).toHaveLength(1_600);
    expect(await syncStretchRatio(tree)).toBeLessThan(5);
  });

  it('R5-B2 is looked through in one pass for what a COPY needs', async () => {
    const tree = new SyncTree(deep);
    const entries = () => tree.entries([folderOf(300), `${folderOf(500)}/1001`]);
    expect(entries()).toHaveLength(1_600);
    expect(await syncStretchRatio(entries)).toBeLessThan(5);
  });

  it('R5-B2 has each folder once, and for a COPY what is named with all above and below it', () => {
    const path = fc
      .array(fc.constantFrom('a', 'b', 'a-b', 'ü'), { minLength: 1, maxLength: 5 })
      .map((n) => n.join('/'));
    const parents = (of: string) => of.split('/').map((_, at, names) => names.slice(0, at + 1).join('/'));
    fc.assert(
      fc.property(fc.uniqueArray(path), fc.array(path, { minLength: 1, maxLength: 4 }), (given, wanted) => {
        const tree = new SyncTree(given.map((each) => file(each)));
        const all = [...new Set(given.flatMap(parents))].sort(comparePaths);
        expect(paths(tree.entries())).toEqual(all);
        const above = new Set(wanted.flatMap(parents));
        const isSent = (each: string) => above.has(each) || parents(each).some((one) => wanted.includes(one));
        expect(paths(tree.entries(wanted))).toEqual(all.filter(isSent));
      }),
    );
  });
});

describe('links that lead on for ever', () => {
  /** Ends what would never end by itself. */
  class CountingTree extends SyncTree {
    private asked = 0;

    override linkTarget(path: string): string | undefined {
      this.asked += 1;
      if (this.asked > 1_000) throw new Error('the tree was asked too often');
      return super.linkTarget(path);
    }
  }

  const long = `${'x'.repeat(200)}/${'y'.repeat(200)}`;

  it.each([
    ['itself', [link('a', 'a/a')], ['a'], ['a']],
    ['itself by a long name', [link('a', `a/${long}`)], ['a'], ['a']],
    ['itself from the root', [link('d/a', '/d/a/x')], ['d/a/y'], ['d', 'd/a']],
    ['itself by another link', [link('a', 'b/x'), link('c', 'a/y'), link('b', 'c')], ['a'], ['a', 'b', 'c']],
    ['itself below a pattern', [link('d/a', '../d/a/a')], ['d/*'], ['d', 'd/a']],
    ['a pattern with itself in it', [link('a', 'd/*/a'), link('d/b', '../a/x')], ['a'], ['a', 'd', 'd/b']],
  ])('R5-B1 ends where a link leads through %s', (_what, links, wanted, sent) => {
    expect(paths(new CountingTree([...links, file('other')]).entries(wanted))).toEqual(sent);
  });

  it('R5-B1 follows as many links as the engine does', () => {
    const chain = Array.from({ length: 200 }, (_, at) => link(`l${at}`, `l${at + 1}`));
    const tree = new SyncTree([...chain, file('l200'), file('other')]);
    expect(paths(tree.entries(['l0']))).toHaveLength(201);
  });

  it('R5-B1 sends the whole tree where many links are too much work', () => {
    const fan = Array.from({ length: 400 }, (_, at) => link(`d/${at}/a`, `/${'x/'.repeat(2_000)}${at}`));
    const tree = new SyncTree([...fan, file('other')]);
    expect(tree.entries(['d/*'])).toBe(tree.entries());
  });
});
