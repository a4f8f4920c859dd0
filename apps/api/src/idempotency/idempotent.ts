import { applyDecorators, UseInterceptors } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { IdempotencyInterceptor } from './idempotency.interceptor.js';

/** A call that may be made again with the same `Idempotency-Key`: it is done once, and answered alike. */
export const Idempotent = () =>
  applyDecorators(
    UseInterceptors(IdempotencyInterceptor),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'Any text of 1 to 255 visible characters. The same key within 24 hours is answered as the first call was, and nothing is done twice.',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    }),
  );
