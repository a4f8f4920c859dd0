import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { boundMemory, clearGroup, memoryForEngine, prepareGroup } from './control-groups.ts';

/** The control group of an engine itself, by which the kernel tells its connections from those of everybody else. */
export class EngineGroup {
  readonly path: string;
  private readonly root: string;

  /**
   * @param groupPath for example `/cooperage-1a2b3c/steps-engine`: no parent or child of the groups of its steps
   * @param root where control groups are mounted
   */
  constructor(groupPath: string, root = '/sys/fs/cgroup') {
    this.path = groupPath;
    this.root = root;
  }

  /**
   * Makes the group, with a bound of memory (R6-A7): what an engine reads for a build can be as large as a registry likes.
   * @throws {Error} where there is no tree of version 2, or no right to make a group in it
   */
  create(): void {
    mkdirSync(this.folder(), { recursive: true });
    prepareGroup(path.dirname(this.path), this.root);
    boundMemory(this.path, this.root, memoryForEngine());
  }

  /** What starts a program as a member, before it has opened any connection. Its process id stays that of the start. */
  starting(program: string, parameters: readonly string[]): { program: string; parameters: string[] } {
    // In version 1 its memory counts in a tree of its own. Where that cannot be, the worker says that memory is not bounded.
    const join = 'echo $$ > "$0" && { [ ! -e "$1" ] || echo $$ > "$1"; shift; exec "$@"; }';
    const places = [this.folder(), this.memoryFolder()].map((folder) => `${folder}/cgroup.procs`);
    return { program: '/bin/sh', parameters: ['-c', join, ...places, program, ...parameters] };
  }

  /** Ends whatever is still in it. */
  remove(): Promise<void> {
    return clearGroup(this.path);
  }

  private memoryFolder(): string {
    return path.join(this.root, 'memory', this.path);
  }

  /** Version 2 of control groups is the only one there is, or stands beside the trees of version 1. */
  private folder(): string {
    const root = [this.root, path.join(this.root, 'unified')].find((folder) =>
      existsSync(path.join(folder, 'cgroup.controllers')),
    );
    if (!root) throw new Error('this machine has no control groups of version 2');
    return path.join(root, this.path);
  }
}
