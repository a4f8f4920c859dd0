import { Readable } from 'node:stream';
import { DeliveryRepository } from '@cooperage/db';
import { Injectable } from '@nestjs/common';
import { AccessService } from '../auth/access.service.js';
import type { Principal } from '../auth/principal.js';
import { found } from '../http/problem.js';
import { SharedSlots } from '../http/shared-slots.js';

/** Bytes that are read at once. The database decompresses a body from its start for each part, so parts are not small. */
const partBytes = 1024 * 1024;
/** A download whose reader takes nothing for so long gives its slot back, and ends. */
const stalledMs = 60_000;
const slots = { total: 6, perKey: 3, maxWaitMs: 2_000, maxWaiting: 6 };

export interface BodyDownload {
  readonly stream: Readable;
  readonly bytes: number;
  readonly fileName: string;
}

/** The whole body of a delivery, byte for byte. A few parts of it are in memory, however slow its reader is. */
@Injectable()
export class DeliveryBodyService {
  private readonly slots = new SharedSlots('downloads of deliveries', slots);

  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly access: AccessService,
  ) {}

  /** @throws {ApiProblem} `not_found`; `rate_limited` while too many are under way */
  async open(principal: Principal, id: string): Promise<BodyDownload> {
    const { organizationId } = await this.access.delivery(principal, id);
    const release = await this.slots.take(organizationId);
    try {
      const { headers, bodyBytes: bytes } = found(await this.deliveries.content(id, 0));
      const ending = headers['content-type']?.includes('json') ? 'json' : 'txt';
      const stalled = setTimeout(() => stream.destroy(new Error('the download stood still')), stalledMs);
      const parts = this.parts(id, bytes, () => stalled.refresh());
      const stream = Readable.from(parts, { objectMode: false, highWaterMark: partBytes });
      stream.once('close', () => {
        clearTimeout(stalled);
        release();
      });
      return { stream, bytes, fileName: `delivery-${id}.${ending}` };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** A delivery that is deleted meanwhile ends the download short of the length that its headers say. */
  private async *parts(id: string, bytes: number, onRead: () => void): AsyncGenerator<Uint8Array> {
    for (let from = 0; from < bytes; from += partBytes) {
      onRead();
      const part = await this.deliveries.bodyPart(id, from, partBytes);
      if (part === null) throw new Error('the delivery was deleted during its download');
      yield part;
    }
  }
}
