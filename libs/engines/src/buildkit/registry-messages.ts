/** What a registry did, as far as its client inside the engine says. */
export type RegistryAnswer = 'denied' | 'unavailable' | 'missing' | 'rejected';

/**
 * Reads the messages of the engine's registry client (containerd's `remotes/docker`): it has no typed errors that reach
 * us. To be asked only about messages of the engine itself, never about what a step printed.
 */
export function registryAnswer(message: string): RegistryAnswer | null {
  // The network first: "failed to authorize" is also said when the token server cannot be reached.
  if (networkTrouble.test(message)) return 'unavailable';
  const status = Number(/(?:unexpected status|status code)[^\n]*?: (\d{3})\b/.exec(message)?.[1] ?? 0);
  if (status > 0) return ofStatus(status);
  if (refusal.test(message)) return 'denied';
  if (/too ?many ?requests/i.test(message)) return 'unavailable';
  return /: not found$/.test(message) ? 'missing' : null;
}

const networkTrouble =
  /dial tcp|connection refused|connection reset|no such host|i\/o timeout|TLS handshake|x509: |server gave HTTP response|: EOF$|broken pipe/;
const refusal =
  /(?:pull|push) access denied|insufficient_scope|failed to authorize|unauthorized:|denied: |no basic auth credentials/;

function ofStatus(status: number): RegistryAnswer {
  if (status === 401 || status === 403) return 'denied';
  if (status === 404) return 'missing';
  return status === 408 || status === 429 || status >= 500 ? 'unavailable' : 'rejected';
}
