import { type ApiIndex, apiIndexSchema } from '@cooperage/contracts';
import { Controller, Get, Inject } from '@nestjs/common';
import { API_SETTINGS, type ApiSettings } from '../app/settings.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';

/** What can be read without knowing an id. */
const places = ['me', 'projects', 'builds', 'deliveries', 'workers', 'setup'] as const;

@Controller('api/v1')
export class ApiIndexController {
  constructor(@Inject(API_SETTINGS) private readonly settings: ApiSettings) {}

  @Get()
  @Access('public')
  @Answers(200, apiIndexSchema, 'Where things are.')
  index(): ApiIndex {
    const { publicUrl } = this.settings;
    return {
      name: 'Cooperage',
      version: 'v1',
      description: `${publicUrl}/api/openapi.json`,
      reference: `${publicUrl}/reference`,
      links: Object.fromEntries(places.map((place) => [place, `${publicUrl}/api/v1/${place}`])),
    };
  }
}
