import type { DescribedSetting } from '@cooperage/config';
import { pageOf, settingSchema, trialSchema } from '@cooperage/contracts';
import { Controller, Get, Inject, Post, StreamableFile } from '@nestjs/common';
import { DESCRIBED_SETTINGS } from '../app/settings.js';
import { AccessService } from '../auth/access.service.js';
import { CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { wholeList } from '../http/bounded-list.js';
import { presentSetting, settingsFile } from './present-setting.js';
import { SettingsTrialsService } from './settings-trials.service.js';

/** What the API's process runs with and where each value came from. Read at its start, so it is what is in effect. */
@Controller('api/v1/settings')
export class SettingsController {
  constructor(
    @Inject(DESCRIBED_SETTINGS) private readonly settings: readonly DescribedSetting[],
    private readonly access: AccessService,
    private readonly trials: SettingsTrialsService,
  ) {}

  @Get()
  @Access('person')
  @Answers(200, pageOf(settingSchema), 'Every setting of the installation, secrets hidden. For administrators.')
  list(@CurrentPrincipal() principal: Principal) {
    this.access.installation(principal);
    return wholeList(this.settings, presentSetting);
  }

  @Post('trials/mail')
  @Access('person')
  @Answers(200, trialSchema, 'Sends a mail to the caller and says what the mail server answered. For administrators.')
  tryMail(@CurrentPrincipal() principal: Principal) {
    return this.trials.mail(principal);
  }

  @Post('trials/sign-in')
  @Access('person')
  @Answers(200, trialSchema, 'Asks the OpenID provider how it is spoken to. For administrators.')
  trySignIn(@CurrentPrincipal() principal: Principal) {
    return this.trials.signIn(principal);
  }

  @Get('file')
  @Access('person')
  @Answers(200, null, 'The same as a file of environment variables. For administrators.')
  file(@CurrentPrincipal() principal: Principal) {
    this.access.installation(principal);
    return new StreamableFile(Buffer.from(settingsFile(this.settings)), {
      type: 'text/plain; charset=utf-8',
      disposition: 'attachment; filename="cooperage.env"',
    });
  }
}
