import { OrganizationAdministration } from '@cooperage/db';
import { Module } from '@nestjs/common';
import { onDatabase } from '../app/on-database.js';
import { WorkersModule } from '../workers/workers.module.js';
import { AdministrationController } from './administration.controller.js';
import { AdministrationService } from './administration.service.js';
import { InvitationsController } from './invitations.controller.js';
import { InvitationsService } from './invitations.service.js';
import { MeController } from './me.controller.js';
import { OrganizationsController } from './organizations.controller.js';
import { OrganizationsService } from './organizations.service.js';
import { UsageService } from './usage.service.js';

@Module({
  exports: [UsageService],
  imports: [WorkersModule],
  controllers: [MeController, OrganizationsController, AdministrationController, InvitationsController],
  providers: [
    OrganizationsService,
    InvitationsService,
    AdministrationService,
    UsageService,
    onDatabase(OrganizationAdministration),
  ],
})
export class OrganizationsModule {}
