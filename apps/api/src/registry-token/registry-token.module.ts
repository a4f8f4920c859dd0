import { Global, Module } from '@nestjs/common';
import { RegistryReader } from './registry-reader.js';
import { RegistryTokensService } from './registry-tokens.service.js';

@Global()
@Module({ providers: [RegistryTokensService, RegistryReader], exports: [RegistryTokensService, RegistryReader] })
export class RegistryTokenModule {}
