import { readFileSync } from 'node:fs';

/** Addresses of the real services that integration tests use; `./cooperage test` and `./cooperage services` start them. */
export interface TestServices {
  /** URL of a PostgreSQL role that may create databases. */
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** As a builder of the trusted pool connects to it. */
  readonly builderRedisUrl?: string;
  /** Another server, for builders of untrusted code. */
  readonly untrustedRedisUrl: string;
  /** As one of them connects to it. */
  readonly untrustedBuilderRedisUrl?: string;
  /** A registry that asks for tokens of the service's own key. */
  readonly registry: {
    readonly host: string;
    readonly tokenKeyFile: string;
    readonly tokenCertFile: string;
    readonly service: string;
    readonly issuer: string;
  };
  /** Host of a registry without authentication; it holds `library/debian:bookworm` and `library/busybox:latest`. */
  readonly openRegistry: string;
  /** Address of a real engine with BuildKit, for example `unix:///…/engine.sock`. */
  readonly engine: string;
  /** Address of this machine's loopback that the engines may connect to, any port of it; others of this machine are closed to them. */
  readonly reachableAddress: string;
  /** The cgroup that this engine is told for its steps. */
  readonly cgroupParent: string;
  /** The cgroup below which it puts that one; left out where it is at the root. */
  readonly cgroupBase?: string;
  /** Where `engine` is the one for strangers: the other one, that builds what is trusted. */
  readonly trusted?: { readonly engine: string; readonly cgroupParent: string };
  /** Absolute paths of real tools, by name: `cosign`, `crane`, `docker-buildx`, `redis-server`, `docker-registry`, … */
  readonly tools: Readonly<Record<string, string>>;
}

let cached: TestServices | undefined;

/** @throws {Error} saying how to start the services when they are not there: an integration test never skips. */
export function services(): TestServices {
  const file = process.env.COOPERAGE_TEST_SERVICES;
  if (!file)
    throw new Error(
      'COOPERAGE_TEST_SERVICES is not set: run the tests with ./cooperage test, or start ./cooperage services first',
    );
  cached ??= JSON.parse(readFileSync(file, 'utf8')) as TestServices;
  return cached;
}
