import path from 'node:path';
import { LauncherError } from '../output.ts';

export interface FoundTool {
  readonly path: string;
  readonly version: string;
  /** `machine`: on this machine's PATH. `cache`: unpacked from Debian's packages into the cache folder. */
  readonly origin: 'machine' | 'cache';
  /** Why it lacks updates of Debian, and what to do. */
  readonly lack?: string;
}

/** The programs that the launcher starts, by absolute path. */
export class Tools {
  private readonly found: ReadonlyMap<string, FoundTool>;
  private readonly variables: Readonly<Record<string, string>>;

  constructor(found: ReadonlyMap<string, FoundTool>, variables: Readonly<Record<string, string>> = {}) {
    this.found = found;
    this.variables = variables;
  }

  find(name: string): FoundTool | undefined {
    return this.found.get(name);
  }

  /** @throws {LauncherError} when it is not there. */
  path(name: string): string {
    const tool = this.found.get(name);
    if (!tool) throw new LauncherError(`${name} is missing; ./cooperage doctor says how to get it`);
    return tool.path;
  }

  has(...names: readonly string[]): boolean {
    return names.every((name) => this.found.has(name));
  }

  /** Both sets, for programs of one that look for programs of the other. */
  joinedWith(others: Tools): Tools {
    return new Tools(new Map([...this.found, ...others.found]), { ...this.variables, ...others.variables });
  }

  /** Absolute paths by name. */
  paths(): Record<string, string> {
    return Object.fromEntries([...this.found].map(([name, tool]) => [name, tool.path]));
  }

  /** The environment for programs that look for others on their PATH, such as the engine. */
  environment(): NodeJS.ProcessEnv {
    const folders = new Set([...this.found.values()].map((tool) => path.dirname(tool.path)));
    const searchPath = [...folders, process.env.PATH ?? '', '/usr/sbin', '/sbin'].join(path.delimiter);
    return { ...proxySettings(), HOME: process.env.HOME, LANG: 'C.UTF-8', ...this.variables, PATH: searchPath };
  }
}

/** Where the outside is only reached through a proxy, the engine and the image tools have to know. */
function proxySettings(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(https?|no|all)_proxy$/i.test(name)));
}
