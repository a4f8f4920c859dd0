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

/** Where the Dockerfile of a target is, and for null that of the build itself. */
export function dockerfilePaths(settings: InputSettings): (target: string | null) => string {
  const { definition, resolved } = settings;
  const own = madeFrom(settings).dockerfilePath;
  if (definition === null || resolved === null) return () => own;
  const others = (resolved.targets ?? []).map(
    ({ name, dockerfilePath }) =>
      [name, dockerfilePath ?? inlineDockerfilePath({ ...definition, target: name })] as const,
  );
  const paths = new Map(others);
  return (target) => (target === null ? own : (paths.get(target) ?? own));
}

/** What a Dockerfile is called that stands in a definition. */
export function inlineDockerfilePath({ path, target }: BuildDefinition): string {
  return `${path} (${target})`;
}
