import { openBox, sealBox, sealedSubject } from '@cooperage/domain';
import { Inject, Injectable } from '@nestjs/common';
import { API_SETTINGS, type ApiSettings } from './settings.js';

export { sealedSubject };

/** Seals what people entrust to us before it reaches the database. */
@Injectable()
export class SealingService {
  constructor(@Inject(API_SETTINGS) private readonly settings: ApiSettings) {}

  /** @param subject what the value belongs to, from `sealedSubject`. */
  seal(value: string, subject: string): Uint8Array {
    return sealBox(this.settings.masterKeys, Buffer.from(value), subject);
  }

  /** @throws {SealedBoxError} when it was sealed with a key that is gone, or for another subject. */
  open(box: Uint8Array, subject: string): string {
    return Buffer.from(openBox(this.settings.masterKeys, box, subject)).toString();
  }
}
