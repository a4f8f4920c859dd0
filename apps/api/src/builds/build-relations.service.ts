import type { BuildRelations as BuildRelationsView, DockerfileChange } from '@cooperage/contracts';
import { type BuildDetailRecord, BuildDetails, BuildRelations } from '@cooperage/db';
import { bytesToLines, bytesToText, detectSyntax, madeFrom } from '@cooperage/domain';
import { Injectable } from '@nestjs/common';
import { organizationIdsOf, type Principal } from '../auth/principal.js';
import { found } from '../http/problem.js';
import { QueuePositionsService } from '../workers/queue-positions.service.js';

/** What stands around a build: its neighbours, the last good one, its place in the queue. */
@Injectable()
export class BuildRelationsService {
  constructor(
    private readonly details: BuildDetails,
    private readonly relations: BuildRelations,
    private readonly positions: QueuePositionsService,
  ) {}

  async get(principal: Principal, id: string): Promise<BuildRelationsView> {
    const build = await this.build(principal, id);
    const { relations } = this;
    const [neighbours, lastGreen, queue, movedTags, engine] = await Promise.all([
      relations.neighbours(build),
      relations.lastGreen(build),
      build.status === 'queued' ? this.place(build) : null,
      relations.movedTags(build),
      relations.engineOf(build.id, build.attemptNumber),
    ]);
    const moves = movedTags.map((move) => ({ ...move, at: move.at.toISOString() }));
    return { ...neighbours, lastGreen, queue, movedTags: moves, engine };
  }

  private async place(build: BuildDetailRecord) {
    const [place, turn] = await Promise.all([this.relations.queuePlace(build), this.positions.of(build.id)]);
    return { ...place, ...turn };
  }

  /** The Dockerfile of an attempt, and that of the last build of its rule that went well. */
  async dockerfileChange(principal: Principal, id: string, attempt: number | undefined): Promise<DockerfileChange> {
    const build = await this.build(principal, id);
    const text = found(await this.textOf(build, attempt ?? build.attemptNumber));
    const path = madeFrom(build).dockerfilePath;
    return { path, text, syntax: syntaxOf(text), against: await this.lastGoodFile(build) };
  }

  private async lastGoodFile(build: BuildDetailRecord): Promise<DockerfileChange['against']> {
    const green = await this.relations.lastGreen(build);
    const other = green && (await this.details.find(green.id, [build.organizationId]));
    const text = other && (await this.textOf(other, other.attemptNumber));
    return text === null
      ? null
      : { number: other!.number, commit: other!.commit, path: madeFrom(other!).dockerfilePath, text };
  }

  private async textOf(build: BuildDetailRecord, number: number): Promise<string | null> {
    const attempt = build.attempts.find((each) => each.number === number);
    return attempt ? this.details.dockerfile(attempt.id) : null;
  }

  private async build(principal: Principal, id: string): Promise<BuildDetailRecord> {
    return found(await this.details.find(id, organizationIdsOf(principal)));
  }
}

function syntaxOf(text: string): DockerfileChange['syntax'] {
  const found = detectSyntax(bytesToLines(Buffer.from(text)));
  return found && { line: found.line, image: bytesToText(found.image) };
}
