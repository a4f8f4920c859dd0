import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { provideBaseImages } from '../base-images/base-images.ts';
import { DOCKER_DAEMON, PrivateDocker } from '../docker/private-docker.ts';
import { readJson, writeJson } from '../files/atomic-file.ts';
import { choose, lookAround } from '../parts/choice.ts';
import { PartFactory } from '../parts/create-parts.ts';
import { Instance } from '../parts/instance.ts';
import { stopAll } from '../parts/lifecycle.ts';
import type { TokenAuthentication } from '../parts/registry/registry-settings.ts';
import { ensureTokenKey, type TokenKeyFiles } from '../parts/registry/token-key.ts';
import { endLauncher, endLeftProcesses } from '../system/left-behind.ts';
import { findBrowser } from '../toolchain/browser.ts';
import { findTestTools } from '../toolchain/find-tools.ts';
import { cachedGoTools } from '../toolchain/go-tools.ts';
import type { Tools } from '../toolchain/tools.ts';
import { SPEC_INSTANCES } from './spec-instance.ts';

const SERVICE = 'cooperage-registry';
const ISSUER = 'cooperage';
/** Of loopback, for the servers of tests that stand for the open world: a test does not know their ports beforehand. */
const REACHABLE_ADDRESS = '127.88.0.1';
/** Much less than an engine may fetch otherwise: a test of the limit has to come to it. */
const FETCHES = { reachable: [`${REACHABLE_ADDRESS}:*`], mostFetchBytes: 64 * 2 ** 20 };

/** What of them the engine for strangers needs to know. */
interface StartedServices {
  readonly registry: { readonly host: string };
  readonly openRegistry: string;
  readonly engine: string;
  readonly cgroupParent: string;
}

/** The real services that integration tests use; what is written is described in libs/testing (`TestServices`). */
export class TestServiceSet {
  readonly file: string;
  private readonly instance: Instance;
  private readonly tools: Tools;
  private readonly parts: PartFactory;

  private constructor(instance: Instance, tools: Tools, parts: PartFactory) {
    this.instance = instance;
    this.tools = tools;
    this.parts = parts;
    this.file = instance.file('services.json');
  }

  /** Tests never use what DATABASE_URL and the like name: they would write into somebody's data. */
  static async open(folder: string): Promise<TestServiceSet> {
    const instance = new Instance(folder);
    const choices = choose({ ...(await lookAround()), environment: {} });
    const tools = await findTestTools();
    return new TestServiceSet(instance, tools, new PartFactory(instance, tools, choices));
  }

  /** Starts them, or adopts those that run, and writes their addresses. @returns the file's path. */
  async start(): Promise<string> {
    await ensureTokenKey(this.tokenKey());
    const token = await this.token();
    const [postgres, redis, untrustedRedis, registry, openRegistry] = await Promise.all([
      this.parts.postgres().start(),
      this.parts.redis().start(),
      this.parts.untrustedRedis().start(),
      this.parts.registry(token).start(),
      this.parts.baseImageRegistry().start(),
    ]);
    await provideBaseImages(this.tools, openRegistry.host);
    const insecure = [registry.host, openRegistry.host];
    const engine = await this.parts.engine({ insecure, mirror: openRegistry.host, ...FETCHES }).start();
    const browser = await findBrowser();
    const { keyFile: tokenKeyFile, certificateFile: tokenCertFile } = this.tokenKey();
    const services = {
      databaseUrl: postgres.adminUrl,
      redisUrl: redis.url,
      ...(redis.builderUrl && { builderRedisUrl: redis.builderUrl }),
      untrustedRedisUrl: untrustedRedis.url,
      ...(untrustedRedis.builderUrl && { untrustedBuilderRedisUrl: untrustedRedis.builderUrl }),
      registry: { host: registry.host, tokenKeyFile, tokenCertFile, service: SERVICE, issuer: ISSUER },
      openRegistry: openRegistry.host,
      engine: engine.url,
      reachableAddress: REACHABLE_ADDRESS,
      cgroupParent: engine.cgroupParent,
      tools: { ...this.tools.paths(), ...buildkitd(), ...(browser && { chromium: browser }) },
    };
    writeJson(this.file, services, 0o600);
    return this.file;
  }

  /** After `start`: one more engine, and the same addresses with that one in the engine's place. @returns the file's path */
  async startEngineForStrangers(): Promise<string> {
    const services = readJson<StartedServices>(this.file);
    if (!services) throw new Error('the test services do not run');
    const { engine, cgroupParent } = services;
    const mirror = services.openRegistry;
    const insecure = [services.registry.host, mirror];
    const { url, ...groups } = await this.parts.engineForStrangers({ insecure, mirror, ...FETCHES }).start();
    const addresses = { ...services, engine: url, ...groups, trusted: { engine, cgroupParent } };
    writeJson(this.strangersFile(), addresses, 0o600);
    return this.strangersFile();
  }

  async stop(): Promise<void> {
    await this.stopEngineForStrangers();
    rmSync(this.file, { force: true });
    await this.stopSpecInstances();
    const { parts } = this;
    const registries = [parts.registry(await this.token()), parts.baseImageRegistry()];
    await stopAll([
      parts.postgres(),
      parts.redis(),
      parts.untrustedRedis(),
      ...registries,
      parts.engine({ insecure: [] }),
    ]);
  }

  private async stopEngineForStrangers(): Promise<void> {
    if (!existsSync(this.strangersFile())) return;
    await this.parts.engineForStrangers({ insecure: [] }).stop();
    rmSync(this.strangersFile(), { force: true });
  }

  /** Where it is not the launcher’s own, there is no second one. */
  get ownsEngine(): boolean {
    return this.parts.ownsEngine;
  }

  private strangersFile(): string {
    return this.instance.file('services-strangers.json');
  }

  private async stopSpecInstances(): Promise<void> {
    const folder = this.instance.file(SPEC_INSTANCES);
    for (const name of existsSync(folder) ? readdirSync(folder) : []) {
      const left = new Instance(path.join(folder, name));
      await endLauncher(left);
      await endLeftProcesses(left);
      if (existsSync(left.pidFile(DOCKER_DAEMON))) await new PrivateDocker(left, this.tools).stop();
      await (await TestServiceSet.open(left.folder)).stop();
      rmSync(path.join(folder, name), { recursive: true, force: true });
    }
  }

  private async token(): Promise<TokenAuthentication> {
    const port = this.instance.ports.known('api') ?? (await this.instance.ports.free('api'));
    return {
      realm: `http://127.0.0.1:${port}/api/v1/registry/token`,
      service: SERVICE,
      issuer: ISSUER,
      certificateFile: this.tokenKey().certificateFile,
    };
  }

  private tokenKey(): TokenKeyFiles {
    return {
      keyFile: this.instance.file('registry-token.key'),
      certificateFile: this.instance.file('registry-token.crt'),
    };
  }
}

/** For tests that start an engine of their own. */
function buildkitd(): Record<string, string> {
  const goTools = cachedGoTools();
  return goTools ? { buildkitd: goTools.path('buildkitd') } : {};
}
