import { readFile } from 'node:fs/promises';

/** The kernel counts the time of children in hundredths of a second (`USER_HZ`), whatever its own clock. */
const tickMs = 10;

/** CPU time of this process alone, milliseconds. */
export function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** CPU time of all children of this process that have ended and were waited for, and of theirs, milliseconds. */
export async function childrenCpuMs(): Promise<number> {
  const text = await readFile('/proc/self/stat', 'latin1');
  return childrenCpuOf(text);
}

/** @param stat as in proc(5): `cutime` and `cstime` are the 16th and 17th field; the 2nd may hold anything */
export function childrenCpuOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * tickMs;
}

/** CPU time of another process, milliseconds, in steps of 10. */
export async function cpuMsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}
