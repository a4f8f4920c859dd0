import { rmSync } from 'node:fs';
import { provideBaseImages } from '../base-images/base-images.ts';
import { writeJson } from '../files/atomic-file.ts';
import { EmbeddedEngine } from '../parts/engine/engine.ts';
import { Instance } from '../parts/instance.ts';
import { stopAll } from '../parts/lifecycle.ts';
import type { Part } from '../parts/part.ts';
import { EmbeddedPostgres } from '../parts/postgres/postgres.ts';
import { EmbeddedRedis } from '../parts/redis/redis.ts';
import { EmbeddedRegistry } from '../parts/registry/registry.ts';
import { ensureTokenKey } from '../parts/registry/token-key.ts';
import type { Tools } from '../toolchain/tools.ts';

const SERVICE = 'cooperage-registry';
const ISSUER = 'cooperage';

/** The real services that integration tests use; what is written is described in libs/testing (`TestServices`). */
export class TestServiceSet {
  readonly file: string;
  private readonly instance: Instance;
  private readonly tools: Tools;

  constructor(folder: string, tools: Tools) {
    this.instance = new Instance(folder);
    this.file = this.instance.file('services.json');
    this.tools = tools;
  }

  /** Starts them, or adopts those that run, and writes their addresses. @returns the file's path. */
  async start(): Promise<string> {
    const tokenKey = this.tokenKey();
    await ensureTokenKey(tokenKey);
    const [postgres, redis, registry, openRegistry] = await Promise.all([
      new EmbeddedPostgres(this.instance).start(),
      new EmbeddedRedis(this.instance, this.tools).start(),
      (await this.tokenRegistry()).start(),
      this.openRegistry().start(),
    ]);
    await provideBaseImages(this.tools, openRegistry.host);
    const engine = await this.engine([registry.host, openRegistry.host], openRegistry.host).start();
    writeJson(
      this.file,
      {
        databaseUrl: postgres.adminUrl,
        redisUrl: redis.url,
        registry: {
          host: registry.host,
          tokenKeyFile: tokenKey.keyFile,
          tokenCertFile: tokenKey.certificateFile,
          service: SERVICE,
          issuer: ISSUER,
        },
        openRegistry: openRegistry.host,
        engine: engine.url,
        cgroupParent: engine.cgroupParent,
        tools: this.tools.paths(),
      },
      0o600,
    );
    return this.file;
  }

  async stop(): Promise<void> {
    rmSync(this.file, { force: true });
    const parts: Part<unknown>[] = [new EmbeddedPostgres(this.instance), new EmbeddedRedis(this.instance, this.tools)];
    parts.push(await this.tokenRegistry(), this.openRegistry(), this.engine([]));
    await stopAll(parts);
  }

  private async tokenRegistry(): Promise<EmbeddedRegistry> {
    const port = this.instance.ports.known('api') ?? (await this.instance.ports.free('api'));
    return new EmbeddedRegistry(this.instance, this.tools, 'registry', {
      realm: `http://127.0.0.1:${port}/api/v1/registry/token`,
      service: SERVICE,
      issuer: ISSUER,
      certificateFile: this.tokenKey().certificateFile,
    });
  }

  private openRegistry(): EmbeddedRegistry {
    return new EmbeddedRegistry(this.instance, this.tools, 'open-registry');
  }

  private engine(insecure: readonly string[], mirror?: string): EmbeddedEngine {
    return new EmbeddedEngine(this.instance, this.tools, { insecure, mirror });
  }

  private tokenKey() {
    return {
      keyFile: this.instance.file('registry-token.key'),
      certificateFile: this.instance.file('registry-token.crt'),
    };
  }
}
