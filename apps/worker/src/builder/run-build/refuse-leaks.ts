import { BuildFailure } from '@cooperage/domain';
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
 * The secrets are prepared once for all of it, and each text is read once: a Dockerfile of 1 MiB must not hold the builder up.
 * @throws {BuildFailure} `SecretLeak`, which names the place and the secret, and shows no value
 */
export async function refuseLeaks(requests: readonly Inputs[], hidden: readonly LogSecret[]): Promise<void> {
  if (hidden.length === 0) return;
  const isLong = ({ value }: LogSecret) => Buffer.byteLength(value) >= shortestInText;
  const long = await SecretMasker.prepare(hidden.filter(isLong));
  // Of a short value the whole counts alone.
  const short = new Map(
    hidden.filter((each) => !isLong(each)).map(({ name, value }) => [Buffer.from(value).toString('utf8'), name]),
  );
  const refuse = (where: string, text: string) => {
    const secret = short.get(text) ?? long.find(Buffer.from(text))?.name;
    if (secret !== undefined) throw leak(where, secret);
  };
  for (const { buildArgs, labels, target = '', dockerfile } of requests) {
    for (const [name, value] of Object.entries(buildArgs)) refuse(`build argument ${name}`, value);
    for (const [name, value] of Object.entries(labels)) refuse(`label ${name}`, value);
    refuse('target', target);
    refuseInDockerfile(dockerfile, long);
  }
}

function refuseInDockerfile({ path, content }: Inputs['dockerfile'], masker: SecretMasker): void {
  const found = masker.find(content);
  if (found) throw leak('Dockerfile', found.name, { file: path, line: lineOf(content, found.start) });
}

/** From 1. */
function lineOf(content: Uint8Array, offset: number): number {
  let line = 1;
  for (let at = 0; at < offset; at++) if (content[at] === 10) line++;
  return line;
}

function leak(where: string, secret: string, place?: { readonly file: string; readonly line: number }): BuildFailure {
  const message =
    `The ${where} holds the value of a secret (${secret}): it would stand in the image and its provenance. ` +
    'Give it to the step that needs it with RUN --mount=type=secret, and replace the secret.';
  return new BuildFailure('SecretLeak', message, place && { place });
}
