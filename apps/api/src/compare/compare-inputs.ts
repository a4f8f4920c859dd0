import type { BuildDetailRecord } from '@cooperage/db';
import { compareValues, madeFrom, type NamedValues, type ValuePair } from '@cooperage/domain';

/** What two builds were made from, side by side. Of secrets only the names are known here. */
export function compareInputs(a: BuildDetailRecord, b: BuildDetailRecord): ValuePair[] {
  return compareValues(inputsOf(a), inputsOf(b));
}

/** Base images by name, with their digests. */
export function compareBases(a: BuildDetailRecord, b: BuildDetailRecord): ValuePair[] {
  return compareValues(basesOf(a), basesOf(b));
}

function inputsOf(build: BuildDetailRecord): NamedValues {
  const { contextPath, dockerfilePath, target, buildArgs, namedContexts } = madeFrom(build);
  const args = Object.entries(buildArgs).map(([name, value]) => [`argument ${name}`, value]);
  const contexts = Object.entries(namedContexts).map(([name, source]) => [`context ${name}`, source]);
  return {
    commit: build.commit,
    ref: build.ref,
    rule: build.ruleName,
    definition: build.definition && `${build.definition.path} ${build.definition.target}`,
    context: contextPath,
    Dockerfile: dockerfilePath,
    target,
    platform: build.platform,
    'cache zone': build.zone,
    'cache kept in': build.cacheBackend,
    cache: build.noCache || build.afterReset ? 'not read' : 'read',
    tags: build.tags.join(', '),
    ...Object.fromEntries([...args, ...contexts]),
  };
}

function basesOf(build: BuildDetailRecord): NamedValues {
  return Object.fromEntries(build.baseImages.map(({ name, digest }) => [name, digest]));
}
