import type { RegistryTokenRepository, SealedToken, TokenNeed } from '@cooperage/db';
import {
  cacheExport,
  cacheImports,
  type MasterKeys,
  sealBox,
  sealedSubject,
  stagingRepository,
} from '@cooperage/domain';
import type { RegistryScope } from '@cooperage/oci';
import type { Logger } from '@cooperage/telemetry';
import { WakeLoop } from '../../shared/wake-loop.js';
import type { RegistryTokens } from './registry-tokens.js';

const ttlSeconds = 300;
const marginMs = 150_000;
const intervalMs = 20_000;

/**
 * Gives every attempt the registry token with which it begins, and keeps one on it while it is open: push into its own staging repository, push its own cache reference, pull
 * what it may read. Minutes long, renewed only while the attempt's lease holds, never after a fence.
 */
export class AttemptTokens {
  private readonly loop: WakeLoop;

  constructor(
    private readonly repository: RegistryTokenRepository,
    private readonly tokens: RegistryTokens,
    private readonly keys: MasterKeys,
    logger: Logger,
  ) {
    this.loop = new WakeLoop('attempt tokens', intervalMs, logger, () => this.refresh());
  }

  start(): void {
    this.loop.start();
  }

  close(): Promise<void> {
    return this.loop.close();
  }

  /** One token now, whatever is there: for work on an attempt that has ended well, such as the export of its cache. */
  async give(need: TokenNeed): Promise<void> {
    await this.repository.put(need.attemptId, this.seal(need));
  }

  /** A new token as the attempt's row keeps it. */
  seal(need: TokenNeed): SealedToken {
    const token = this.tokens.mint(`attempt:${need.attemptId}`, scopesOf(need), ttlSeconds);
    const sealed = sealBox(this.keys, Buffer.from(token), sealedSubject.registryToken(need.attemptId));
    return { sealed, ttlMs: ttlSeconds * 1000 };
  }

  private async refresh(): Promise<void> {
    const needs = await this.repository.findNeeds(marginMs);
    await Promise.all(needs.map((need) => this.give(need)));
  }
}

function scopesOf(need: TokenNeed): RegistryScope[] {
  const own = cacheExport(need)?.repository;
  const others = cacheImports(need, need.defaultBranch)
    .map((reference) => reference.repository)
    .filter((repository) => repository !== own);
  return [
    { repository: stagingRepository(need.projectId, need.zone), actions: ['pull', 'push'] },
    ...(own ? [{ repository: own, actions: ['pull', 'push'] } as const] : []),
    ...others.map((repository): RegistryScope => ({ repository, actions: ['pull'] })),
  ];
}
