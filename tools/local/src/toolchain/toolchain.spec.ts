import { describe, expect, it } from 'vitest';
import { aptSources, findMirror } from './apt-sources.ts';
import { chooseLibraries, choosePackages } from './choose-packages.ts';
import { parseOsRelease } from './debian-host.ts';
import { compareVersions } from './debian-version.ts';
import { glibcSuffices, type PackageRecord, parseMadison, parseRecords, upstreamVersion } from './package-records.ts';
import { packagesOfLibrary } from './shared-libraries.ts';
import { COMPOSE, DOCKER, isAtLeast, parseVersion, TOOLS, type ToolSpec } from './tool-list.ts';
import { type FoundTool, Tools } from './tools.ts';

const STANZAS = `Types: deb
# a snapshot
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
`;

describe('the mirror', () => {
  it('is read from stanzas', () => {
    expect(findMirror([STANZAS], 'bookworm')).toBe('http://mirror.example/debian');
  });

  it('is read from lines with options', () => {
    expect(findMirror(['deb [arch=amd64] http://a.example/d trixie main contrib'], 'trixie')).toBe(
      'http://a.example/d',
    );
  });

  it('is not another release, a source line or a switched off stanza', () => {
    expect(findMirror([STANZAS], 'trixie')).toBeUndefined();
    expect(findMirror(['deb-src http://a.example/d trixie main'], 'trixie')).toBeUndefined();
    expect(findMirror([`Enabled: no\n${STANZAS.split('\n\n')[0]}`], 'bookworm')).toBeUndefined();
  });
});

describe('the sources', () => {
  it('have the updates of the release beside it, each from the mirror that this machine has for them', () => {
    expect(aptSources([STANZAS], 'bookworm')).toEqual([
      { mirror: 'http://mirror.example/debian', suites: ['bookworm', 'sid'], isOptional: false },
      { mirror: 'http://mirror.example/debian', suites: ['bookworm-updates'], isOptional: true },
      { mirror: 'http://mirror.example/debian-security', suites: ['bookworm-security'], isOptional: true },
    ]);
  });

  it("have Debian's own mirror for security where this machine names none", () => {
    expect(aptSources(['deb http://a.example/d trixie main'], 'trixie')).toEqual([
      { mirror: 'http://a.example/d', suites: ['trixie', 'sid'], isOptional: false },
      { mirror: 'http://a.example/d', suites: ['trixie-updates'], isOptional: true },
      { mirror: 'http://deb.debian.org/debian-security', suites: ['trixie-security'], isOptional: true },
    ]);
  });
});

const MADISON = `runc | 1.3.6+ds1-2 | http://m.example/debian sid/main amd64 Packages
runc | 1.1.5+ds1-1 | http://m.example/debian bookworm/main amd64 Packages
`;
const SHOW = `Package: runc
Version: 1.3.6+ds1-2
Depends: libc6 (>= 2.38), libseccomp2 (>= 2.6.0)
Size: 3000
SHA256: aa

Package: runc
Version: 1.1.5+ds1-1
Depends: libc6 (>= 2.34)
Size: 2000
SHA256: bb
`;
const HELPER = 'Package: patchelf\nVersion: 1\nSize: 1\nSHA256: cc\n';

describe('packages', () => {
  const records = parseRecords(
    `${SHOW}\n${HELPER}`,
    parseMadison(`${MADISON}patchelf | 1 | http://m.example/debian bookworm/main amd64 Packages\n`),
  );
  const spec: ToolSpec = { name: 'runc', package: 'runc', suite: 'newer-if-it-runs', versionArguments: [] };

  it('are taken from the newer suite where the glibc carries them', () => {
    const host = { codename: 'bookworm', architecture: 'amd64', glibc: '2.41' };
    expect(choosePackages([spec], records, host).map((record) => record.version)).toEqual(['1.3.6+ds1-2', '1']);
  });

  it('are taken from the own release where it does not', () => {
    const host = { codename: 'bookworm', architecture: 'amd64', glibc: '2.36' };
    expect(choosePackages([spec], records, host)[0]).toMatchObject({ version: '1.1.5+ds1-1', sizeBytes: 2000 });
  });

  describe('of the own release', () => {
    const host = { codename: 'bookworm', architecture: 'amd64', glibc: '2.36' };
    const record = (name: string, version: string, ...suites: readonly string[]): PackageRecord => {
      return { name, version, suites, sizeBytes: 1, sha256: `${name} ${version}`, glibc: undefined };
    };
    const patchelf = record('patchelf', '1', 'bookworm');
    const redis: ToolSpec = { name: 'redis-cli', package: 'redis-tools', suite: 'own', versionArguments: [] };
    const point = record('redis-tools', '5:7.0.15-1~deb12u7', 'bookworm');
    const mended = record('redis-tools', '5:7.0.15-1~deb12u10', 'bookworm-security');

    it.each([
      ['security', [point, mended], mended],
      ['updates', [point, record('redis-tools', '5:7.0.15-1~deb12u8', 'bookworm-updates')], undefined],
      [
        'the release, where its updates are older',
        [record('redis-tools', '5:7.0.14-1', 'bookworm-updates'), point],
        point,
      ],
      ['no newer release', [record('redis-tools', '5:8.0.4-1', 'sid', 'trixie-security'), point], point],
    ])('are the newest ones, here of %s', (_where, records, expected) => {
      for (const order of [records, [...records].reverse()])
        expect(choosePackages([redis], [...order, patchelf], host)[0]).toBe(expected ?? records[1]);
    });

    it('are the newest ones also in place of a newer suite that does not run', () => {
      const records = [record('runc', '1.1.5-1', 'bookworm'), record('runc', '1.1.5-1+deb12u1', 'bookworm-security')];
      const sid = { ...record('runc', '1.3.6-2', 'sid'), glibc: '2.38' };
      expect(choosePackages([spec], [sid, ...records, patchelf], host)[0]).toBe(records[1]);
    });

    it('are the newest ones for shared libraries too, each once', () => {
      const old = record('libssl3', '3.0.9-1', 'bookworm');
      const sound = record('libssl3', '3.0.17-1~deb12u3', 'bookworm-security');
      const newer = record('libssl3t64', '3.5.4-1', 'sid');
      expect(chooseLibraries(['libssl.so.3', 'libcrypto.so.3'], [newer, old, sound], host)).toEqual([sound]);
      expect(() => chooseLibraries(['libssl.so.3'], [newer], host)).toThrow('no package for the shared library libssl');
    });
  });

  it('that no suite has are named', () => {
    const host = { codename: 'forky', architecture: 'amd64', glibc: '2.36' };
    expect(() => choosePackages([spec], records, host)).toThrow('no package runc for forky');
  });

  it('compare glibc as numbers', () => {
    expect(glibcSuffices('2.36', '2.4')).toBe(true);
    expect(glibcSuffices('2.36', '2.38')).toBe(false);
    expect(glibcSuffices('2.36', undefined)).toBe(true);
  });

  it.each([
    ['libgpgme.so.11', 'libgpgme11'],
    ['liblua5.1.so.0', 'liblua5.1-0'],
    ['libsqlite3.so.0', 'libsqlite3-0'],
    ['libnetfilter_conntrack.so.3', 'libnetfilter-conntrack3'],
    ['libdevmapper.so.1.02.1', 'libdevmapper1.02.1'],
    ['libcrypto.so.3', 'libssl3'],
    ['libdb-5.3.so', 'libdb5.3'],
  ])('of %s are found by their name', (library, name) => {
    expect(packagesOfLibrary(library)).toEqual([`${name}t64`, name]);
  });
});

describe('the tool sets', () => {
  it('obtain what a Docker engine is made of for tests alone', () => {
    const packages = (specs: readonly ToolSpec[]) => new Set(specs.map((spec) => spec.package));
    const docker = ['containerd', 'docker-cli', 'docker-compose', 'docker.io'];
    expect([...packages(DOCKER)].sort()).toEqual(docker);
    expect(docker.filter((name) => packages(TOOLS).has(name))).toEqual([]);
  });

  it('are found together by programs that look for each other', () => {
    const tool = (file: string): FoundTool => ({ path: file, version: '1.0', origin: 'cache' });
    const own = new Tools(new Map([['runc', tool('/own/bin/runc')]]), { XTABLES_LIBDIR: '/own/xtables' });
    const joined = own.joinedWith(new Tools(new Map([[COMPOSE, tool('/docker/bin/docker-compose')]])));
    expect(joined.paths()).toEqual({ runc: '/own/bin/runc', [COMPOSE]: '/docker/bin/docker-compose' });
    const { PATH, XTABLES_LIBDIR } = joined.environment();
    expect(PATH).toMatch(/^\/own\/bin:\/docker\/bin:/);
    expect(XTABLES_LIBDIR).toBe('/own/xtables');
  });
});

describe('versions', () => {
  it('are found in what programs print', () => {
    const spec: ToolSpec = { name: 'x', package: 'x', suite: 'own', versionArguments: [] };
    expect(parseVersion(spec, 'Docker version 28.5.2+dfsg4, build 89c5e8f')).toBe('28.5.2');
    expect(parseVersion(spec, 'Redis server v=7.0.15 sha=00000000:0')).toBe('7.0.15');
    expect(parseVersion(spec, 'no number')).toBeUndefined();
  });

  it('are not those of the compiler', () => {
    const cosign = TOOLS.find((tool) => tool.name === 'cosign') as ToolSpec;
    expect(parseVersion(cosign, 'GitVersion:    devel\nGoVersion:     go1.27.3\n')).toBeUndefined();
    expect(parseVersion(cosign, 'GitVersion:    v3.0.2\nGoVersion:     go1.25.1\n')).toBe('3.0.2');
  });

  it("of packages lose what is Debian's own", () => {
    expect(upstreamVersion('5:7.0.15-1~deb12u7')).toBe('7.0.15');
    expect(upstreamVersion('28.5.2+dfsg4-5')).toBe('28.5.2');
  });

  it('compare part by part', () => {
    expect(isAtLeast('28.5.2', '28.0')).toBe(true);
    expect(isAtLeast('2.10', '2.9')).toBe(true);
    expect(isAtLeast('1.18.9', '1.19')).toBe(false);
    expect(isAtLeast('3', '3.0.1')).toBe(false);
  });

  it.each([
    ['5:7.0.15-1~deb12u7', '5:7.0.15-1~deb12u10'],
    ['1.1.5+ds1-1', '1.1.5+ds1-1+deb12u1'],
    ['1.28.2+ds1-3+deb12u1', '1.28.2+ds1-3+deb12u1+b3'],
    ['9.9-9', '1:0.1-1'],
    ['1.0~rc1', '1.0'],
    ['1.0', '1.0a'],
    ['1.0a', '1.0+b'],
    ['1.0-1', '1.0.1-1'],
    ['1.0', '1.0-1'],
    ['1.9007199254740992', '1.9007199254740993'],
  ])('of Debian have %s before %s', (older, newer) => {
    expect(compareVersions(older, newer)).toBeLessThan(0);
    expect(compareVersions(newer, older)).toBeGreaterThan(0);
  });

  it('of Debian are the same with zeros that say nothing', () => {
    expect([compareVersions('0:1.02-0', '1.2'), compareVersions('2.4-1', '2.4-01')]).toEqual([0, 0]);
  });

  it('read a release file with and without quotes', () => {
    expect(parseOsRelease('ID=debian\nVERSION_CODENAME="trixie"\n')).toEqual({
      ID: 'debian',
      VERSION_CODENAME: 'trixie',
    });
  });
});
