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
 * Gives every attempt the registry token with which it begins, and keeps one on it while it is open: push into its own staging
 * repository, pull what it may read of caches. Minutes long, renewed only while the attempt's lease holds, never after a
 * fence. A cache can be written by the export alone, which comes after success: a token that leaked from a build is of no use for
 * that (S-113).
 */
export class AttemptTokens {
  readonly loop: WakeLoop;

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

  /** A token for the export of the cache of an attempt that has ended well. */
  async giveForExport(need: TokenNeed): Promise<void> {
    await this.repository.put(need.attemptId, this.sealed(need, exportScopes(need)));
  }

  /** A new token for a build, as the attempt's row keeps it. */
  seal(need: TokenNeed): SealedToken {
    return this.sealed(need, buildScopes(need));
  }

  private sealed(need: TokenNeed, scopes: readonly RegistryScope[]): SealedToken {
    const token = this.tokens.mint(`attempt:${need.attemptId}`, scopes, ttlSeconds);
    const sealed = sealBox(this.keys, Buffer.from(token), sealedSubject.registryToken(need.attemptId));
    return { sealed, ttlMs: ttlSeconds * 1000 };
  }

  private async refresh(): Promise<void> {
    const needs = await this.repository.findNeeds(marginMs);
    await Promise.all(needs.map((need) => this.repository.renew(need.attemptId, this.seal(need))));
  }
}

function buildScopes(need: TokenNeed): RegistryScope[] {
  const own = cacheExport(need)?.repository;
  const caches = new Set(cacheImports(need, need.defaultBranch).map(({ repository }) => repository));
  if (own) caches.add(own);
  return [
    { repository: stagingRepository(need.projectId, need.zone), actions: ['pull', 'push'] },
    ...[...caches].map((repository): RegistryScope => ({ repository, actions: ['pull'] })),
  ];
}

function exportScopes(need: TokenNeed): RegistryScope[] {
  const own = cacheExport(need)?.repository;
  return buildScopes(need).map((scope) => (scope.repository === own ? { ...scope, actions: ['pull', 'push'] } : scope));
}
