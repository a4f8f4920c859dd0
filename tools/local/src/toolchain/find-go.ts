import path from 'node:path';
import { type DebianHost, findDebianHost } from './debian-host.ts';
import type { ToolSurvey } from './find-tools.ts';
import { findHostTool } from './host-tools.ts';
import { goTool } from './tool-list.ts';
import type { FoundTool } from './tools.ts';

/** A Go of this machine may stand where its archive was unpacked, outside of PATH. */
const USUAL_FOLDER = '/usr/local/go/bin';

/** Where Go is looked for, and whose packages bring it otherwise. */
export interface GoSources {
  /** Folders that may have a Go of this machine. */
  readonly folders: readonly string[];
  /** The Debian machine, or why there is none; undefined for what this machine is. */
  readonly host?: DebianHost | string;
}

export function goFolders(): string[] {
  return [...(process.env.PATH ?? '').split(path.delimiter).filter(Boolean), USUAL_FOLDER];
}

/** Which Go there is, before anything is obtained. An old one does not hide a newer one in a later folder. */
export async function surveyGo(oldest: string, sources: GoSources = { folders: goFolders() }): Promise<ToolSurvey> {
  const spec = goTool(oldest);
  const host = sources.host ?? (await findDebianHost());
  for (const folder of new Set(sources.folders)) {
    const go: FoundTool | undefined = await findHostTool(spec, folder);
    if (go) return { found: new Map([[spec.name, go]]), lacking: [], host };
  }
  return { found: new Map(), lacking: [spec], host };
}

/** Why there is no Go to build with, and what to do; undefined where it is there or can be obtained. Downloads nothing. */
export function obstacleToGo({ lacking, host }: ToolSurvey): string | undefined {
  const [spec] = lacking;
  if (!spec || typeof host !== 'string') return undefined;
  const what = `BuildKit is built with Go ${spec.minimum} or later, which this machine does not have`;
  return `${what}, and which cannot be obtained (${host}); install it from https://go.dev/dl/, or set BUILDKIT_HOST`;
}
