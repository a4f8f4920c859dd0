import type { Readable } from 'node:stream';
import { DeliveryRepository } from '@cooperage/db';
import { Injectable } from '@nestjs/common';
import { AccessService } from '../auth/access.service.js';
import type { Principal } from '../auth/principal.js';
import { DownloadSlots } from '../http/download-slots.js';
import { found } from '../http/problem.js';

/** Bytes that are read at once. The database decompresses a body from its start for each part, so parts are not small. */
const partBytes = 1024 * 1024;
const slots = { total: 6, perKey: 3, perGroup: 3, maxWaitMs: 2_000, maxWaiting: 6 };

export interface BodyDownload {
  readonly stream: Readable;
  readonly bytes: number;
  readonly fileName: string;
}

/** The whole body of a delivery, byte for byte. A few parts of it are in memory, however slow its reader is. */
@Injectable()
export class DeliveryBodyService {
  private readonly slots = new DownloadSlots('downloads of deliveries', slots);

  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly access: AccessService,
  ) {}

  /** @throws {ApiProblem} `not_found`; `rate_limited` while too many are under way */
  async open(principal: Principal, id: string): Promise<BodyDownload> {
    const { organizationId } = await this.access.delivery(principal, id);
    const download = await this.slots.take(principal.userId, organizationId);
    try {
      const { headers, bodyBytes: bytes } = found(await this.deliveries.content(id, 0));
      const ending = headers['content-type']?.includes('json') ? 'json' : 'txt';
      const stream = download.send(this.parts(id, bytes), partBytes);
      return { stream, bytes, fileName: `delivery-${id}.${ending}` };
    } catch (error) {
      download.cancel();
      throw error;
    }
  }

  /** A delivery that is deleted meanwhile ends the download short of the length that its headers say. */
  private async *parts(id: string, bytes: number): AsyncGenerator<Uint8Array> {
    for (let from = 0; from < bytes; from += partBytes) {
      const part = await this.deliveries.bodyPart(id, from, partBytes);
      if (part === null) throw new Error('the delivery was deleted during its download');
      yield part;
    }
  }
}
