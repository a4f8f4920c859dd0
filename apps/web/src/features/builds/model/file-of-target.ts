import type { Build } from '@cooperage/contracts';

/** Whether a file is the Dockerfile of another target alone: its lines are not those of the file that the build's page shows. */
export function isOfTarget(
  {
    inputs: { definition, dockerfilePath },
  }: { readonly inputs: Pick<Build['inputs'], 'definition' | 'dockerfilePath'> },
  file: string | null | undefined,
): boolean {
  if (!file || file === dockerfilePath) return false;
  return (definition?.targets ?? []).some((target) => target.dockerfilePath === file);
}
