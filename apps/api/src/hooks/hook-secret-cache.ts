import { HookSecretRepository } from '@cooperage/db';
import { Injectable } from '@nestjs/common';
import { SealingService, sealedSubject } from '../app/sealing.service.js';

/** A project as webhooks meet it. */
export interface HookTarget {
  readonly organizationSlug: string;
  readonly projectSlug: string;
  readonly secrets: readonly { readonly id: string; readonly secret: string }[];
}

interface Entry {
  readonly target: Promise<HookTarget | null>;
  readonly readAtMs: number;
}

/** Longest time for which another process's change of a secret is not seen. */
const keepMs = 5_000;
const maxEntries = 10_000;

/**
 * Opened webhook secrets by project, kept for a moment so that a burst of deliveries asks the database once. Changes by
 * this process are seen at once. Projects that do not exist are remembered in the same way, so that they cost the same.
 */
@Injectable()
export class HookSecretCache {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly repository: HookSecretRepository,
    private readonly sealing: SealingService,
  ) {}

  /** Null for a project that is not there. @param maxAgeMs of what may be remembered. */
  async get(projectId: string, maxAgeMs = keepMs): Promise<HookTarget | null> {
    const known = this.entries.get(projectId);
    return known && known.readAtMs + maxAgeMs > Date.now() ? known.target : this.load(projectId);
  }

  forget(projectId: string): void {
    this.entries.delete(projectId);
  }

  private load(projectId: string): Promise<HookTarget | null> {
    const target = this.read(projectId);
    this.entries.delete(projectId);
    const oldest = this.entries.size >= maxEntries ? this.entries.keys().next() : undefined;
    if (oldest && !oldest.done) this.entries.delete(oldest.value);
    this.entries.set(projectId, { target, readAtMs: Date.now() });
    target.catch(() => this.forget(projectId));
    return target;
  }

  private async read(projectId: string): Promise<HookTarget | null> {
    const sealed = await this.repository.hookTarget(projectId);
    if (sealed === null) return null;
    const secrets = sealed.secrets.map(({ id, sealed: box }) => ({
      id,
      secret: this.sealing.open(box, sealedSubject.hookSecret(id)),
    }));
    return { ...sealed, secrets };
  }
}
