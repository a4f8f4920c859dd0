import type { BuildFailure } from '@cooperage/domain';

/** The failure that this ends in; anything else, success too, fails the test. */
export async function failureOf(promise: Promise<unknown>): Promise<BuildFailure> {
  return promise.then(
    (value) => Promise.reject(new Error(`it did not fail: ${JSON.stringify(value)}`)),
    (error: BuildFailure) => {
      if (error.name !== 'BuildFailure') throw error;
      return error;
    },
  );
}
