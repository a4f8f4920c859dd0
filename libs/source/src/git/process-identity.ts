import { readFile } from 'node:fs/promises';

/** A process on this machine: the number alone is reused, number and start time together are not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time in clock ticks since boot (Linux); empty where the system does not say. */
  readonly start: string;
}

export async function identify(pid: number): Promise<ProcessIdentity> {
  return { pid, start: (await statOf(pid))?.start ?? '' };
}

/** Whether that very process still runs. A process that has ended and was not yet collected counts as gone. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const stat = await statOf(identity.pid);
  if (stat === undefined || identity.start === '') return true;
  return stat.state !== 'Z' && stat.start === identity.start;
}

/** Linux: fields 3 and 22 of proc(5) `stat`, counted behind the command name, which may hold anything. */
async function statOf(pid: number): Promise<{ state: string; start: string } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined);
  if (text === undefined) return undefined;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', start: fields[19] ?? '' };
}
