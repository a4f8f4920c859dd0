import { createProjectSchema, type FirstStepsView, type TriedSample } from '@cooperage/contracts';
import { type Actor, FirstStepsRepository, RuleRepository } from '@cooperage/db';
import { sampleRef, sampleRemoteUrl, whyNotFor } from '@cooperage/domain';
import { Injectable } from '@nestjs/common';
import { AccessService } from '../auth/access.service.js';
import type { Principal } from '../auth/principal.js';
import { BuildsService } from '../builds/builds.service.js';
import { ApiProblem } from '../http/problem.js';
import { ProjectsService } from '../projects/projects.service.js';
import { ChecksService } from './checks.service.js';

const slug = 'first-image';

/** The way from an empty installation to its first signed image, for administrators. */
@Injectable()
export class FirstStepsService {
  constructor(
    private readonly steps: FirstStepsRepository,
    private readonly checks: ChecksService,
    private readonly projects: ProjectsService,
    private readonly rules: RuleRepository,
    private readonly builds: BuildsService,
    private readonly access: AccessService,
  ) {}

  async read(principal: Principal): Promise<FirstStepsView> {
    this.access.installation(principal);
    const [steps, checks] = await Promise.all([this.steps.read(), this.checks.read()]);
    return { ...steps, checks };
  }

  async dismiss(principal: Principal, actor: Actor): Promise<void> {
    this.access.installation(principal);
    await this.steps.dismiss(actor);
  }

  /** Makes the sample's project where it is not there yet, and starts a build of it that moves its tags. */
  async trySample(principal: Principal, organizationId: string, actor: Actor): Promise<TriedSample> {
    const project = await this.sampleProject(principal, organizationId, actor);
    const rule = (await this.rules.list(project.id)).find((one) => whyNotFor(one, sampleRef) === null);
    const { id } = await this.builds.start(
      principal,
      project.id,
      { ref: sampleRef, zone: null, targetRef: null, noCache: false, ruleId: rule?.id ?? null },
      actor,
    );
    return { organizationSlug: project.organizationSlug, projectSlug: project.slug, deliveryId: id };
  }

  /** @throws {ApiProblem} `conflict` when another project has taken the sample's name. */
  private async sampleProject(principal: Principal, organizationId: string, actor: Actor) {
    const { slug: organization } = this.access.organization(principal, organizationId, 'project.change');
    const request = createProjectSchema.parse({
      organizationId,
      slug,
      name: 'First image',
      remoteUrl: sampleRemoteUrl,
    });
    try {
      return (await this.projects.create(principal, request, actor)).project;
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.code !== 'conflict') throw error;
      const there = await this.projects.getByPath(principal, `${organization}/${slug}`);
      if (there.remoteUrl === sampleRemoteUrl) return there;
      throw error;
    }
  }
}
