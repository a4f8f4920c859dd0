import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { clearGroup } from './control-groups.ts';

/** Version 2 of control groups: the only one there is, or beside the trees of version 1. */
const ROOTS = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'];

/** The control group of an engine itself, by which the kernel tells its connections from those of everybody else. */
export class EngineGroup {
  readonly path: string;

  /** @param groupPath for example `/cooperage-1a2b3c-engine`: no parent or child of the groups of its steps */
  constructor(groupPath: string) {
    this.path = groupPath;
  }

  /** @throws {Error} where there is no tree of version 2, or no right to make a group in it */
  create(): void {
    mkdirSync(this.folder(), { recursive: true });
  }

  /** What starts a program as a member, before it has opened any connection. Its process id stays that of the start. */
  starting(program: string, parameters: readonly string[]): { program: string; parameters: string[] } {
    const join = 'echo $$ > "$0" && exec "$@"';
    return { program: '/bin/sh', parameters: ['-c', join, `${this.folder()}/cgroup.procs`, program, ...parameters] };
  }

  /** Ends whatever is still in it. */
  remove(): Promise<void> {
    return clearGroup(this.path);
  }

  private folder(): string {
    const root = ROOTS.find((folder) => existsSync(path.join(folder, 'cgroup.controllers')));
    if (!root) throw new Error('this machine has no control groups of version 2');
    return path.join(root, this.path);
  }
}
