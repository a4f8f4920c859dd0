import type { CheckView } from '@cooperage/contracts';
import { type Actor, type AskedCheck, Database, isDatabaseUnavailable, SetupCheckRepository } from '@cooperage/db';
import {
  type CheckCode,
  type CheckName,
  type CheckRecord,
  checkAdvice,
  checkNames,
  readCheck,
} from '@cooperage/domain';
import { lookAtAllRedis } from '@cooperage/queue';
import type { Logger } from '@cooperage/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { LOGGER } from '../app/logger.js';
import { API_SETTINGS, type ApiSettings } from '../app/settings.js';
import { type Look, measured } from './look.js';
import { lookAtDatabase } from './look-at-database.js';
import { lookAtPublicAddress } from './look-at-public-address.js';

const redisMs = 3_000;

/** Looks at what the installation stands on. Builders and control answer for themselves; the rest is looked at here. */
@Injectable()
export class ChecksService {
  private readonly own: ReadonlyMap<CheckName, { readonly look: Look; readonly thrownAs: CheckCode }>;

  constructor(
    private readonly checks: SetupCheckRepository,
    private readonly database: Database,
    @Inject(API_SETTINGS) private readonly settings: ApiSettings,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const { publicUrl, secretKeys, redisUrl, untrustedRedisUrl } = settings;
    const redisUrls = [redisUrl, ...(untrustedRedisUrl === null ? [] : [untrustedRedisUrl])];
    const thrownAs = 'unreachable';
    this.own = new Map([
      ['database', { look: lookAtDatabase(database), thrownAs }],
      ['redis', { look: () => lookAtAllRedis(redisUrls, redisMs), thrownAs }],
      ['public_address', { look: lookAtPublicAddress(publicUrl, secretKeys), thrownAs }],
    ]);
  }

  /** How the parts stand now. Without the database that is all that is known. */
  async read(): Promise<CheckView[]> {
    try {
      const records = await this.checks.list();
      return checkNames.map((name) => this.present(name, records.get(name) ?? null));
    } catch (error) {
      return this.withoutDatabase(error);
    }
  }

  /** Asks for looks; the answers come by and by. */
  async ask(names: readonly CheckName[], actor: Actor): Promise<CheckView[]> {
    try {
      const asked = await this.checks.ask(names, actor);
      for (const one of asked) void this.answer(one);
    } catch (error) {
      return this.withoutDatabase(error);
    }
    return this.read();
  }

  private async answer(asked: AskedCheck): Promise<void> {
    const own = this.own.get(asked.name);
    if (!own) return;
    try {
      await this.checks.answer(asked, await measured(own.look, own.thrownAs));
    } catch (error) {
      this.logger.warn({ err: error, check: asked.name }, 'a check was not answered');
    }
  }

  private async withoutDatabase(error: unknown): Promise<CheckView[]> {
    if (!isDatabaseUnavailable(error)) throw error;
    const now = new Date();
    const finding = await measured(lookAtDatabase(this.database), 'unreachable');
    const record = { name: 'database', askedAt: now, takenAt: now, takenBy: 'api', answeredAt: now, finding } as const;
    return checkNames.map((name) => this.present(name, name === 'database' ? record : null));
  }

  private present(name: CheckName, record: CheckRecord | null): CheckView {
    const reading = readCheck(name, record, new Date());
    const { state, code } = reading;
    const isBad = state === 'failed' && code !== null;
    const advice = isBad ? checkAdvice(name, code, this.settings) : null;
    return { ...reading, askedAt: record?.askedAt.toISOString() ?? null, advice };
  }
}
