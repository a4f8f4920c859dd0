import type { BuildRecord } from '@cooperage/db';
import { BuildFailure, isComposePath, type ResolvedDefinition, resolveDefinition } from '@cooperage/domain';
import { bakePrint, maxDefinitionBytes } from '@cooperage/engines';
import type { Source, SourceProject } from '@cooperage/source';

const maxDotEnvBytes = 64 * 1024;

/** Reads the definition of a build at its very commit, as `docker buildx bake --print` resolves it there. */
export class BuildDefinitions {
  constructor(
    private readonly source: Pick<Source, 'file'>,
    /** Absolute path of docker-buildx; null where the operator gives none. */
    private readonly program: string | null,
  ) {}

  /**
   * Null for a build without a definition. Whatever stands in the build is not read: another attempt may have written it, by a builder
   * that was taken over since. @throws {BuildFailure}
   */
  async resolve(build: BuildRecord, project: SourceProject, signal: AbortSignal): Promise<ResolvedDefinition | null> {
    const { definition, commit, buildArgs: variables } = build;
    if (definition === null) return null;
    if (this.program === null)
      throw new BuildFailure(
        'InvalidBuildConfig',
        'The builders of this installation have no docker-buildx, which reads definitions: an operator sets COOPERAGE_BUILDX.',
      );
    const { path } = definition;
    const content = await this.source.file(project, commit, path, maxDefinitionBytes, signal);
    if (!content)
      throw new BuildFailure('InvalidBuildConfig', `There is no ${path} at this commit.`, { place: { file: path } });
    const dotEnv = isComposePath(path) ? await this.source.file(project, commit, '.env', maxDotEnvBytes, signal) : null;
    const request = { definition, content, variables, ...(dotEnv && { dotEnv }) };
    const resolved = resolveDefinition(await bakePrint({ program: this.program }, request, signal), definition);
    return samePlatform(resolved, build);
  }
}

/** A worker was chosen for the platform of the project before anybody had read the definition. */
function samePlatform(resolved: ResolvedDefinition, { definition, platform }: BuildRecord): ResolvedDefinition {
  const { path, target: name } = definition!;
  for (const target of [{ ...resolved, name }, ...(resolved.targets ?? [])])
    if (target.platform !== null && target.platform !== platform)
      throw new BuildFailure(
        'InvalidBuildConfig',
        `The field “platforms” of the target “${target.name}” names ${target.platform}; the project is built for ${platform}.`,
        { place: { file: path } },
      );
  return resolved;
}
