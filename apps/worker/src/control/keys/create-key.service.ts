import type { OutboxItem, SigningKeyRecord, SigningRepository } from '@cooperage/db';
import { type MasterKeys, sealedSubject } from '@cooperage/domain';
import { generateSigningKey, sealSigningKey } from '@cooperage/signing';
import { done, type HandlerResult } from '../outbox/outbox-loop.js';

/** Makes a project's first signing key. It is made here, in control, and never leaves it unsealed. */
export class CreateKeyService {
  constructor(
    private readonly signing: SigningRepository,
    private readonly keys: MasterKeys,
  ) {}

  /** Nothing is left to do for a project that was deleted meanwhile. */
  async handle(item: OutboxItem): Promise<HandlerResult> {
    await this.find(item.subjectId);
    return done;
  }

  /** @throws {Error} when the project is gone */
  async ensure(projectId: string): Promise<SigningKeyRecord> {
    const key = await this.find(projectId);
    if (!key) throw new Error('the project is gone');
    return key;
  }

  private async find(projectId: string): Promise<SigningKeyRecord | null> {
    const existing = await this.signing.signingKey(projectId);
    if (existing) return existing;
    const key = generateSigningKey();
    const sealed = sealSigningKey(this.keys, key, sealedSubject.signingKey(projectId));
    return this.signing.addFirstKey(projectId, { publicKeyPem: key.publicKeyPem, hint: key.hint, sealed });
  }
}
