import { applyDecorators, HttpCode } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';

/** The status and shape of a route's answer, for the server and for its description alike. */
export function Answers(status: number, schema: z.ZodType | null, summary: string): MethodDecorator {
  return applyDecorators(
    HttpCode(status),
    ApiOperation({ summary }),
    ApiResponse({ status, description: summary, ...(schema && { standardSchema: schema }) }),
  );
}
