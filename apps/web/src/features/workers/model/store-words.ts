import type { WorkerView } from '@cooperage/contracts';
import { formatBytes } from '../../../lib/format/bytes';

/** What an engine keeps for later builds: `1.2 GiB in 1,340 records, 210 MiB of it in 3 cache mounts`. */
export function storeWords({ bytes, records, mountBytes, mounts }: NonNullable<WorkerView['store']>): string {
  if (records === 0) return 'nothing';
  const all = `${formatBytes(bytes)} in ${counted(records, 'record')}`;
  return mounts === 0 ? all : `${all}, ${formatBytes(mountBytes)} of it in ${counted(mounts, 'cache mount')}`;
}

function counted(count: number, word: string): string {
  return `${count.toLocaleString('en')} ${word}${count === 1 ? '' : 's'}`;
}
