import { Module } from '@nestjs/common';
import { WorkersModule } from '../workers/workers.module.js';
import { InvitationsController } from './invitations.controller.js';
import { InvitationsService } from './invitations.service.js';
import { MeController } from './me.controller.js';
import { OrganizationsController } from './organizations.controller.js';
import { OrganizationsService } from './organizations.service.js';

@Module({
  imports: [WorkersModule],
  controllers: [MeController, OrganizationsController, InvitationsController],
  providers: [OrganizationsService, InvitationsService],
})
export class OrganizationsModule {}
