import { type SignInWays, signInWaysSchema } from '@cooperage/contracts';
import { Controller, Get, Inject } from '@nestjs/common';
import { API_SETTINGS, type ApiSettings } from '../app/settings.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { Mailer } from '../mail/mailer.js';
import { oidcStartPath } from './oidc/oidc.routes.js';

@Controller('api/v1/sign-in-ways')
export class SignInWaysController {
  constructor(
    @Inject(API_SETTINGS) private readonly settings: ApiSettings,
    private readonly mailer: Mailer,
  ) {}

  @Get()
  @Access('public')
  @Answers(200, signInWaysSchema, 'How one may sign in here.')
  ways(): SignInWays {
    const { oidc } = this.settings;
    return {
      oidc: oidc && { name: new URL(oidc.issuerUrl).hostname, startUrl: oidcStartPath },
      mail: this.mailer.isConfigured,
    };
  }
}
