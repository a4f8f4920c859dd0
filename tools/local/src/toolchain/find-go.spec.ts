import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { obstacleToGo, surveyGo } from './find-go.ts';
import type { ToolSurvey } from './find-tools.ts';
import { wantedGo } from './go-module.ts';
import { GO_SERIES, goTool, isAtLeast } from './tool-list.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'find-go-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** A Go whose compiler says its version, unless somebody's settings would let another one answer. */
function makeGo(name: string, version: string): string {
  const own = path.join(folder, name);
  mkdirSync(own);
  const lines = ['#!/bin/sh', '[ -z "$GOROOT$GOFLAGS" ] || exit 1', `echo "compile version go${version}"`];
  writeFileSync(path.join(own, 'go'), `${lines.join('\n')}\n`);
  chmodSync(path.join(own, 'go'), 0o755);
  return own;
}

describe('the Go of this machine', () => {
  it('is used where it is new enough, although an older one comes first', async () => {
    const folders = [makeGo('old', '1.19.8'), makeGo('new', '1.27')];
    const { found, lacking } = await surveyGo('1.26.8', { folders });
    expect(found.get('go')).toEqual({ path: path.join(folder, 'new/go'), version: '1.27', origin: 'machine' });
    expect(lacking).toEqual([]);
  });

  it('is asked for its own version, whatever a person has set for other work', async () => {
    vi.stubEnv('GOROOT', '/nowhere');
    vi.stubEnv('GOFLAGS', '-mod=mod');
    const { found } = await surveyGo('1.26.8', { folders: [makeGo('own', '1.26.8')] });
    expect(found.get('go')?.version).toBe('1.26.8');
  });

  it('lacks where it is too old', async () => {
    const { found, lacking } = await surveyGo('1.26.8', { folders: [makeGo('old', '1.26.7'), folder] });
    expect(found.size).toBe(0);
    expect(lacking.map(({ name }) => name)).toEqual(['go']);
  });
});

describe('what keeps from having Go', () => {
  const lacking: Omit<ToolSurvey, 'host'> = { found: new Map(), lacking: [goTool('1.26.8')] };

  it('is nothing where Debian has it, or this machine', () => {
    const host = { codename: 'bookworm', architecture: 'amd64', glibc: '2.36' };
    expect(obstacleToGo({ ...lacking, host })).toBeUndefined();
    expect(obstacleToGo({ found: new Map(), lacking: [], host: 'this is not Debian' })).toBeUndefined();
  });

  it('is named elsewhere, with what can be done', () => {
    const obstacle = obstacleToGo({ ...lacking, host: 'this is not Debian' });
    for (const part of ['Go 1.26.8 or later', 'this is not Debian', 'https://go.dev/dl/', 'BUILDKIT_HOST'])
      expect(obstacle).toContain(part);
  });
});

it("Debian's series of Go is not older than what the modules want", () => {
  expect(isAtLeast(GO_SERIES, wantedGo().split('.').slice(0, 2).join('.'))).toBe(true);
});
