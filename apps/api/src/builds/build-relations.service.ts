import type { BuildRelations as BuildRelationsView, DockerfileChange } from '@cooperage/contracts';
import { type BuildDetailRecord, BuildDetails, BuildRelations } from '@cooperage/db';
import { bytesToLines, bytesToText, countLines, detectSyntax, madeFrom, type ShownFile } from '@cooperage/domain';
import { Injectable } from '@nestjs/common';
import { organizationIdsOf, type Principal } from '../auth/principal.js';
import { found } from '../http/problem.js';
import { QueuePositionsService } from '../workers/queue-positions.service.js';
import { attemptIdOf, compareFiles, DockerfileReader } from './dockerfile-reader.js';
import { fileLines } from './evidence.js';
import { readableBuild } from './readable-build.js';

/** What stands around a build: its neighbours, the last good one, its place in the queue. */
@Injectable()
export class BuildRelationsService {
  constructor(
    private readonly details: BuildDetails,
    private readonly relations: BuildRelations,
    private readonly positions: QueuePositionsService,
    private readonly files: DockerfileReader,
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
    const green = await this.relations.lastGreen(build);
    const good = green && (await this.details.find(green.id, [build.organizationId]));
    const other = good && readableBuild(good);
    const number = attempt ?? build.attemptNumber;
    const attempts = [attemptIdOf(build, number), other ? attemptIdOf(other, other.attemptNumber) : undefined];
    return this.files.read(build.organizationId, attempts, (text, otherText) => {
      const { a: against, b, firstDifference } = compareFiles(otherText ?? null, found(text ?? null));
      const file = found(b);
      return {
        path: madeFrom(build).dockerfilePath,
        ...file,
        syntax: syntaxOf(file.text),
        failing: number === build.attemptNumber ? failingLines(build, found(text ?? null), file) : null,
        against: other && against && { ...placeOf(other), ...against },
        firstDifference,
      };
    });
  }

  private async build(principal: Principal, id: string): Promise<BuildDetailRecord> {
    return readableBuild(found(await this.details.find(id, organizationIdsOf(principal))));
  }
}

function placeOf(build: BuildDetailRecord) {
  return { number: build.number, commit: build.commit, path: madeFrom(build).dockerfilePath };
}

/** Around the place of the failure, where what is shown of the file ends before it. */
function failingLines(build: BuildDetailRecord, text: string, file: ShownFile): DockerfileChange['failing'] {
  const { line, endLine } = build.failure?.place ?? {};
  if (!file.truncated || line === undefined || line <= countLines(file.text)) return null;
  const around = fileLines(text, line, endLine ?? line);
  return around && { firstLine: around.firstLine, lines: around.lines };
}

/** It stands at the top of a file. Only what is shown is read. */
function syntaxOf(text: string): DockerfileChange['syntax'] {
  const found = detectSyntax(bytesToLines(Buffer.from(text)));
  return found && { line: found.line, image: bytesToText(found.image) };
}
