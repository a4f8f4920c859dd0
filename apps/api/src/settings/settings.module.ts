import { Module } from '@nestjs/common';
import { SettingsController } from './settings.controller.js';
import { SettingsTrialsService } from './settings-trials.service.js';

@Module({ controllers: [SettingsController], providers: [SettingsTrialsService] })
export class SettingsModule {}
