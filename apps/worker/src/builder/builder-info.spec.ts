import type { EngineCheck, EngineFeatures } from '@cooperage/engines';
import { expect, it } from 'vitest';
import { builderInfo } from './builder-info.js';

const features: EngineFeatures = {
  ...{ daemon: true, scope: 'general', dockerfile: 'full', multiPlatform: true, registryCache: true, secrets: true },
  ...{
    provenance: true,
    pushesByDigest: true,
    targets: true,
    limits: true,
    stepNetwork: true,
    strangers: true,
    find: true,
    warnings: ['writes-uncounted'],
  },
};

async function said(
  lane: 'trusted' | 'strangers',
  version: string,
  change: Partial<EngineCheck> = {},
  kind = 'buildkit',
) {
  const check = async () => ({ ok: true, version, platforms: ['linux/amd64'], detail: 'builds', ...change });
  const engine = { kind, features: () => ({ ...features, strangers: kind === 'buildkit' }), check };
  const facts = {
    lane,
    slots: 1,
    version: '1',
    mirrorRoot: '/',
    isDraining: false,
    store: undefined,
    warnings: [],
    loops: [],
  };
  const { note, zones, engineFeatures } = await builderInfo(engine as never, facts);
  return { note, zones, strangers: engineFeatures!.strangers };
}

it('S-052 a builder says that it is for trusted builds only where its engine is below the floor', async () => {
  const trusted = { note: null, zones: ['protected', 'branch'] };
  expect(await said('trusted', 'docker 28.5.2')).toEqual({ ...trusted, strangers: false });
  expect(await said('trusted', 'v0.34.2')).toEqual({ ...trusted, strangers: true });
});

it('S-052 a builder for strangers takes nothing while its engine is below the floor, and says why', async () => {
  const all = ['protected', 'branch', 'fork'];
  expect(await said('strangers', 'v0.31.1')).toEqual({
    note: 'It takes no code of strangers: its engine is v0.31.1, and that needs BuildKit 0.31.2 or later.',
    ...{ zones: all, strangers: false },
  });
  expect(await said('strangers', 'v0.31.2')).toEqual({ note: null, zones: all, strangers: true });
  // The version of another engine counts on a scale of its own.
  expect(await said('strangers', '1.28.2', {}, 'buildah')).toEqual({
    note: 'It takes no code of strangers: its engine is buildah 1.28.2, and that needs BuildKit 0.31.2 or later.',
    ...{ zones: all, strangers: false },
  });
  expect(await said('strangers', '', { ok: false, detail: 'away' })).toMatchObject({ note: 'away' });
});

it('says what should hold and does not, of the engine and of where it runs', async () => {
  const check = async () => ({ ok: true, version: 'v0.34.2', platforms: ['linux/amd64'], detail: 'builds' });
  const engine = { kind: 'buildkit', features: () => features, check };
  const facts = { lane: 'trusted', slots: 1, version: '1', mirrorRoot: '/', isDraining: false } as const;
  const { engineFeatures } = await builderInfo(engine as never, {
    ...facts,
    ...{ store: undefined, warnings: ['fetches-unfiltered', 'writes-uncounted'], loops: [] },
  });
  expect(engineFeatures!.warnings).toEqual(['writes-uncounted', 'fetches-unfiltered']);
});

it('R12A-1 passes on what the version of its engine does not check', async () => {
  const warnings = ['layers-unverified'] as const;
  const check = async () => ({ ok: true, version: 'docker 28.5.2', platforms: [], detail: 'builds', warnings });
  const engine = { kind: 'buildkit', features: () => features, check };
  const facts = { lane: 'trusted', slots: 1, version: '1', mirrorRoot: '/', isDraining: false } as const;
  const info = await builderInfo(engine as never, { ...facts, store: undefined, warnings: [], loops: [] });
  expect(info.engineFeatures!.warnings).toEqual(['writes-uncounted', 'layers-unverified']);
});

it('R-C2 S-039 takes nothing while the network rules of its engine are missing, and says so', async () => {
  const check = async () => ({ ok: true, version: 'v0.34.2', platforms: ['linux/amd64'], detail: 'builds' });
  const engine = { kind: 'buildkit', features: () => features, check };
  const facts = { lane: 'trusted', slots: 1, version: '1', mirrorRoot: '/', isDraining: false } as const;
  const rules = { obstacle: 'The rules are missing.', warnings: ['rules-missing'] } as const;
  const { note, engineFeatures } = await builderInfo(engine as never, {
    ...{ ...facts, ...rules, store: undefined, loops: [] },
  });
  expect(note).toBe('The rules are missing.');
  expect(engineFeatures!.warnings).toContain('rules-missing');
});
