import type { Trial } from '@cooperage/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { API_SETTINGS, type ApiSettings } from '../app/settings.js';
import { AccessService } from '../auth/access.service.js';
import { oidcCallbackPath } from '../auth/oidc/oidc.routes.js';
import { OidcClient, ProviderDownError } from '../auth/oidc/oidc-client.js';
import type { Principal } from '../auth/principal.js';
import { notFound } from '../http/problem.js';
import { type SharedRateLimit, SharedRateLimits } from '../http/shared-rate-limits.js';
import { Mailer } from '../mail/mailer.js';
import { trialMail } from '../mail/mails.js';
import { trial } from './trial.js';

/** Tries what the environment has told the service of, when an administrator asks for it. */
@Injectable()
export class SettingsTrialsService {
  private readonly tries: SharedRateLimit;

  constructor(
    private readonly access: AccessService,
    private readonly mailer: Mailer,
    @Inject(API_SETTINGS) private readonly settings: ApiSettings,
    limits: SharedRateLimits,
  ) {
    this.tries = limits.limit('settings trial', { tries: 20, windowMs: 600_000 });
  }

  /** @throws {ApiProblem} `not_found` where no mail server is set */
  async mail(principal: Principal): Promise<Trial> {
    await this.admit(principal);
    if (!this.mailer.isConfigured) throw notFound();
    const { email, name } = principal;
    return trial(async () => {
      const refusal = await this.mailer.trySend(trialMail(email, name, this.settings.publicUrl));
      return refusal === null
        ? { ok: true, fact: `The mail server took a mail for ${email}. Whether it arrives, your inbox shows.` }
        : { ok: false, fact: `The mail server did not take a mail: ${refusal}.` };
    });
  }

  /** @throws {ApiProblem} `not_found` where no provider is set */
  async signIn(principal: Principal): Promise<Trial> {
    await this.admit(principal);
    const { oidc, publicUrl } = this.settings;
    if (!oidc) throw notFound();
    const provider = new OidcClient(oidc, `${publicUrl}${oidcCallbackPath}`);
    return trial(async () => {
      try {
        await provider.begin('/');
        const fact = `${oidc.issuerUrl} says how it is spoken to. Whether it knows this client, the first sign-in shows.`;
        return { ok: true, fact };
      } catch (error) {
        if (!(error instanceof ProviderDownError)) throw error;
        return { ok: false, fact: `${oidc.issuerUrl} does not answer as a provider does.` };
      }
    });
  }

  private async admit(principal: Principal): Promise<void> {
    this.access.installation(principal);
    await this.tries.demand(principal.userId);
  }
}
