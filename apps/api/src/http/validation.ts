import { StandardSchemaValidationPipe } from '@nestjs/common';
import type { z } from 'zod';
import { ApiProblem } from './problem.js';

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[];
  /** Names that a strict object does not know. */
  readonly keys?: readonly string[];
}

const maxIssues = 50;

/** `validation_failed` with one entry per field that did not pass; what was sent is not repeated. */
function validationProblem(issues: readonly Issue[]): ApiProblem {
  const errors = issues.slice(0, maxIssues).map(({ message, path, keys }) => ({
    path: pathText([...(path ?? []), ...(keys ?? []).slice(0, 1)]),
    message: keys === undefined ? message : 'this field is not known',
  }));
  return new ApiProblem('validation_failed', { errors });
}

/** Checks what a route's schema describes: bodies, queries, parameters. */
export function validationPipe(): StandardSchemaValidationPipe {
  return new StandardSchemaValidationPipe({ exceptionFactory: validationProblem });
}

/** The same for routes outside Nest. @throws {ApiProblem} `validation_failed`. */
export function parseBody<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value);
  if (!result.success) throw validationProblem(result.error.issues);
  return result.data;
}

function pathText(path: NonNullable<Issue['path']>): string {
  return path.map((part) => String(typeof part === 'object' ? part.key : part).slice(0, 100)).join('.');
}
