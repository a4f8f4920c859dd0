import { type Descriptor, digestOf, mediaTypes } from '@cooperage/oci';
import type { SignedArtifact } from '../artifact.js';
import { generateSigningKey, type SigningKey } from '../key/signing-key.js';
import { provenanceFacts } from '../provenance.fixture.js';
import { type ProvenanceFacts, provenancePredicate } from '../provenance.js';
import { KeySigner, type SignRequest } from '../signer.js';

/** What tests of verification sign, and what they forge of it. */
export const project = 'https://cooperage.example/p/acme/hello';
export const ours = generateSigningKey();
export const stranger = generateSigningKey();

export function subjectNamed(name: string): Descriptor {
  const bytes = Buffer.from(name);
  return { mediaType: mediaTypes.manifest, digest: digestOf(bytes), size: bytes.length };
}

export interface Forgery {
  readonly key?: SigningKey;
  readonly request?: Partial<SignRequest>;
  readonly facts?: Partial<ProvenanceFacts>;
}

export async function signed(
  subject: Descriptor,
  { key = ours, request = {}, facts = {} }: Forgery = {},
): Promise<Record<SignedArtifact['kind'], SignedArtifact>> {
  const artifacts = await new KeySigner(key).sign({
    subject,
    image: 'registry.example/acme/hello',
    project,
    provenance: provenancePredicate(provenanceFacts(facts)),
    signedAt: new Date('2026-11-24T12:02:00Z'),
    ...request,
  });
  return Object.fromEntries(artifacts.map((artifact) => [artifact.kind, artifact])) as Record<
    SignedArtifact['kind'],
    SignedArtifact
  >;
}

/** The bundle (or payload, or envelope): the blob that is not the config. */
export function contentOf({ kind, blobs }: SignedArtifact): Buffer {
  return Buffer.from(blobs[1] ?? Buffer.from(`${kind} has no content`));
}

export interface BundleJson {
  mediaType: string;
  verificationMaterial: { publicKey?: { hint: string }; tlogEntries?: unknown[]; certificate?: { rawBytes: string } };
  dsseEnvelope: { payload: string; payloadType: string; signatures: { sig: string; keyid?: string }[] };
}

/** The same bundle with something changed. */
export function changed(bundle: Buffer, change: (json: BundleJson) => void): Buffer {
  const json = JSON.parse(bundle.toString()) as BundleJson;
  change(json);
  return Buffer.from(JSON.stringify(json));
}

export function flipBit(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  bytes[20]! ^= 1;
  return bytes.toString('base64');
}
