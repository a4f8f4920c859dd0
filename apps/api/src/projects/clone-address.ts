import { parseRemoteUrl } from '@cooperage/domain';
import { ApiProblem } from '../http/problem.js';

/** The address in its normal form. @throws {ApiProblem} `validation_failed` with the reason. */
export function checkedCloneAddress(value: string, allowPlainHttp: readonly string[]): string {
  try {
    return parseRemoteUrl(value, { allowPlainHttp }).href;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ApiProblem('validation_failed', { errors: [{ path: 'remoteUrl', message: error.message }] });
  }
}
