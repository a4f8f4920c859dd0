import { readFileSync } from 'node:fs';
import { type Launcher, until } from '@cooperage/e2e';
import type { Dice } from '@cooperage/testing';

interface Victim {
  readonly name: string;
  readonly pid: number;
}

/** Supervisors: what works is their child. */
const supervisors = ['builder', 'control'];

/** Ends processes of an installation by SIGKILL, one at a time: each of ours, each service, and the launcher itself. */
export class RandomKills {
  /** How often each was killed, by its name. */
  readonly counts: Record<string, number> = {};

  constructor(
    private readonly launcher: Launcher,
    private readonly dice: Dice,
  ) {}

  /** Kills one, and starts a new launcher where it was the launcher. */
  async one(): Promise<void> {
    const { name, pid } = await until('there is something to kill', async () => this.pick());
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself between the look and the kill.
      return this.one();
    }
    this.counts[name] = (this.counts[name] ?? 0) + 1;
    if (name !== 'launcher') return;
    const { code, said } = await this.launcher.run('up', '--detach');
    if (code !== 0) throw new Error(`the next launcher did not take over:\n${said}`);
  }

  private pick(): Victim | null {
    const noted = this.launcher.noted().filter(({ pid }) => isAlive(pid));
    const children = noted
      .filter(({ name }) => supervisors.includes(name))
      .flatMap(({ name, pid }) => childrenOf(pid).map((child) => ({ name: `child of ${name}`, pid: child })));
    const victims = [...noted, ...children].toSorted((a, b) => a.name.localeCompare(b.name));
    return victims.length > 0 ? this.dice.pick(victims) : null;
  }
}

/** A process that has ended and was not asked for yet is none. */
function isAlive(pid: number): boolean {
  const state = /^State:\s+(\w)/m.exec(readProc(pid, 'status'))?.[1];
  return state !== undefined && state !== 'Z' && state !== 'X';
}

function childrenOf(pid: number): number[] {
  return readProc(pid, `task/${pid}/children`).split(' ').filter(Boolean).map(Number);
}

/** Empty where the process has ended meanwhile. */
function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
