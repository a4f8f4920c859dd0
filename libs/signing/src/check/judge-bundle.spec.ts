import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type BundleJson,
  changed,
  contentOf,
  flipBit,
  ours,
  project,
  signed,
  stranger,
  subjectNamed,
} from './forgeries.fixture.js';
import { judgeBundle } from './judge-bundle.js';
import { TrustedKeys } from './trusted-keys.js';

const keys = new TrustedKeys([ours.publicKeyPem]);
const subject = subjectNamed('the image');
let bundle: Buffer;
let other: Buffer;
let foreign: Buffer;

beforeAll(async () => {
  bundle = contentOf((await signed(subject)).signature);
  other = contentOf((await signed(subjectNamed('another image'))).signature);
  foreign = contentOf((await signed(subject, { key: stranger })).signature);
});

function refusal(bytes: Uint8Array): string {
  const judgement = judgeBundle(bytes, keys);
  return judgement.ok ? 'accepted' : judgement.refusal;
}

/** As the public log gives it, of a log that has never seen the bundle. */
const invented = {
  ...{
    logIndex: '25579',
    logId: { keyId: 'wNI9atQGlz+VWfO6LRygH4QUfY/8W4RFwiT5i5WRgB0=' },
    integratedTime: '1766000000',
  },
  ...{ kindVersion: { kind: 'dsse', version: '0.0.1' }, inclusionPromise: { signedEntryTimestamp: 'AAAA' } },
  inclusionProof: {
    logIndex: '1',
    rootHash: 'AAAA',
    treeSize: '2',
    hashes: ['AAAA'],
    checkpoint: { envelope: 'rekor\n2\nAAAA\n' },
  },
  canonicalizedBody: 'e30=',
};

const payloadOf = (bytes: Buffer) => (JSON.parse(bytes.toString()) as BundleJson).dsseEnvelope.payload;

describe('judgeBundle', () => {
  it('takes what our key signed, and tells what it is about', () => {
    expect(judgeBundle(bundle, keys)).toMatchObject({
      ok: true,
      value: {
        hint: ours.hint,
        statement: {
          predicateType: 'https://sigstore.dev/cosign/sign/v1',
          subjects: [{ digest: subject.digest, annotations: { project } }],
        },
      },
    });
  });

  it('R7-B1 keeps of a large provenance what is compared, and not the provenance', async () => {
    const facts = { buildArgs: { LONG: 'x'.repeat(1_000_000) } };
    const { provenance } = await signed(subject, { facts });
    const judgement = judgeBundle(contentOf(provenance), keys);
    expect(judgement).toMatchObject({ ok: true, value: { provenance: { sourceCommit: expect.any(String) } } });
    expect(JSON.stringify(judgement).length).toBeLessThan(10_000);
  });

  it('takes the signature of any of several keys', () => {
    const both = new TrustedKeys([stranger.publicKeyPem, ours.publicKeyPem]);
    expect(judgeBundle(bundle, both).ok).toBe(true);
    expect(judgeBundle(foreign, both).ok).toBe(true);
  });

  it.each<[string, unknown[], object?]>([
    ['an entry', [{ logIndex: '1', logId: { keyId: 'AA==' }, canonicalizedBody: 'e30=' }]],
    ['an entry with nothing in it', [{}]],
    ['an entry with a promise and a proof', [invented]],
    ['a timestamp', [], { rfc3161Timestamps: [{ signedTimestamp: 'AAAA' }] }],
  ])('R-L3 refuses the true signature with %s that nobody can verify beside it', (_name, tlogEntries, timestamps) => {
    const logged = changed(bundle, (json) => {
      Object.assign(json.verificationMaterial, {
        tlogEntries,
        ...(timestamps && { timestampVerificationData: timestamps }),
      });
    });
    expect(['unknown_log', 'malformed']).toContain(refusal(logged));
  });

  it('takes a bundle that says in so many words that there is no entry', () => {
    const plain = changed(bundle, (json) => {
      json.verificationMaterial.tlogEntries = [];
    });
    expect(refusal(plain)).toBe('accepted');
  });

  it('takes a stranger’s for what it is', () => {
    expect(refusal(foreign)).toBe('another_key');
  });

  it.each<[string, string, (json: BundleJson) => void]>([
    [
      'our hint pasted over a stranger’s signature',
      'wrong_signature',
      (json) => {
        json.dsseEnvelope = (JSON.parse(foreign.toString()) as BundleJson).dsseEnvelope;
      },
    ],
    [
      'a swapped payload',
      'wrong_signature',
      (json) => {
        json.dsseEnvelope.payload = payloadOf(other);
      },
    ],
    [
      'a flipped bit in the signature',
      'wrong_signature',
      (json) => {
        json.dsseEnvelope.signatures[0]!.sig = flipBit(json.dsseEnvelope.signatures[0]!.sig);
      },
    ],
    [
      'another payload type',
      'not_a_statement',
      (json) => {
        json.dsseEnvelope.payloadType = 'text/plain';
      },
    ],
    [
      'no signature',
      'several_signatures',
      (json) => {
        json.dsseEnvelope.signatures = [];
      },
    ],
    [
      'an empty signature',
      'malformed',
      (json) => {
        json.dsseEnvelope.signatures = [{ sig: '' }];
      },
    ],
    [
      'two signatures',
      'several_signatures',
      (json) => {
        json.dsseEnvelope.signatures.push(json.dsseEnvelope.signatures[0]!);
      },
    ],
    [
      'an empty payload',
      'malformed',
      (json) => {
        json.dsseEnvelope.payload = '';
      },
    ],
    [
      'a payload that is no statement',
      'not_a_statement',
      (json) => {
        json.dsseEnvelope.payload = Buffer.from('{"hello":1}').toString('base64');
      },
    ],
    [
      'no hint',
      'another_key',
      (json) => {
        json.verificationMaterial = { publicKey: { hint: '' } };
      },
    ],
    [
      'no key at all',
      'malformed',
      (json) => {
        json.verificationMaterial = {};
      },
    ],
    [
      'a certificate instead of a key',
      'another_key',
      (json) => {
        json.verificationMaterial = { certificate: { rawBytes: 'AAAA' } };
      },
    ],
    [
      'another media type',
      'malformed',
      (json) => {
        json.mediaType = 'application/json';
      },
    ],
  ])('refuses %s', (_name, expected, change) => {
    expect(refusal(changed(bundle, change))).toBe(expected);
  });

  it.each(['', 'x', 'null', '[]', '{}', '{"mediaType":1}', '{"__proto__":{"mediaType":"x"}}', '['.repeat(100_000)])(
    'refuses %.40j',
    (text) => {
      expect(refusal(Buffer.from(text))).toBe('malformed');
    },
  );

  it('accepts no bundle of which any part was changed', () => {
    const text = bundle.toString();
    // The hint names the key and the media type the format; everything else is covered by the signature.
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom(...'AZaz09+/="{}:,'), (at, char) => {
        const forged = text.slice(0, at) + char + text.slice(at + 1);
        const judgement = judgeBundle(Buffer.from(forged), keys);
        if (!judgement.ok || forged === text) return;
        expect(judgement.value.statement).toEqual(JSON.parse(JSON.stringify(statementOfOurs())));
      }),
      { numRuns: 2_000 },
    );
  });
});

function statementOfOurs() {
  const judgement = judgeBundle(bundle, keys);
  if (!judgement.ok) throw new Error('our own bundle is refused');
  return judgement.value.statement;
}
