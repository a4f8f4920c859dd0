import path from 'node:path';
import { CACHE } from '../checkout.ts';
import { findDebianHost } from './debian-host.ts';
import { findHostTools } from './host-tools.ts';
import { obtainTools } from './obtain-tools.ts';
import { TOOLS, type ToolSpec } from './tool-list.ts';
import { type FoundTool, Tools } from './tools.ts';

/**
 * The machine's own tools where they fit, the rest from Debian's packages. Where those are out of reach the answer has
 * only what was found, and each part decides what it can do with it.
 */
export async function findTools(specs: readonly ToolSpec[] = TOOLS): Promise<Tools> {
  const found = await findHostTools(specs);
  const lacking = specs.filter((spec) => !found.has(spec.name));
  const host = await findDebianHost();
  if (lacking.length === 0 || typeof host === 'string') return new Tools(found);
  const { tree, versions } = await obtainTools(lacking, host, CACHE);
  for (const spec of lacking) found.set(spec.name, cached(path.join(tree.bin, spec.name), versions[spec.name]));
  const own = found.get('iptables')?.origin === 'cache';
  return new Tools(found, own ? { XTABLES_LIBDIR: path.join(tree.libraries, 'xtables') } : {});
}

function cached(file: string, version = 'unknown'): FoundTool {
  return { path: file, version, origin: 'cache' };
}
