/** A JSON text that is not taken. Its message holds no part of the text. */
export class GuardedJsonError extends Error {
  override readonly name = 'GuardedJsonError';
}
