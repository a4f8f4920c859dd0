import { describe, expect, it } from 'vitest';
import { generateSigningKey } from '../key/signing-key.js';
import { provenanceChecks } from './check-provenance.js';
import { signatureCheck } from './check-signature.js';
import { contentOf, ours, signed, subjectNamed } from './forgeries.fixture.js';
import { judgeBundle } from './judge-bundle.js';
import type { SearchContext } from './search-referrers.js';
import { TrustedKeys } from './trusted-keys.js';

const fifty = Array.from({ length: 50 }, () => generateSigningKey());
const pems = fifty.map(({ publicKeyPem }) => publicKeyPem);

describe('TrustedKeys', () => {
  it('R10-B1 looks at the newest fifty keys of however many there are', async () => {
    const many = [...pems, ...Array.from({ length: 10_000 }, () => ours.publicKeyPem)];
    const bundle = contentOf((await signed(subjectNamed('image'))).signature);
    expect(judgeBundle(bundle, new TrustedKeys(many))).toMatchObject({ ok: false, refusal: 'another_key' });
    const newest = new TrustedKeys([ours.publicKeyPem, ...many]);
    expect(judgeBundle(bundle, newest).ok).toBe(true);
    expect(newest.byHint(fifty[48]!.hint)).toBeDefined();
    expect(newest.byHint(fifty[49]!.hint)).toBeUndefined();
  });

  it('R10-B1 parses a key once for all verifications', () => {
    const [one, other] = [new TrustedKeys(pems), new TrustedKeys(pems)];
    for (const { hint } of fifty) expect(one.byHint(hint)).toBe(other.byHint(hint));
  });

  it('R10-B1 names three keys in a check, and how many more there are', () => {
    const { digest } = subjectNamed('image');
    const keys = new TrustedKeys([...pems, ...pems]);
    const context = { digest, keys } as SearchContext;
    const search = { bundles: [], listed: 0, unopened: 0 };
    const expected = { project: null };
    const checks = [signatureCheck(context, search, expected, true), provenanceChecks(context, [], expected)[0]!];
    const [first, second, third, fourth] = fifty.map(({ hint }) => hint);
    for (const check of checks) {
      expect(check.expected).toContain(`by key ${first} or ${second} or ${third}, or one of 97 more`);
      expect(check.expected).not.toContain(fourth);
    }
  });
});
