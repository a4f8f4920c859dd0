import { HookSecretRepository } from '@cooperage/db';
import { Injectable } from '@nestjs/common';
import { SealingService, sealedSubject } from '../app/sealing.service.js';
import { currentShare } from '../http/caller.js';

/** A project as webhooks meet it. */
export interface HookTarget {
  readonly organizationSlug: string;
  readonly projectSlug: string;
  readonly secrets: readonly { readonly id: string; readonly secret: string }[];
}

type Answer = Promise<HookTarget | null>;

interface Known {
  readonly target: HookTarget | null;
  readonly readAtMs: number;
}

/** Longest time for which another process's change of a secret is not seen. */
const keepMs = 5_000;
const maxEntries = 10_000;

/**
 * Opened webhook secrets by project, kept for a moment so that a burst of deliveries asks the database once. Changes by
 * this process are seen at once. Projects that do not exist are remembered in the same way, so that they cost the same.
 *
 * Callers who ask for one project at the same time share a look when they share connections too. Otherwise who floods the address of a
 * project first would let its forge wait behind the flood.
 */
@Injectable()
export class HookSecretCache {
  private readonly known = new Map<string, Known>();
  /** Looks under way, by project and then by whose share of the connections they take. */
  private readonly asked = new Map<string, Map<string, Answer>>();

  constructor(
    private readonly repository: Pick<HookSecretRepository, 'hookTarget'>,
    private readonly sealing: Pick<SealingService, 'open'>,
    private readonly shareOf: () => string = currentShare,
    private readonly nowMs: () => number = Date.now,
  ) {}

  /** Null for a project that is not there. @param maxAgeMs of what may be remembered, from the moment on at which the answer came. */
  async get(projectId: string, maxAgeMs = keepMs): Answer {
    const known = this.known.get(projectId);
    return known && known.readAtMs + maxAgeMs > this.nowMs() ? known.target : this.ask(projectId, this.shareOf());
  }

  forget(projectId: string): void {
    this.known.delete(projectId);
    this.asked.delete(projectId);
  }

  private ask(projectId: string, share: string): Answer {
    const asked = this.asked.get(projectId) ?? new Map<string, Answer>();
    const underWay = asked.get(share);
    if (underWay) return underWay;
    const answer = this.read(projectId).then(
      (target) => {
        // What was read before a change is not kept behind it.
        if (this.asked.get(projectId) === asked) this.keep(projectId, target);
        this.settle(projectId, asked, share);
        return target;
      },
      (error: unknown) => {
        this.settle(projectId, asked, share);
        throw error;
      },
    );
    this.asked.set(projectId, asked.set(share, answer));
    return answer;
  }

  private keep(projectId: string, target: HookTarget | null): void {
    this.known.delete(projectId);
    const oldest = this.known.size >= maxEntries ? this.known.keys().next() : undefined;
    if (oldest && !oldest.done) this.known.delete(oldest.value);
    this.known.set(projectId, { target, readAtMs: this.nowMs() });
  }

  private settle(projectId: string, asked: Map<string, Answer>, share: string): void {
    asked.delete(share);
    if (asked.size === 0 && this.asked.get(projectId) === asked) this.asked.delete(projectId);
  }

  private async read(projectId: string): Answer {
    const sealed = await this.repository.hookTarget(projectId);
    if (sealed === null) return null;
    const secrets = sealed.secrets.map(({ id, sealed: box }) => ({
      id,
      secret: this.sealing.open(box, sealedSubject.hookSecret(id)),
    }));
    return { ...sealed, secrets };
  }
}
