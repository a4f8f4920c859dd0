import { applyDecorators, SetMetadata, UseInterceptors } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { IdempotencyInterceptor, type ReadMade, readMadeKey } from './idempotency.interceptor.js';

const description =
  'Any text of 1 to 255 visible characters. The same key within 24 hours is answered as the first call was, and nothing is done twice.';
const ofLarge = ' Where that answer had more than 64 KiB, what was made is shown as it is by then.';

/**
 * A call that may be made again with the same `Idempotency-Key`: it is done once, and answered alike.
 * @param readMade reads what was made from the call's own controller, in the form of its answer. For calls whose answers may be
 * large: such a one is not kept
 */
export const Idempotent = <C>(readMade?: ReadMade<C>) =>
  applyDecorators(
    UseInterceptors(IdempotencyInterceptor),
    SetMetadata(readMadeKey, readMade),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: readMade ? description + ofLarge : description,
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    }),
  );
