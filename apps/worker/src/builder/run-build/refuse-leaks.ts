import { BuildFailure, holdsSecret } from '@cooperage/domain';
import type { BuildRequest } from '@cooperage/engines';
import { type LogSecret, SecretMasker } from '@cooperage/logs/write';

type Inputs = Pick<BuildRequest, 'buildArgs' | 'labels' | 'dockerfile' | 'target'>;

/** Those of each Dockerfile of a request: what another target puts into its image is in this one as well. */
export function dockerfilesOf({ targets = [], ...request }: BuildRequest): Inputs[] {
  return [request, ...targets.map(({ stage, ...target }) => ({ ...target, ...(stage !== null && { target: stage }) }))];
}

/** A short value may be a word of any Dockerfile. */
const shortestInText = 8;

/**
 * Refuses a build whose inputs hold the value of something secret: build arguments and labels stand in the image, its
 * history and its provenance, and a Dockerfile is shown on the page of the attempt. Only a mount keeps a secret out of them.
 * @throws {BuildFailure} `SecretLeak`, which names the place and the secret, and shows no value
 */
export function refuseLeaks(
  { buildArgs, labels, target = '', dockerfile }: Inputs,
  hidden: readonly LogSecret[],
): void {
  if (hidden.length === 0) return;
  const long = hidden.filter(({ value }) => Buffer.byteLength(value) >= shortestInText);
  const refuse = (where: string, text: string) => {
    const whole = hidden.find(({ value }) => holdsSecret(text, Buffer.from(value).toString('utf8')));
    const secret = whole?.name ?? secretIn(text, long);
    if (secret !== null) throw leak(where, secret);
  };
  for (const [name, value] of Object.entries(buildArgs)) refuse(`build argument ${name}`, value);
  for (const [name, value] of Object.entries(labels)) refuse(`label ${name}`, value);
  refuse('target', target);
  refuseInDockerfile(dockerfile, long);
}

function refuseInDockerfile({ path, content }: Inputs['dockerfile'], hidden: readonly LogSecret[]): void {
  const text = Buffer.from(content).toString('utf8');
  const secret = secretIn(text, hidden);
  if (secret === null) return;
  // A key of several lines is in none of them alone.
  const line = text.split('\n').findIndex((each) => secretIn(each, hidden) !== null);
  throw leak('Dockerfile', secret, { file: path, ...(line !== -1 && { line: line + 1 }) });
}

/** The name of the first secret whose value stands in a text, plain or in one of its usual forms. */
function secretIn(text: string, hidden: readonly LogSecret[]): string | null {
  const masker = new SecretMasker(hidden);
  masker.maskText(text);
  return Object.keys(masker.hits())[0] ?? null;
}

function leak(where: string, secret: string, place?: { readonly file: string; readonly line?: number }): BuildFailure {
  const message =
    `The ${where} holds the value of a secret (${secret}): it would stand in the image and its provenance. ` +
    'Give it to the step that needs it with RUN --mount=type=secret, and replace the secret.';
  return new BuildFailure('SecretLeak', message, place && { place });
}
