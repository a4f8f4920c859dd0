import type { Readable } from 'node:stream';
import type { AuditFilterQuery, AuditQuery, ChainCheckView } from '@cooperage/contracts';
import { type AuditFilter, AuditRepository } from '@cooperage/db';
import { Injectable } from '@nestjs/common';
import { AccessService } from '../auth/access.service.js';
import type { Principal } from '../auth/principal.js';
import { StatisticsShare } from '../auth/statistics-share.js';
import { CursorCodec } from '../http/cursor.js';
import { DownloadSlots } from '../http/download-slots.js';
import { ApiProblem } from '../http/problem.js';
import { RateLimiter } from '../http/rate-limiter.js';
import { pageWaitMs, SharedSlots } from '../http/shared-slots.js';
import { presentAuditEntry } from './present-audit.js';

/** Whose audit: an organization's, or the installation's own (null). */
export type AuditOwner = string | null;

/** Both go through the whole audit. A page makes a check, so checks wait for each other longer. */
const downloads = { total: 6, perKey: 2, perGroup: 2, maxWaitMs: 2_000, maxWaiting: 6 };
const checks = { total: 6, perKey: 2, maxWaitMs: pageWaitMs, maxWaiting: 12 };
/** Lines of a download that are made before they are read. */
const madeBytes = 64 * 1024;

/** Reads the audit. An organization's is for its owners and admins, as it says from where people work. */
@Injectable()
export class AuditService {
  /** A check reads everything, so one caller gets few. */
  private readonly checks = new RateLimiter({ tries: 30, windowMs: 60_000 });
  private readonly checkSlots = new SharedSlots('checks of an audit', checks);
  private readonly downloadSlots = new DownloadSlots('downloads of an audit', downloads);

  constructor(
    private readonly repository: AuditRepository,
    private readonly access: AccessService,
    private readonly cursors: CursorCodec,
    private readonly share: StatisticsShare,
  ) {}

  async list(principal: Principal, owner: AuditOwner, { cursor, limit, ...query }: AuditQuery) {
    this.assertMayRead(principal, owner);
    const list = `audit ${JSON.stringify([owner, query])}`;
    const filter = filterOf(query);
    const position = this.cursors.query(list, { cursor, limit });
    const read = () => this.repository.list(owner, filter, position);
    // A filter that few entries pass is a walk over all of them.
    const page = await (isNarrowed(filter) ? this.share.run(principal, read) : read());
    const names = await this.repository.subjectNames(page.items);
    return this.cursors.page(list, page, (record) => presentAuditEntry(record, names));
  }

  /**
   * Every entry that matches, newest first, as JSON lines.
   * @throws {ApiProblem} `rate_limited` while too many downloads are under way
   */
  async lines(principal: Principal, owner: AuditOwner, query: AuditFilterQuery): Promise<Readable> {
    this.assertMayRead(principal, owner);
    const download = await this.downloadSlots.take(principal.userId, keyOf(owner));
    return download.send(this.write(owner, filterOf(query)), madeBytes);
  }

  async check(principal: Principal, owner: AuditOwner): Promise<ChainCheckView> {
    this.assertMayRead(principal, owner);
    const waitMs = this.checks.take(principal.userId);
    if (waitMs > 0) throw new ApiProblem('rate_limited', { retryAfterSeconds: Math.ceil(waitMs / 1000) });
    const check = await this.checkSlots.during(() => this.repository.check(owner), keyOf(owner));
    const { number, hash } = check.head;
    return {
      ok: check.ok,
      checkedAt: new Date().toISOString(),
      head: { number, hash },
      broken: check.ok ? null : { at: check.at, reason: check.reason },
    };
  }

  private async *write(owner: AuditOwner, filter: AuditFilter): AsyncGenerator<Uint8Array> {
    for await (const records of this.repository.all(owner, filter)) {
      const names = await this.repository.subjectNames(records);
      for (const record of records) yield Buffer.from(`${JSON.stringify(presentAuditEntry(record, names))}\n`);
    }
  }

  private assertMayRead(principal: Principal, owner: AuditOwner): void {
    if (owner === null) this.access.installation(principal);
    else this.access.organization(principal, owner, 'audit.read');
  }
}

/** The installation is one of those that share the slots. */
function keyOf(owner: AuditOwner): string {
  return owner ?? 'installation';
}

function filterOf({ actor, action, subject, project, since }: AuditFilterQuery): AuditFilter {
  return {
    ...(actor !== undefined && { actorId: actor }),
    ...(action !== undefined && { action }),
    ...(subject !== undefined && { subjectId: subject }),
    ...(project !== undefined && { projectId: project }),
    ...(since !== undefined && { since: new Date(since) }),
  };
}

/** `since` ends the walk along the index; what else is asked for is looked at entry by entry. */
function isNarrowed({ since: _since, ...rest }: AuditFilter): boolean {
  return Object.keys(rest).length > 0;
}
