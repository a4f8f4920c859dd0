import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Build } from '@cooperage/contracts';
import type { Installation } from '@cooperage/e2e';
import { services } from '@cooperage/testing';
import { expect } from 'vitest';

interface Signatures {
  readonly reference: string;
  readonly state: string;
  readonly commands: readonly { readonly title: string; readonly arguments: readonly string[] }[];
}

export function signaturesOf({ api }: Installation, { projectId, digest }: Build): Promise<Signatures> {
  return api.json('GET', `/api/v1/projects/${projectId}/images/${digest}/signatures`);
}

/** Stock cosign, by the commands that the image's page shows. */
export async function verifyAsShown(product: Installation, build: Build): Promise<void> {
  const { commands } = await signaturesOf(product, build);
  const verifying = commands.filter(({ title }) => title.startsWith('Verify'));
  expect(verifying).toHaveLength(2);
  for (const [, ...args] of verifying.map((command) => command.arguments))
    await promisify(execFile)(services().tools.cosign!, args);
}
