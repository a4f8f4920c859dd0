import { type Descriptor, parseImageReference } from '@cooperage/oci';
import type { SignedArtifact } from './artifact.js';
import { type DsseEnvelope, preAuthEncoding } from './format/dsse.js';
import { inTotoType, predicateTypes, projectAnnotation } from './format/media-types.js';
import { simpleSigningBytes } from './format/simple-signing.js';
import { statementBytes } from './format/statement.js';
import { type SigningKey, signBytes } from './key/signing-key.js';
import { bundleArtifact } from './make/bundle-artifact.js';
import { legacyAttestationArtifact, legacySignatureArtifact } from './make/legacy-artifact.js';
import type { ProvenancePredicate } from './provenance.js';

export interface SignRequest {
  /** Root of the image, index or manifest, as the registry holds it. A digest, never a tag. */
  readonly subject: Descriptor;
  /** `host/repository`, by which people pull it. */
  readonly image: string;
  /** Address of the project; binds the signature to it. */
  readonly project: string;
  readonly provenance: ProvenancePredicate;
  readonly signedAt: Date;
  /**
   * True when an earlier build made the same bytes and this key's signature for this project stands beside them: then
   * only the new build's provenance is signed.
   */
  readonly provenanceOnly?: boolean;
}

export interface Signer {
  /**
   * Signs an image and its provenance. Nothing is sent anywhere. Two calls make two sets that differ: store the first one
   * before pushing it.
   */
  sign(request: SignRequest): Promise<readonly SignedArtifact[]>;
}

/** Signs with a key at hand, in all the forms that stock cosign 2 and 3 read: four artifacts. */
export class KeySigner implements Signer {
  constructor(private readonly key: SigningKey) {}

  /** @throws {TypeError} when the image's name carries a tag or a digest, or is none. */
  async sign(request: SignRequest): Promise<readonly SignedArtifact[]> {
    const { tag, digest } = parseImageReference(request.image);
    if (tag !== undefined || digest !== undefined) throw new TypeError('an image is signed by digest, not by name');
    return [...(request.provenanceOnly ? [] : this.signatures(request)), ...this.attestations(request)];
  }

  private signatures(request: SignRequest): SignedArtifact[] {
    const { subject, image, project, signedAt } = request;
    const predicateType = predicateTypes.signature;
    const envelope = this.envelope(request, predicateType, {});
    const payload = simpleSigningBytes(image, subject.digest, { [projectAnnotation]: project });
    return [
      bundleArtifact({ kind: 'signature', subject, envelope, predicateType, hint: this.key.hint, signedAt }),
      legacySignatureArtifact(subject, payload, signBytes(this.key, payload)),
    ];
  }

  private attestations(request: SignRequest): SignedArtifact[] {
    const { subject, image, provenance, signedAt } = request;
    const predicateType = predicateTypes.provenance;
    const envelope = this.envelope(request, predicateType, provenance, image);
    return [
      bundleArtifact({ kind: 'provenance', subject, envelope, predicateType, hint: this.key.hint, signedAt }),
      legacyAttestationArtifact(subject, envelope, predicateType),
    ];
  }

  private envelope(
    { subject, project }: SignRequest,
    predicateType: string,
    predicate: object,
    name?: string,
  ): DsseEnvelope {
    const annotations = { [projectAnnotation]: project };
    const payload = statementBytes({ subject: subject.digest, name, annotations, predicateType, predicate });
    const signature = signBytes(this.key, preAuthEncoding(inTotoType, payload));
    return {
      payload: Buffer.from(payload).toString('base64'),
      payloadType: inTotoType,
      signatures: [{ sig: signature.toString('base64') }],
    };
  }
}

/** The control plane has no record that it may sign this. */
export class SigningRefused extends Error {
  override readonly name = 'SigningRefused';
  readonly code = 'not_recorded';
}

/** Lets a signer sign only what the control plane's own record holds, whoever asks. */
export class RecordedOnlySigner implements Signer {
  /** @param isRecorded whether the record of the build's present epoch has this digest for this project and build. */
  constructor(
    private readonly inner: Signer,
    private readonly isRecorded: (request: SignRequest) => Promise<boolean>,
  ) {}

  /** @throws {SigningRefused} */
  async sign(request: SignRequest): Promise<readonly SignedArtifact[]> {
    if (!(await this.isRecorded(request)))
      throw new SigningRefused(`${request.subject.digest} is not what the record of this build holds`);
    return this.inner.sign(request);
  }
}
