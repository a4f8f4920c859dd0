import { QuotaRepository } from '@cooperage/db';
import { quotaSentence } from '@cooperage/domain';
import { Injectable } from '@nestjs/common';

/** For how long what was counted holds; what arrives meanwhile is added. */
const keepMs = 10_000;
const maxEntries = 10_000;

interface Counted {
  readonly limit: number;
  readonly readAtMs: number;
  used: number;
}

/** Holds stored webhook calls of an organization to its quota of bytes. */
@Injectable()
export class DeliveryQuota {
  private readonly counted = new Map<string, Counted>();
  /** Counts under way: a burst asks the database once. */
  private readonly asked = new Map<string, Promise<Counted>>();

  constructor(private readonly quotas: QuotaRepository) {}

  /** Takes room for a proven call. @returns why there is none, for a person; null when it was taken */
  async take(projectId: string, bytes: number): Promise<string | null> {
    const counted = await this.of(projectId);
    if (counted === null) return null;
    if (counted.used + bytes > counted.limit) return quotaSentence('deliveryBytes', counted.used, counted.limit);
    counted.used += bytes;
    return null;
  }

  private async of(projectId: string): Promise<Counted | null> {
    const known = this.counted.get(projectId);
    const counted = known && known.readAtMs + keepMs > Date.now() ? known : await this.count(projectId);
    return Number.isFinite(counted.limit) ? counted : null;
  }

  private count(projectId: string): Promise<Counted> {
    const asked = this.asked.get(projectId) ?? this.read(projectId).finally(() => this.asked.delete(projectId));
    this.asked.set(projectId, asked);
    return asked;
  }

  private async read(projectId: string): Promise<Counted> {
    const read = await this.quotas.deliveryBytes(projectId);
    if (this.counted.size >= maxEntries) this.counted.clear();
    const counted = { used: read?.used ?? 0, limit: read?.limit ?? Number.POSITIVE_INFINITY, readAtMs: Date.now() };
    this.counted.set(projectId, counted);
    return counted;
  }
}
