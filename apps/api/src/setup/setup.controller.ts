import { type SetupRequest, setupRequestSchema, setupStateSchema } from '@cooperage/contracts';
import { Body, Controller, Get, Ip, Post } from '@nestjs/common';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { SetupService } from './setup.service.js';

@Controller('api/v1/setup')
export class SetupController {
  constructor(private readonly setup: SetupService) {}

  @Get()
  @Access('public')
  @Answers(200, setupStateSchema, 'Whether the first administrator has to be made.')
  async state() {
    return { needed: await this.setup.isNeeded() };
  }

  @Post()
  @Access('public')
  @Answers(201, setupStateSchema, 'Makes the first administrator and organization.')
  async complete(@Body({ schema: setupRequestSchema }) body: SetupRequest, @Ip() ip: string) {
    await this.setup.complete(body, ip);
    return { needed: false };
  }
}
