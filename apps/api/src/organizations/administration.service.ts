import type { AdministeredOrganization, PageQuery } from '@cooperage/contracts';
import { type Actor, BuildRepository, OrganizationAdministration, type OrganizationOverview } from '@cooperage/db';
import { Injectable } from '@nestjs/common';
import { AccessService } from '../auth/access.service.js';
import type { Principal } from '../auth/principal.js';
import { CursorCodec } from '../http/cursor.js';
import { ApiProblem, found, notFound } from '../http/problem.js';
import { SharedSlots } from '../http/shared-slots.js';

const slots = { total: 6, perKey: 3, maxWaitMs: 2_000, maxWaiting: 10 };

/** Organizations as administrators of the installation see them, whether or not they are members. */
@Injectable()
export class AdministrationService {
  private readonly slots = new SharedSlots('reads of the administration', slots, 'person');

  constructor(
    private readonly organizations: OrganizationAdministration,
    private readonly builds: BuildRepository,
    private readonly access: AccessService,
    private readonly cursors: CursorCodec,
  ) {}

  async list(principal: Principal, query: PageQuery) {
    this.access.installation(principal);
    const position = this.cursors.query('organizations', query);
    const page = await this.slots.during(() => this.organizations.list(position), principal.userId);
    return this.cursors.page('organizations', page, present);
  }

  /** @param name id or slug */
  async get(principal: Principal, name: string) {
    const organization = await this.find(principal, name);
    const read = () =>
      Promise.all([this.organizations.projects(organization.id), this.organizations.openBuilds(organization.id)]);
    const [projects, openBuilds] = await this.slots.during(read, principal.userId);
    return {
      ...present(organization),
      projectList: projects.map(({ id, createdAt, deletedAt, ...project }) => ({
        ...project,
        ...{ projectId: id, createdAt: createdAt.toISOString(), deletedAt: deletedAt?.toISOString() ?? null },
      })),
      openBuilds: openBuilds.map(({ queuedAt, ...build }) => ({ ...build, queuedAt: queuedAt.toISOString() })),
    };
  }

  /** No further build begins, and what runs is told to stop. What waits stays where it is. */
  async suspend(principal: Principal, name: string, comment: string, actor: Actor) {
    const { id } = await this.find(principal, name);
    const running = found(await this.organizations.suspend(id, comment, actor));
    const outcomes = await Promise.all(
      running.map((buildId) => this.builds.requestCancel(buildId, actor.name, actor, true)),
    );
    return { canceledBuilds: outcomes.filter(({ ok }) => ok).length };
  }

  async resume(principal: Principal, name: string, actor: Actor): Promise<void> {
    const { id } = await this.find(principal, name);
    if (!(await this.organizations.resume(id, actor))) throw notFound();
  }

  async remove(principal: Principal, name: string, actor: Actor): Promise<void> {
    const { id } = await this.find(principal, name);
    const outcome = await this.organizations.remove(id, actor);
    if (outcome.ok) return;
    if (outcome.reason === 'not_found') throw notFound();
    throw new ApiProblem('conflict', {
      detail:
        'The trusted builders hold results of this organization, so it stays. Suspend it, or delete its projects one by one.',
    });
  }

  private async find(principal: Principal, name: string): Promise<OrganizationOverview> {
    this.access.installation(principal);
    return found(await this.organizations.find(name));
  }
}

function present(organization: OrganizationOverview): AdministeredOrganization {
  const { id, isHome, createdAt, suspendedAt, deletedAt, ...rest } = organization;
  return {
    ...rest,
    ...{ organizationId: id, home: isHome, createdAt: createdAt.toISOString() },
    suspendedAt: suspendedAt?.toISOString() ?? null,
    deletedAt: deletedAt?.toISOString() ?? null,
  };
}
