import type { CompareQuery, Comparison, LayerComparison } from '@cooperage/contracts';
import { type BuildDetailRecord, BuildDetails } from '@cooperage/db';
import { alignSteps, type ComparedStep, parseDigest, stepTitle } from '@cooperage/domain';
import { Injectable } from '@nestjs/common';
import { AccessService } from '../auth/access.service.js';
import type { Principal } from '../auth/principal.js';
import { attemptIdOf, compareFiles, DockerfileReader } from '../builds/dockerfile-reader.js';
import { presentBuildSummary } from '../builds/present-build.js';
import { readableBuild } from '../builds/readable-build.js';
import { found } from '../http/problem.js';
import { ImageReader } from '../images/image-reader.js';
import { compareBases, compareInputs } from './compare-inputs.js';
import { compareManifests } from './compare-manifests.js';
import { inFileOrder } from './file-order.js';

const mostCommits = 50;

type Project = Awaited<ReturnType<AccessService['project']>>;

/** Two builds of one project side by side. */
@Injectable()
export class CompareService {
  constructor(
    private readonly details: BuildDetails,
    private readonly access: AccessService,
    private readonly images: ImageReader,
    private readonly files: DockerfileReader,
  ) {}

  async compare(principal: Principal, projectId: string, query: CompareQuery): Promise<Comparison> {
    const { a, b } = await this.pair(principal, projectId, query);
    const attempts = [attemptIdOf(a, a.attemptNumber), attemptIdOf(b, b.attemptNumber)] as const;
    const [steps, otherSteps, commits, dockerfile] = await Promise.all([
      this.stepsOf(attempts[0]),
      this.stepsOf(attempts[1]),
      this.commits(a, b),
      this.files.read(a.organizationId, attempts, (one, other) => compareFiles(one ?? null, other ?? null)),
    ]);
    return {
      a: presentBuildSummary(a),
      b: presentBuildSummary(b),
      between: Math.max(0, Math.abs(b.number - a.number) - 1),
      commits,
      inputs: compareInputs(a, b),
      bases: compareBases(a, b),
      dockerfile,
      steps: alignSteps(steps, otherSteps),
    };
  }

  /** @throws {RegistryError} where the registry does not answer: only this part of a comparison needs it. */
  async layers(principal: Principal, projectId: string, query: CompareQuery): Promise<LayerComparison> {
    const { project, a, b } = await this.pair(principal, projectId, query);
    const [image, other] = await Promise.all([this.imageOf(project, a), this.imageOf(project, b)]);
    return {
      a: image && { digest: image.digest, sizeBytes: image.sizeBytes },
      b: other && { digest: other.digest, sizeBytes: other.sizeBytes },
      ...compareManifests(image?.manifests ?? [], other?.manifests ?? []),
    };
  }

  private async pair(principal: Principal, projectId: string, { a, b }: CompareQuery) {
    const project = await this.access.project(principal, projectId);
    const organizations = [project.organizationId];
    const [first, second] = await Promise.all([
      this.details.findByNumber(projectId, a, organizations),
      this.details.findByNumber(projectId, b, organizations),
    ]);
    return { project, a: readableBuild(found(first)), b: readableBuild(found(second)) };
  }

  /** Whichever of the two is the older: the address may name them either way round. */
  private async commits(a: BuildDetailRecord, b: BuildDetailRecord): Promise<Comparison['commits']> {
    if (a.ref !== b.ref || a.commit === b.commit) return null;
    const { projectId, ref } = a;
    const [after, upTo] = a.number < b.number ? [a.id, b.id] : [b.id, a.id];
    return { ref, ...(await this.details.commitsBetween({ projectId, ref, after, upTo }, mostCommits)) };
  }

  private async stepsOf(attemptId: string | undefined): Promise<ComparedStep[]> {
    return attemptId === undefined ? [] : inFileOrder(await this.details.steps(attemptId)).map(toCompared);
  }

  /** Only what was published: a build that failed may name a digest that no repository has. */
  private async imageOf(project: Project, build: BuildDetailRecord) {
    if (build.digest === null || build.status !== 'succeeded') return null;
    const { manifests } = await this.images.content(project, parseDigest(build.digest));
    return { digest: build.digest, sizeBytes: build.sizeBytes ?? 0, manifests };
  }
}

function toCompared(step: Awaited<ReturnType<BuildDetails['steps']>>[number]): ComparedStep {
  const { ordinal, stage, platform, cached, startedAt, completedAt } = step;
  const ms = startedAt && completedAt ? Math.max(0, completedAt.getTime() - startedAt.getTime()) : null;
  return { ordinal, title: stepTitle(step.name), stage, platform, cached, ms };
}
