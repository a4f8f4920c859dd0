import { methods } from '../proto/methods.js';
import { RpcError, rpcCode } from '../wire/errors.js';

/** As the frontend answers `frontend.lint`. */
interface LintResults {
  readonly sources?: readonly { readonly filename?: string }[];
  readonly buildError?: {
    readonly message?: string;
    readonly location?: { readonly sourceIndex?: number; readonly ranges?: readonly unknown[] };
  };
}

/**
 * Why the frontend cannot make a graph of a Dockerfile, by its own check of it: the same as its refusal, without the text of
 * the Dockerfile. Null where the check finds nothing, or was answered by something else.
 */
export function refusalOfLint(json: Uint8Array | undefined): RpcError | null {
  const { sources = [], buildError: error } = parsed(json);
  if (!error?.message) return null;
  const { sourceIndex = 0, ranges = [] } = error.location ?? {};
  const source = { info: { filename: sources[sourceIndex]?.filename }, ranges };
  return new RpcError(methods.bridgeSolve.path, rpcCode.unknown, error.message, [
    { type: 'errdefs.Source+json', value: source },
    { type: 'errdefs.Frontend+json', value: {} },
  ]);
}

function parsed(json: Uint8Array | undefined): LintResults {
  try {
    return (JSON.parse(Buffer.from(json ?? []).toString()) as LintResults | null) ?? {};
  } catch {
    return {};
  }
}
