import { Module } from '@nestjs/common';
import { PasswordResetsController } from './password-resets.controller.js';
import { PasswordResetsService } from './password-resets.service.js';
import { SignInWaysController } from './sign-in-ways.controller.js';

@Module({ controllers: [SignInWaysController, PasswordResetsController], providers: [PasswordResetsService] })
export class AuthModule {}
