import { Injectable } from '@nestjs/common';
import { membershipIn, type Principal } from '../auth/principal.js';
import { found, notFound } from '../http/problem.js';
import { ProjectsService } from '../projects/projects.service.js';
import { endpointAddress, findEndpoint } from './page-endpoints.js';

@Injectable()
export class LookupService {
  constructor(private readonly projects: ProjectsService) {}

  /** Address of the endpoint that gives a page's data. @throws {ApiProblem} `not_found`. */
  async endpointOf(principal: Principal, page: string): Promise<string> {
    const endpoint = found(findEndpoint(page));
    const { values } = endpoint;
    if (values.project === undefined || values.organization === undefined)
      return endpointAddress(endpoint, { ...values, organization: organizationOf(principal, values.organization) });
    const project = await this.projects.getByPath(principal, `${values.organization}/${values.project}`);
    return endpointAddress(endpoint, { ...values, projectId: project.id });
  }
}

/** The one that the page's address names, else the first, as the pages do. */
function organizationOf(principal: Principal, named: string | undefined): string {
  const membership = named === undefined ? undefined : membershipIn(principal, named);
  const [first] = principal.memberships;
  if (!membership && !first) throw notFound();
  return (membership ?? first)!.organizationId;
}
