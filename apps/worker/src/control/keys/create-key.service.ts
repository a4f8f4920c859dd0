import type { OutboxItem, SigningRepository } from '@cooperage/db';
import { type MasterKeys, sealedSubject } from '@cooperage/domain';
import { generateSigningKey, sealSigningKey } from '@cooperage/signing';
import { done, type HandlerResult } from '../outbox/outbox-loop.js';

/** Makes a project's first signing key. It is made here, in control, and never leaves it unsealed. */
export class CreateKeyService {
  constructor(
    private readonly signing: SigningRepository,
    private readonly keys: MasterKeys,
  ) {}

  async handle(item: OutboxItem): Promise<HandlerResult> {
    await this.ensure(item.subjectId);
    return done;
  }

  async ensure(projectId: string) {
    const existing = await this.signing.signingKey(projectId);
    if (existing) return existing;
    const key = generateSigningKey();
    const sealed = sealSigningKey(this.keys, key, sealedSubject.signingKey(projectId));
    return this.signing.addFirstKey(projectId, { publicKeyPem: key.publicKeyPem, hint: key.hint, sealed });
  }
}
