import { randomBytes } from 'node:crypto';
import { type Descriptor, RegistryClient } from '@cooperage/oci';
import type { SignedArtifact } from '../artifact.js';
import { provenanceFacts } from '../provenance.fixture.js';
import { gitUri } from '../provenance.js';
import { attachSignatures } from '../push.js';
import { putImage } from '../registry-image.fixture.js';
import { type Forgery, ours, project, signed } from './forgeries.fixture.js';
import type { CheckId, Expectations, Verification } from './verification.js';
import { type VerifyRequest, verifyImage } from './verify-image.js';

export const facts = provenanceFacts();
export const full: Expectations = {
  project,
  image: 'registry.example/acme/hello',
  sourceCommit: facts.source.commit,
  sourceUri: gitUri(facts.source.uri, facts.source.ref),
  builderId: facts.builderId,
  invocationId: facts.invocationId,
};

type Chooser = (
  artifacts: Awaited<ReturnType<typeof signed>>,
  subject: Descriptor,
) => readonly SignedArtifact[] | Promise<readonly SignedArtifact[]>;

/** Images in a real registry, signed by us or forged, and what our verifier says of them. */
export function verifiedImages(host: string) {
  const client = new RegistryClient({ host, scheme: 'http' });
  const repository = `verify/${randomBytes(6).toString('hex')}`;

  async function verify(
    subject: Pick<Descriptor, 'digest'>,
    changes: Partial<VerifyRequest> = {},
  ): Promise<Verification> {
    const publicKeys = [ours.publicKeyPem];
    return verifyImage({ client, repository, digest: subject.digest, publicKeys, expected: full, ...changes });
  }

  async function attach(subject: Descriptor, artifacts: readonly SignedArtifact[]): Promise<void> {
    await attachSignatures(client, { repository, subject, artifacts });
  }

  /** An image with these artifacts beside it, chosen from or made of what we sign. */
  async function imageWith(choose: Chooser, forgery: Forgery = {}): Promise<Descriptor> {
    const subject = await putImage(client, repository);
    await attach(subject, await choose(await signed(subject, forgery), subject));
    return subject;
  }

  return { client, repository, verify, attach, imageWith };
}

export function failing(verification: Verification): CheckId[] {
  return verification.checks.filter((check) => !check.ok && check.required).map((check) => check.id);
}

export function foundBy(verification: Verification, id: CheckId): string | undefined {
  return verification.checks.find((check) => check.id === id)?.found;
}
