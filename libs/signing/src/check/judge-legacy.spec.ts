import { createHash, sign } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { preAuthEncoding } from '../format/dsse.js';
import { inTotoType } from '../format/media-types.js';
import { contentOf, flipBit, ours, project, signed, stranger, subjectNamed } from './forgeries.fixture.js';
import { judgeEnvelope, judgeSimpleSigning } from './judge-legacy.js';
import { TrustedKeys } from './trusted-keys.js';

const keys = new TrustedKeys([ours.publicKeyPem]);
const subject = subjectNamed('the image');
let artifacts: Awaited<ReturnType<typeof signed>>;

beforeAll(async () => {
  artifacts = await signed(subject);
});

const signatureOf = (manifest: Uint8Array): string =>
  JSON.parse(Buffer.from(manifest).toString()).layers[0].annotations['dev.cosignproject.cosign/signature'];

function simple(bytes: Uint8Array, signature: string | undefined): string {
  const judgement = judgeSimpleSigning(bytes, signature, keys);
  return judgement.ok ? 'accepted' : judgement.refusal;
}

function envelope(bytes: Uint8Array): string {
  const judgement = judgeEnvelope(bytes, keys);
  return judgement.ok ? 'accepted' : judgement.refusal;
}

describe('judgeSimpleSigning', () => {
  it('takes what our key signed, with image and project', () => {
    const payload = contentOf(artifacts.legacy_signature);
    const judgement = judgeSimpleSigning(payload, signatureOf(artifacts.legacy_signature.manifest), keys);
    expect(judgement).toMatchObject({
      ok: true,
      value: {
        hint: ours.hint,
        payload: { image: 'registry.example/acme/hello', digest: subject.digest, annotations: { project } },
      },
    });
  });

  it('refuses what is changed, moved or signed by others', async () => {
    const payload = contentOf(artifacts.legacy_signature);
    const signature = signatureOf(artifacts.legacy_signature.manifest);
    const other = await signed(subjectNamed('another image'));
    const foreign = await signed(subject, { key: stranger });
    expect(simple(payload, undefined)).toBe('malformed');
    expect(simple(payload, '')).toBe('malformed');
    expect(simple(payload, 'not base64!')).toBe('another_key');
    expect(simple(payload, flipBit(signature))).toBe('another_key');
    expect(simple(contentOf(other.legacy_signature), signature)).toBe('another_key');
    expect(simple(payload, signatureOf(foreign.legacy_signature.manifest))).toBe('another_key');
  });

  it.each(['', 'null', '[]', '{}', '{"critical":null}', '{"critical":{"type":"cosign container image signature"}}'])(
    'refuses %j even when our key signed it',
    (text) => {
      const bytes = Buffer.from(text);
      expect(simple(bytes, sign('sha256', bytes, ours.privateKey).toString('base64'))).toBe('malformed');
    },
  );
});

describe('judgeEnvelope', () => {
  const json = () => JSON.parse(contentOf(artifacts.legacy_provenance).toString());
  const bytesOf = (changes: object) => Buffer.from(JSON.stringify({ ...json(), ...changes }));

  it('takes what our key signed', () => {
    expect(judgeEnvelope(contentOf(artifacts.legacy_provenance), keys)).toMatchObject({
      ok: true,
      value: { hint: ours.hint, statement: { predicateType: 'https://slsa.dev/provenance/v1' } },
    });
  });

  it('refuses what is changed', () => {
    const [{ sig }] = json().signatures;
    expect(envelope(bytesOf({ payloadType: 'text/plain' }))).toBe('not_a_statement');
    expect(envelope(bytesOf({ signatures: [] }))).toBe('not_a_statement');
    expect(envelope(bytesOf({ signatures: [{ sig }, { sig }] }))).toBe('not_a_statement');
    expect(envelope(bytesOf({ signatures: [{ sig: flipBit(sig) }] }))).toBe('another_key');
    expect(envelope(bytesOf({ signatures: [{}] }))).toBe('not_a_statement');
    expect(envelope(bytesOf({ payload: Buffer.from('{}').toString('base64') }))).toBe('not_a_statement');
    expect(envelope(Buffer.from('x'))).toBe('malformed');
  });

  it('takes no signature over the payload alone, without its type', () => {
    const payload = Buffer.from(json().payload, 'base64');
    const sig = sign('sha256', payload, ours.privateKey).toString('base64');
    expect(envelope(bytesOf({ signatures: [{ sig }] }))).toBe('another_key');
  });

  it('signs the encoding that DSSE prescribes', () => {
    const encoded = Buffer.from(preAuthEncoding(inTotoType, Buffer.from('hello')));
    expect(encoded.toString()).toBe('DSSEv1 28 application/vnd.in-toto+json 5 hello');
    expect(createHash('sha256').update(encoded).digest('hex')).toHaveLength(64);
  });
});
