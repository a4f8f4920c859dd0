import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endTrial, trialCgroupParent, trialEngine } from '../testing/trial-engine.js';
import { unique } from '../testing/trial-request.js';
import { type TrialBuild, TrialSite } from '../testing/trial-site.js';
import type { BuildkitEngine } from './engine.js';

const main = { zone: 'protected', ref: 'refs/heads/main' } as const;
const topic = { zone: 'branch', ref: 'refs/heads/topic' } as const;

interface Commit {
  /** What stands before the instruction. */
  readonly before?: string;
  readonly instruction: string;
  readonly files: Readonly<Record<string, string>>;
}

/** What a protected branch builds, and how a branch has the same contents stand elsewhere. */
interface Exchange {
  readonly what: string;
  readonly files: readonly string[];
  readonly honest: Commit;
  readonly lying: Commit;
}

const rules = { 'own/allow': 'ALLOW\n', 'own/deny': 'DENY\n' };
/** By path the contents stand in the order of `rules`. */
const renamed = { 'a/deny': 'ALLOW\n', 'b/allow': 'DENY\n' };
const fromContext = (copy: string): Pick<Exchange, 'files' | 'honest' | 'lying'> => ({
  files: ['/fw/allow', '/fw/deny'],
  honest: { instruction: `${copy} own/allow own/deny /fw/`, files: rules },
  lying: { instruction: `${copy} b/allow a/deny /fw/`, files: renamed },
});

const folders = { 'own/common/f': 'COMMON\n', 'own/prod/f': 'PROD\n' };
const renamedFolders = { 'a/prod/f': 'COMMON\n', 'b/common/f': 'PROD\n' };
const twoFolders = { 'prod/f': 'PROD\n', 'test/f': 'TEST\n' };
const ofBase = (from: string, honest: string, lying: string): Pick<Exchange, 'honest' | 'lying'> => {
  const before = `FROM busybox AS base\nCOPY . /conf\n${from}\n`;
  const commit = (instruction: string) => ({ before, instruction, files: twoFolders });
  return { honest: commit(honest), lying: commit(lying) };
};
/** The same instruction in both; what a link in `conf` leads to is another one. */
const behindLink = (target: string, instruction: string): Pick<Exchange, 'honest' | 'lying'> => {
  const before = `FROM busybox AS deps\nCOPY . /\nRUN ln -s ../${target} /conf/link\nFROM busybox\n`;
  const commit = (word: string) => ({
    ...{ before, instruction },
    files: { 'out/word': `${word}\n`, 'conf/own': 'own\n' },
  });
  return { honest: commit('honest'), lying: commit('POISON') };
};
const mounted = (...sources: readonly string[]) => {
  const mounts = sources.map((source, at) => `--mount=type=bind,${source},target=/m${at}`);
  return `RUN ${mounts.join(' ')} mkdir /fw; cat ${sources.map((_, at) => `/m${at}`).join(' ')} > /fw/all`;
};

/** The same instruction in both, of what a step before it has made in another way. */
const madeBy = (
  make: (word: string) => string,
  words: readonly [string, string],
  look: string,
): Pick<Exchange, 'honest' | 'lying'> => {
  const commit = (word: string): Commit => ({
    before: `FROM busybox AS deps\nCOPY . /made\nRUN ${make(word)}\nFROM busybox\n`,
    instruction: `COPY --from=deps /made /fw/\nRUN ${look} > /fw/all`,
    files: { own: 'own\n' },
  });
  return { honest: commit(words[0]), lying: commit(words[1]) };
};

/** The same instruction in both; other contents are below a folder as systemd calls it. */
const belowBackslash = (before: string, instruction: string): Pick<Exchange, 'honest' | 'lying'> => {
  const commit = (word: string): Commit => ({ before, instruction, files: { 'a\\x2db.d/x.conf': `${word}\n` } });
  return { honest: commit('honest'), lying: commit('POISON') };
};

/** The same instruction in both; a folder of which nothing is copied lies beside the file. */
const besideEmptied = (copy: string): Pick<Exchange, 'files' | 'honest' | 'lying'> => {
  const instruction = `${copy}\nRUN if [ -d /new ]; then ls /new; else cat /new; fi > /all`;
  const files = { 'src/b': 'text\n' };
  return {
    files: ['/all'],
    honest: { instruction, files },
    lying: { instruction, files: { ...files, 'src/a/f': 'left\n' } },
  };
};

/** The same instruction in both, of a folder that holds another file. */
const ofFolder = (instruction: string): Pick<Exchange, 'honest' | 'lying'> => {
  const commit = (word: string): Commit => ({ instruction, files: { 'src/a/f': `${word}\n`, 'src/own': 'own\n' } });
  return { honest: commit('honest'), lying: commit('POISON') };
};

const exchanges: readonly Exchange[] = [
  {
    what: 'COPY --exclude of all, with an exception before it',
    files: ['/fw/a/f'],
    ...ofFolder('COPY --exclude=a --exclude=!a/f --exclude=* src/ /fw/'),
  },
  {
    what: 'COPY --exclude of all but the names that a wildcard finds',
    ...besideEmptied('COPY --exclude=* src/* /new'),
  },
  {
    what: 'COPY --parents --exclude of a folder, with an exception before it',
    files: ['/fw/a/f'],
    ...ofFolder('COPY --parents --exclude=** --exclude=!a/f --exclude=a src/./**/f /fw/'),
  },
  {
    what: 'COPY of a pattern below a folder whose name has a backslash, of a stage',
    files: ['/fw/x.conf'],
    ...belowBackslash(
      'FROM busybox AS deps\nCOPY . /\nFROM busybox\n',
      String.raw`COPY --from=deps /a\\x2db.d/*.conf /fw/`,
    ),
  },
  {
    what: 'COPY of a pattern below a folder whose name has a backslash',
    files: ['/fw/x.conf'],
    ...belowBackslash('FROM busybox\n', String.raw`COPY a\\x2db.d/*.conf /fw/`),
  },
  {
    what: 'COPY of a device, whose numbers are other ones',
    files: ['/fw/all'],
    ...madeBy((minor) => `mknod /made/x c 1 ${minor}`, ['9', '5'], 'stat -c %t:%T /fw/x'),
  },
  { what: 'COPY of two files', ...fromContext('COPY') },
  { what: 'ADD of two files', ...fromContext('ADD') },
  { what: 'COPY --link of two files', ...fromContext('COPY --link') },
  { what: 'COPY of two files with an owner and a mode', ...fromContext('COPY --chown=1:1 --chmod=644') },
  {
    what: 'COPY of two folders, of which the second lies over the first',
    files: ['/fw/f'],
    honest: { instruction: 'COPY own/common own/prod /fw/', files: folders },
    lying: { instruction: 'COPY b/common a/prod /fw/', files: renamedFolders },
  },
  {
    what: 'COPY of what patterns find',
    files: ['/fw/f'],
    honest: { instruction: 'COPY t*/f p*/f /fw/', files: twoFolders },
    lying: { instruction: 'COPY p*/f t*/f /fw/', files: twoFolders },
  },
  {
    what: 'COPY --parents behind pivots',
    files: ['/fw/f'],
    honest: { instruction: 'COPY --parents own/common/./f* own/prod/./f* /fw/', files: folders },
    lying: { instruction: 'COPY --parents b/common/./f* a/prod/./f* /fw/', files: renamedFolders },
  },
  {
    what: 'COPY of two files of a stage',
    files: ['/fw/f'],
    ...ofBase(
      'FROM busybox',
      'COPY --from=base /conf/test/f /conf/prod/f /fw/',
      'COPY --from=base /conf/prod/f /conf/test/f /fw/',
    ),
  },
  {
    what: 'COPY from the state that it is made upon',
    files: ['/fw/f'],
    ...ofBase('FROM base', 'COPY --from=base /conf/prod/f /fw/f', 'COPY --from=base /conf/test/f /fw/f'),
  },
  {
    what: 'COPY of a folder and of what a link in it leads to',
    files: ['/fw/link'],
    ...behindLink('out/word', 'COPY --from=deps /conf /conf/link /fw/'),
  },
  {
    what: 'COPY --parents behind a pivot that is a link',
    files: ['/fw/word'],
    ...behindLink('out', 'COPY --from=deps --parents conf/link/./w* /fw/'),
  },
  {
    what: 'COPY --parents behind a pivot whose pattern finds a link',
    files: ['/fw/word'],
    ...behindLink('out', 'COPY --from=deps --parents conf/l*k/./w* /fw/'),
  },
  {
    what: 'COPY --exclude of all but some files behind a link',
    files: ['/fw/word'],
    ...behindLink('out', 'COPY --from=deps --exclude=* --exclude=!w* conf/link /fw/'),
  },
  {
    what: 'COPY --exclude of all, of a file',
    files: ['/fw/word'],
    ...behindLink('out', 'COPY --from=deps --exclude=* out/word /fw/'),
  },
  {
    what: 'RUN with two bind mounts of the context',
    files: ['/fw/all'],
    honest: { instruction: mounted('source=prod/f', 'source=test/f'), files: twoFolders },
    lying: { instruction: mounted('source=test/f', 'source=prod/f'), files: twoFolders },
  },
  {
    what: 'RUN with a bind mount of the state that it is made upon',
    files: ['/fw/all'],
    ...ofBase('FROM base', mounted('from=base,source=/conf/prod/f'), mounted('from=base,source=/conf/test/f')),
  },
  {
    what: 'RUN with bind mounts of a folder and of what a link in it leads to',
    files: ['/fw/all'],
    ...behindLink(
      'out/word',
      mounted('from=deps,source=/conf/link', 'from=deps,source=/conf').replace('cat /m0 /m1', 'cat /m0'),
    ),
  },
];

describe('an instruction whose sources decide what it makes', { timeout: 120_000 }, () => {
  const cgroupParent = trialCgroupParent();
  let engine: BuildkitEngine;

  beforeAll(() => {
    engine = trialEngine({ cgroupParent });
  });
  afterAll(() => endTrial(cgroupParent, engine));

  /** What the files of the result hold, without the mark that keeps what other runs of this file left out of it, and what ran. */
  async function run(
    site: TrialSite,
    { files }: Pick<Exchange, 'files'>,
    commit: Commit,
    build: Pick<TrialBuild, 'zone' | 'ref' | 'noCache'>,
    mark: string,
  ) {
    const marked = Object.entries(commit.files).map(([name, text]) => [name, `${mark} ${text}`]);
    const { record } = await site.build(engine, {
      ...{ ...build, isolated: false, files: Object.fromEntries(marked) },
      dockerfile: `${commit.before ?? 'FROM busybox\n'}${commit.instruction}\nRUN head -n 9 ${files.join(' ')} # ${unique()}\n`,
    });
    return { shown: record.output().replaceAll(mark, ''), ran: record.ran() };
  }

  it.each(exchanges)(
    'R19B-1 R21B-1 R25B-1 R25B-2 makes what its commit says, whatever a branch made of it before: $what',
    async (exchange) => {
      const { honest, lying } = exchange;
      const { shown } = await run(new TrialSite(), exchange, honest, { ...main, noCache: true }, unique());
      const [site, mark] = [new TrialSite(), unique()];
      expect((await run(site, exchange, lying, topic, mark)).shown).not.toBe(shown);
      expect((await run(site, exchange, honest, main, mark)).shown).toBe(shown);
      // Another branch has what did not change from there.
      const again = await run(site, exchange, honest, topic, mark);
      expect(again).toEqual({ shown, ran: [expect.stringContaining('RUN head')] });
    },
  );

  it('R20B-1 keeps what a pattern finds apart from a folder whose name holds the digest of another file', async () => {
    const [site, mark, files] = [new TrialSite(), unique(), { files: ['/all'] }];
    const found = 'RUN ls /fw | cut -c 1-3 > /all';
    const honest = { instruction: `COPY a-* /fw/\n${found}`, files: { 'a-1': 'lock\n', 'a-2': 'list\n' } };
    // As BuildKit does it: https://pkg.go.dev/github.com/moby/buildkit/cache/contenthash
    const content = `${mark} ${honest.files['a-1']}`;
    const head = `namemode${0o644}uid0gid0size${content.length}typeflag0linknameunamegnamedevmajor0devminor0`;
    const digest = createHash('sha256')
      .update(head + content)
      .digest('hex');
    const lying = { instruction: `COPY */a-* /fw/\n${found}`, files: { [`a-1sha256:${digest}/a-2`]: 'list\n' } };
    await run(site, files, lying, topic, mark);
    expect((await run(site, files, honest, main, mark)).shown).toBe('a-1\na-2\n');
  });

  it('finds one file and one folder again under any path, by the content', async () => {
    const commit = (folder: string): Commit => ({
      instruction: `COPY ${folder}/f /fw/\nRUN --mount=type=bind,source=${folder},target=/m cat /m/f`,
      files: { [`${folder}/f`]: 'text\n' },
    });
    const [site, mark, files] = [new TrialSite(), unique(), { files: ['/fw/f'] }];
    await run(site, files, commit('a'), topic, mark);
    expect((await run(site, files, commit('b'), main, mark)).ran).toEqual([expect.stringContaining('RUN head')]);
  });
});
