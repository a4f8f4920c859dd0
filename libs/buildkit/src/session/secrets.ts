import { rpcCode } from '../wire/errors.js';
import { SessionFault, type SessionMethod, unaryMethod } from './service.js';

/**
 * Answers the engine's questions for secrets by id. It also asks for ids that no user named (`HTTP_AUTH_…` before it
 * fetches an address): what is not there is "not found", never empty.
 */
export function secretsMethod(secrets: ReadonlyMap<string, Uint8Array>): SessionMethod {
  return unaryMethod(
    '/moby.buildkit.secrets.v1.Secrets/GetSecret',
    'GetSecretRequest',
    'GetSecretResponse',
    ({ ID }) => {
      const data = secrets.get(ID);
      if (!data) throw new SessionFault(rpcCode.notFound, `no secret with id ${JSON.stringify(ID)}`);
      return { data };
    },
  );
}
