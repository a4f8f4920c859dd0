import path from 'node:path';
import { attempt } from '../processes/command.ts';
import { findProgram } from './find-program.ts';
import { isAtLeast, parseVersion, type ToolSpec } from './tool-list.ts';
import type { FoundTool } from './tools.ts';

/** Folders of the Docker command line's plug-ins, where `docker-buildx` lies. */
const PLUGIN_FOLDERS = [
  '/usr/libexec/docker/cli-plugins',
  '/usr/local/lib/docker/cli-plugins',
  '/usr/lib/docker/cli-plugins',
];

/** The machine's own tools in a fitting version. */
export async function findHostTools(specs: readonly ToolSpec[]): Promise<Map<string, FoundTool>> {
  const found = new Map<string, FoundTool>();
  await Promise.all(
    specs.map(async (spec) => {
      const tool = await findHostTool(spec);
      if (tool) found.set(spec.name, tool);
    }),
  );
  return found;
}

/** @param folders to look into, before those of system administration */
export async function findHostTool(
  spec: ToolSpec,
  folders = [process.env.PATH, ...PLUGIN_FOLDERS].join(path.delimiter),
): Promise<FoundTool | undefined> {
  if (spec.minimum === undefined) return undefined;
  const file = findProgram(spec.name, folders);
  const version = parseVersion(spec, (file && (await introduce(file, spec))) ?? '');
  return file && version && isAtLeast(version, spec.minimum) ? { path: file, version, origin: 'machine' } : undefined;
}

/** What a program says of its version; undefined when it does not start. */
export async function introduce(file: string, spec: ToolSpec): Promise<string | undefined> {
  const { code, stdout, stderr } = await attempt(file, spec.versionArguments, {
    timeoutMs: 10_000,
    env: { ...process.env, ...spec.environment },
  });
  return code === 0 ? stdout + stderr : undefined;
}
