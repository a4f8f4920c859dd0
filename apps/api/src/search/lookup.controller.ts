import { projectSchema } from '@cooperage/contracts';
import { Controller, Get, HttpRedirectResponse, Query, Redirect } from '@nestjs/common';
import { z } from 'zod';
import { CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { ProjectsService } from '../projects/projects.service.js';
import { LookupService } from './lookup.service.js';

/** `organization/project`, as pages and people write it. */
const lookupQuerySchema = z.strictObject({
  path: z.string().regex(/^[^/]{1,63}\/[^/]{1,63}$/, 'the slugs of organization and project, for example acme/api'),
});
const pageQuerySchema = z.strictObject({
  /** Path and query of a page, as the browser shows them. */
  address: z.string().max(4096),
});

@Controller('api/v1/lookup')
export class LookupController {
  constructor(
    private readonly projects: ProjectsService,
    private readonly service: LookupService,
  ) {}

  @Get()
  @Access('read')
  @Answers(200, projectSchema, 'A project by the names in its address.')
  lookup(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: lookupQuerySchema }) { path }: z.infer<typeof lookupQuerySchema>,
  ) {
    return this.projects.getByPath(principal, path);
  }

  /** Behind `.json` on the address of any page. */
  @Get('page')
  @Redirect()
  @Access('read')
  @Answers(307, null, 'Goes to the endpoint that gives the data of a page, with the filters of its address.')
  async page(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: pageQuerySchema }) { address }: z.infer<typeof pageQuerySchema>,
  ): Promise<HttpRedirectResponse> {
    return { url: await this.service.endpointOf(principal, address), statusCode: 307 };
  }
}
