import type { BuildDefinition, ResolvedDefinition } from './definition.js';

/** What says how an image is built: settings, or a definition with what it was resolved to. */
export interface InputSettings {
  readonly contextPath: string;
  readonly dockerfilePath: string;
  readonly target: string | null;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly namedContexts: Readonly<Record<string, string>>;
  readonly definition: BuildDefinition | null;
  readonly resolved: ResolvedDefinition | null;
}

export type MadeFrom = Pick<InputSettings, 'contextPath' | 'dockerfilePath' | 'target' | 'buildArgs' | 'namedContexts'>;

/** What a build is really made from. Before its definition is read that is what the settings say. */
export function madeFrom({ definition, resolved, ...settings }: InputSettings): MadeFrom {
  if (definition === null || resolved === null) {
    const { contextPath, dockerfilePath, target, buildArgs, namedContexts } = settings;
    return { contextPath, dockerfilePath, target, buildArgs, namedContexts };
  }
  const { contextPath, buildArgs, namedContexts, stage } = resolved;
  const dockerfilePath = resolved.dockerfilePath ?? inlineDockerfilePath(definition);
  return { contextPath, dockerfilePath, target: stage, buildArgs, namedContexts };
}

/** What a Dockerfile is called that stands in a definition. */
export function inlineDockerfilePath({ path, target }: BuildDefinition): string {
  return `${path} (${target})`;
}
