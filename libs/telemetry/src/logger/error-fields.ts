export interface ErrorFields {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: ErrorFields;
}

const maxCauses = 5;

/** What is logged of an error. Libraries hang requests with their headers on errors: only these fields are taken. */
export function errorFields(error: unknown, depth = 0): ErrorFields {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const { cause, code } = error as { cause?: unknown; code?: unknown };
  return {
    type: error.name,
    message: error.message,
    ...(typeof code === 'string' && { code }),
    ...(error.stack && { stack: error.stack }),
    ...(cause !== undefined && depth < maxCauses && { cause: errorFields(cause, depth + 1) }),
  };
}
