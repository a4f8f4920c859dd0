import type { RepositoryName } from '@cooperage/domain';
import { type RegistryAddress, RegistryClient } from '@cooperage/oci';
import type { RegistryTokens } from './registry-tokens.js';

const tokenSeconds = 120;
const timeoutMs = 20_000;

/** Clients that can pull from one repository and do nothing else: for looking, without the right to publish. */
export class ReadingClients {
  constructor(
    private readonly tokens: RegistryTokens,
    private readonly registry: Pick<RegistryAddress, 'host' | 'scheme'>,
  ) {}

  of(repository: RepositoryName): RegistryClient {
    const scopes = [{ repository, actions: ['pull'] as const }];
    const tokenFor = () => this.tokens.mint('verifier', scopes, tokenSeconds);
    return new RegistryClient({ ...this.registry, timeoutMs, credentials: { kind: 'token', tokenFor } });
  }
}
