import type { Readable } from 'node:stream';
import { BuildDetails, BuildRelations, PostgresChunkStore } from '@cooperage/db';
import { type LogEntry, madeFrom, usualTimes } from '@cooperage/domain';
import {
  type AttemptLog,
  asJsonLines,
  asText,
  joinedParts,
  readEntries,
  readLines,
  readRange,
  wholeJsonLines,
  wholeText,
} from '@cooperage/logs/read';
import { Injectable } from '@nestjs/common';
import { AccessService } from '../auth/access.service.js';
import type { Principal } from '../auth/principal.js';
import type { Download } from '../http/download.js';
import { DownloadSlots } from '../http/download-slots.js';
import { found } from '../http/problem.js';
import { DockerfileReader } from './dockerfile-reader.js';
import { presentStep } from './present-build.js';
import { readableBuild } from './readable-build.js';

/** Each holds some 350 KiB of the archive, however slowly its reader takes it. */
const downloads = { total: 128, perKey: 16, perGroup: 32, maxWaitMs: 2_000, maxWaiting: 64 };
/** Some lines of a log, which a page or a script shows. Their readers are not kept waiting by those of whole logs. */
const lineParts = { total: 64, perKey: 16, perGroup: 32, maxWaitMs: 2_000, maxWaiting: 64 };
/** Text that is made before it is read. */
const madeBytes = 64 * 1024;

/** What the builder left of an attempt: its log, its steps, its Dockerfile. */
@Injectable()
export class BuildLogService {
  private readonly downloads = new DownloadSlots('downloads of logs', downloads);
  private readonly lineParts = new DownloadSlots('reads of lines', lineParts);

  constructor(
    private readonly details: BuildDetails,
    private readonly store: PostgresChunkStore,
    private readonly access: AccessService,
    private readonly relations: BuildRelations,
    private readonly files: DockerfileReader,
  ) {}

  /** @returns a part of the log, its entries in the domain's binary form, and where it ends */
  async range(principal: Principal, buildId: string, query: { attempt?: number; from: number; limit: number }) {
    const attempt = await this.attempt(principal, buildId, query.attempt);
    return readRange(this.store, attempt.id, query.from, query.limit);
  }

  /**
   * The log of all attempts, or of one from an entry on, read only as fast as it is sent. An entry without the number of an
   * attempt is one of the current attempt.
   * @throws {ApiProblem} `not_found`; `rate_limited` while the person or the organization has too many downloads under way
   */
  async download(
    principal: Principal,
    buildId: string,
    query: { attempt?: number; from: number; format: 'text' | 'jsonl' },
  ): Promise<Readable> {
    const { format } = query;
    if (query.attempt === undefined && query.from === 0) {
      const { attempts, organizationId } = await this.attempts(principal, buildId);
      const parts = format === 'text' ? wholeText(this.store, attempts) : wholeJsonLines(this.store, attempts);
      return send(parts, await this.downloads.take(principal.userId, organizationId));
    }
    const attempt = await this.attempt(principal, buildId, query.attempt);
    const parts = partsOf(attempt.number, readEntries(this.store, attempt.id, query.from), format);
    return send(parts, await this.downloads.take(principal.userId, attempt.organizationId));
  }

  /** `count` lines of text from a line on, at any depth for the same price. @throws {ApiProblem} as `download` */
  async lines(
    principal: Principal,
    buildId: string,
    query: { attempt?: number; first: number; count: number; format: 'text' | 'jsonl' },
  ): Promise<Readable> {
    const attempt = await this.attempt(principal, buildId, query.attempt);
    const lines = readLines(this.store, attempt.id, query.first, query.count);
    const parts = partsOf(attempt.number, lines, query.format);
    return send(parts, await this.lineParts.take(principal.userId, attempt.organizationId));
  }

  async steps(principal: Principal, buildId: string, number: number | undefined) {
    const attempt = await this.attempt(principal, buildId, number);
    const build = found(await this.details.find(buildId, [attempt.organizationId]));
    const [steps, times] = await Promise.all([this.details.steps(attempt.id), this.relations.stepTimes(build)]);
    const usual = usualTimes(times);
    return { attemptId: attempt.id, steps: steps.map((step) => presentStep(step, usual(step))) };
  }

  async dockerfile(principal: Principal, buildId: string, number: number | undefined) {
    const attempt = await this.attempt(principal, buildId, number);
    const build = readableBuild(found(await this.details.find(buildId, [attempt.organizationId])));
    return this.files.read(attempt.organizationId, [attempt.id], (text) => ({
      path: madeFrom(build).dockerfilePath,
      text: found(text ?? null),
    }));
  }

  /** @throws {ApiProblem} `not_found` where the attempt read none; `rate_limited` while too many are under way */
  async downloadDockerfile(principal: Principal, buildId: string, number: number | undefined) {
    const { organizationId, id } = await this.attempt(principal, buildId, number);
    return found(await this.files.download(organizationId, id));
  }

  /** The attempt of this number, or the current one. @throws {ApiProblem} `not_found`. */
  async attempt(principal: Principal, buildId: string, number: number | undefined) {
    const build = await this.access.build(principal, buildId);
    const attempt = found(await this.details.findAttempt(buildId, number ?? build.attemptNumber));
    return { ...attempt, organizationId: build.organizationId };
  }

  /** Those whose logs are stored, and the current one in any case. @throws {ApiProblem} `not_found` before the first. */
  async attempts(principal: Principal, buildId: string): Promise<{ attempts: AttemptLog[]; organizationId: string }> {
    const { attemptNumber, organizationId } = await this.access.build(principal, buildId);
    const all = await this.details.attemptsBetween(buildId, 1, attemptNumber);
    found(all.at(-1));
    const attempts = all.filter(({ number, logDeletedAt }) => number === attemptNumber || logDeletedAt === null);
    return { attempts, organizationId };
  }
}

function send(parts: AsyncIterable<Uint8Array>, download: Download): Readable {
  return download.send(joinedParts(parts), madeBytes);
}

function partsOf(attempt: number, entries: AsyncIterable<LogEntry>, format: 'text' | 'jsonl') {
  return format === 'text' ? asText(entries) : asJsonLines(attempt, entries);
}
