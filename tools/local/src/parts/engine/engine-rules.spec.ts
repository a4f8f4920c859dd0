import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Tools } from '../../toolchain/tools.ts';
import { type Caring, EngineRules } from './engine-rules.ts';
import { FetchFilter } from './fetch-filter.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'cooperage-rules-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the filter of what an engine fetches', () => {
  it('R-C2 is not in force where it could not be made', async () => {
    const program = path.join(folder, 'iptables');
    writeFileSync(program, '#!/bin/sh\nexit 3\n', { mode: 0o755 });
    const tools = { path: () => program, environment: () => ({}) } as unknown as Tools;
    const stateFile = path.join(folder, 'filter.json');
    const filter = new FetchFilter('00000af', '/cooperage-spec-nobody', tools, stateFile);
    await filter.create({ reachable: [] });
    expect(filter.missing()).toBeDefined();
    expect(await filter.isInForce({ reachable: [] })).toBe(false);
    await filter.remove();
  });
});

describe('what is noted of the network rules of an engine', () => {
  const file = () => path.join(folder, 'rules.json');
  const noted = () => JSON.parse(readFileSync(file(), 'utf8'));
  const of = (renew: Caring['renew'], missing?: string, unraised: readonly string[] = []) =>
    new EngineRules(
      [{ renew }],
      () => missing,
      () => unraised,
      file(),
    );

  it('R-C2 S-039 is that they are in force, and how often they had to be set again', async () => {
    const answers = [false, true, false, true];
    const rules = of(async () => answers.shift() ?? false);
    for (const renewals of [0, 1, 1, 2]) {
      expect(await rules.keep()).toMatchObject({ state: 'in-force', renewals });
      expect(noted()).toMatchObject({ state: 'in-force', renewals });
    }
  });

  it('R-C2 S-039 is why they are missing, where they cannot be set again', async () => {
    const rules = of(async () => {
      throw new Error('no right to');
    });
    expect(await rules.keep()).toMatchObject({ state: 'missing', detail: 'no right to' });
    expect(noted()).toMatchObject({ state: 'missing', detail: 'no right to' });
  });

  it('R-C2 is that nothing is filtered, where this machine allows no filter', async () => {
    expect(await of(async () => false, 'no control groups').keep()).toMatchObject({ state: 'unfiltered' });
    expect(noted()).toMatchObject({ state: 'unfiltered', detail: 'no control groups' });
  });

  it('R7-C1 is also what of the whole machine a build can use up', async () => {
    const unraised = ['fs.epoll.max_user_watches'];
    expect(await of(async () => false, undefined, unraised).keep()).toMatchObject({ state: 'in-force', unraised });
    expect(noted()).toMatchObject({ unraised });
  });

  it('is gone with the engine', async () => {
    const rules = of(async () => false);
    await rules.keep();
    rules.forget();
    expect(existsSync(file())).toBe(false);
  });
});
