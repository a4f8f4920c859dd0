import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { aptSources, readSourceFiles } from './apt-sources.ts';
import { type DebianHost, findDebianHost } from './debian-host.ts';
import { goFailure, obtainingGo } from './go-failure.ts';
import { obtainTools } from './obtain-tools.ts';
import { PrivateApt } from './private-apt.ts';
import type { ToolSpec } from './tool-list.ts';

const UNREACHABLE = 'http://127.0.0.1:1/debian';

function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'private-apt-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

it('a mirror that cannot be reached is told as that, not as packages that Debian does not have', async () => {
  const folder = temporaryFolder();
  const source = { mirror: UNREACHABLE, suites: ['sid'], isOptional: false };
  const error: unknown = await new PrivateApt(folder).update(source).catch((reason) => reason);
  expect(goFailure(obtainingGo('1.26.8'), error, folder).message).toMatch(
    /^Go could not be obtained from Debian: E: Failed to fetch http:\/\/127\.0\.0\.1:1\/\S+ .*\. Install Go 1\.26\.8 or later/,
  );
});

const HOST = await findDebianHost();
const BUSYBOX: ToolSpec = { name: 'busybox', package: 'busybox-static', suite: 'own', versionArguments: [] };

it('tools are obtained without updates that no mirror has, and every start says so', { timeout: 120_000 }, async () => {
  const host = HOST as DebianHost;
  const [release, updates, security] = aptSources(readSourceFiles(), host.codename);
  const sources = [
    { ...release!, suites: [host.codename] },
    { ...updates!, suites: ['no-such-updates'] },
    { ...security!, mirror: UNREACHABLE },
  ];
  const cache = temporaryFolder();
  const said = captureOutput();
  for (const _start of ['first', 'second']) {
    const { tree, versions, lack } = await obtainTools([BUSYBOX], host, cache, sources);
    expect(tree.bin).toContain(cache);
    expect(versions.busybox).toMatch(/^1\./);
    expect(lack).toMatch(
      /^tools lack the updates of no-such-updates and \S+-security \(.*no-such-updates.*; .*127\.0\.0\.1:1.*\); remove \/\S+ to obtain them again$/,
    );
    expect(said().filter((line) => line.startsWith('!'))).toEqual([`! ${lack}`]);
  }
});

it('tools are obtained without a warning where all sources could be read', { timeout: 120_000 }, async () => {
  const host = HOST as DebianHost;
  const [release] = aptSources(readSourceFiles(), host.codename);
  const said = captureOutput();
  const { lack } = await obtainTools([BUSYBOX], host, temporaryFolder(), [{ ...release!, suites: [host.codename] }]);
  expect([lack, said().filter((line) => line.startsWith('!'))]).toEqual([undefined, []]);
});

/** @returns what was said since it was last asked. */
function captureOutput(): () => string[] {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  onTestFinished(() => write.mockRestore());
  return () => {
    const lines = write.mock.calls.flatMap(([text]) => String(text).trimEnd().split('\n'));
    write.mockClear();
    return lines;
  };
}
