import type { TrustKey, TrustQuery } from '@cooperage/contracts';
import { ImageLists, type KeyUseRecord, keyCounts, type RoundRecord, TrustRepository } from '@cooperage/db';
import { reverifyAfterMs } from '@cooperage/domain';
import { Inject, Injectable } from '@nestjs/common';
import { API_SETTINGS, type ApiSettings } from '../app/settings.js';
import { AccessService } from '../auth/access.service.js';
import { organizationIdsOf, type Principal } from '../auth/principal.js';
import { StatisticsShare } from '../auth/statistics-share.js';
import { wholeList } from '../http/bounded-list.js';
import { CursorCodec } from '../http/cursor.js';
import { presentFoundImage } from '../images/present-image.js';
import { presentKey } from '../signing/present-signatures.js';

const mostFailing = 100;

@Injectable()
export class TrustService {
  constructor(
    private readonly trust: TrustRepository,
    private readonly images: ImageLists,
    private readonly access: AccessService,
    private readonly cursors: CursorCodec,
    private readonly share: StatisticsShare,
    @Inject(API_SETTINGS) private readonly settings: ApiSettings,
  ) {}

  async keys(principal: Principal, { organization, project, ...query }: TrustQuery) {
    const list = `trust keys ${organization ?? '*'} ${project ?? '*'}`;
    const scope = this.scope(principal, organization);
    const position = this.cursors.query(list, query);
    // Counts signatures of up to a hundred keys.
    const page = await this.share.run(principal, () => this.trust.keys(scope, project ?? null, position));
    return this.cursors.page(list, page, (key) => this.presentKeyUse(key));
  }

  async rounds(principal: Principal, { organization, ...query }: TrustQuery) {
    const list = `trust rounds ${organization ?? '*'}`;
    const page = await this.trust.rounds(this.scope(principal, organization), this.cursors.query(list, query));
    return this.cursors.page(list, page, presentRound);
  }

  async failing(principal: Principal, { organization }: TrustQuery) {
    return wholeList(await this.images.failing(this.scope(principal, organization), mostFailing), presentFoundImage);
  }

  private scope(principal: Principal, organization: string | undefined): readonly string[] {
    if (organization === undefined) return organizationIdsOf(principal);
    this.access.organization(principal, organization);
    return [organization];
  }

  private presentKeyUse({ organizationSlug, projectSlug, images, lastUsedAt, ...key }: KeyUseRecord): TrustKey {
    return {
      ...presentKey(key, this.settings),
      ...{ organizationSlug, projectSlug, images, kind: 'sealed' },
      counts: keyCounts(key, new Date()),
      lastUsedAt: lastUsedAt?.toISOString() ?? null,
    };
  }
}

function presentRound(round: RoundRecord) {
  return {
    ...round,
    startedAt: round.startedAt.toISOString(),
    finishedAt: round.finishedAt?.toISOString() ?? null,
    nextAt: new Date(round.startedAt.getTime() + reverifyAfterMs).toISOString(),
  };
}
