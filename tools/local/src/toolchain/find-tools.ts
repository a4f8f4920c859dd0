import path from 'node:path';
import { CACHE } from '../checkout.ts';
import { type DebianHost, findDebianHost } from './debian-host.ts';
import { findHostTools } from './host-tools.ts';
import { cachedTools, type ObtainedTools, obtainTools } from './obtain-tools.ts';
import { DOCKER, TOOLS, type ToolSpec } from './tool-list.ts';
import { type FoundTool, Tools } from './tools.ts';

/** What is where, before anything is obtained. */
export interface ToolSurvey {
  readonly found: ReadonlyMap<string, FoundTool>;
  readonly lacking: readonly ToolSpec[];
  /** The Debian machine whose packages can bring the rest, or why there is none. */
  readonly host: DebianHost | string;
}

export async function surveyTools(specs: readonly ToolSpec[] = TOOLS): Promise<ToolSurvey> {
  const found = await findHostTools(specs);
  return { found, lacking: specs.filter((spec) => !found.has(spec.name)), host: await findDebianHost() };
}

/**
 * The machine's own tools where they fit, the rest from Debian's packages. Where those are out of reach the answer has
 * only what was found, and each part decides what it can do with it.
 */
export async function findTools(specs: readonly ToolSpec[] = TOOLS): Promise<Tools> {
  return obtainLacking(await surveyTools(specs));
}

/** For tests: the launcher's tools, and those of a Docker engine. */
export async function findTestTools(): Promise<Tools> {
  return (await findTools()).joinedWith(await findTools(DOCKER));
}

/** What was found, and from Debian's packages what was not. */
export async function obtainLacking({ found, lacking, host }: ToolSurvey, cache = CACHE): Promise<Tools> {
  if (lacking.length === 0 || typeof host === 'string') return new Tools(found);
  return joined(found, lacking, await obtainTools(lacking, host, cache));
}

/** Like `obtainLacking`, with what an earlier start obtained; downloads nothing. */
export function toolsOfSurvey({ found, lacking, host }: ToolSurvey, cache = CACHE): Tools {
  const cached = typeof host === 'string' ? undefined : cachedTools(lacking, host, cache);
  return cached ? joined(found, lacking, cached) : new Tools(found);
}

function joined(
  found: ReadonlyMap<string, FoundTool>,
  lacking: readonly ToolSpec[],
  { tree, versions, lack }: ObtainedTools,
): Tools {
  const cached = lacking.map(({ name }): [string, FoundTool] => [
    name,
    { path: path.join(tree.bin, name), version: versions[name] ?? 'unknown', origin: 'cache', ...(lack && { lack }) },
  ]);
  const all = new Map([...found, ...cached]);
  const ownIptables = all.get('iptables')?.origin === 'cache';
  return new Tools(all, ownIptables ? { XTABLES_LIBDIR: path.join(tree.libraries, 'xtables') } : {});
}
