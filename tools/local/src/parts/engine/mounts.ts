import { readFileSync } from 'node:fs';
import { attempt } from '../../processes/command.ts';

/** Mount points at or below a folder, the deepest first; the format is that of proc_pid_mountinfo(5). */
export function mountsBelow(folder: string, mountinfo: string): string[] {
  const points = mountinfo.split('\n').map((line) => decodeOctal(line.split(' ')[4] ?? ''));
  const below = points.filter((point) => point === folder || point.startsWith(`${folder}/`));
  return below.sort((left, right) => right.length - left.length);
}

export async function unmountBelow(folder: string): Promise<void> {
  for (const point of mountsBelow(folder, readFileSync('/proc/self/mountinfo', 'utf8'))) {
    const busy = (await attempt('umount', [point])).code !== 0;
    if (busy) await attempt('umount', ['--lazy', point]);
  }
}

/** Spaces and the like are written as octal numbers. */
function decodeOctal(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
