import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectionBounds } from '../parts/engine/connection-bounds.ts';
import { clearGroup, isUnified, memoryForBuilds, prepareGroup } from '../parts/engine/control-groups.ts';
import { FetchFilter } from '../parts/engine/fetch-filter.ts';
import { Firewall } from '../parts/engine/firewall.ts';
import { SOCKETS_OF_GROUP, unraisableKernelLimits } from '../parts/engine/kernel-limits.ts';
import { proxies } from '../parts/engine/reachable.ts';
import { stepChains } from '../parts/engine/step-connections.ts';
import type { Tools } from '../toolchain/tools.ts';
import type { Finding } from './finding.ts';

/** What a limit needs in a control group, in both versions. A kernel that lacks one of the files takes no such limit. */
const NEEDED: Readonly<Record<string, { readonly v1: string; readonly v2: string }>> = {
  memory: { v1: 'memory/*/memory.limit_in_bytes', v2: '*/memory.max' },
  'memory of sockets': { v1: `memory/*/${SOCKETS_OF_GROUP}`, v2: '*/memory.max' },
  processes: { v1: 'pids/*/pids.max', v2: '*/pids.max' },
  processors: { v1: 'cpu/*/cpu.cfs_quota_us', v2: '*/cpu.max' },
  'the pace of writes': { v1: 'blkio/*/blkio.throttle.io_service_bytes_recursive', v2: '*/io.stat' },
};

/** What an engine of the launcher would not be protected by on this machine: said before anything is started. */
export async function examineProtections(tools: Tools): Promise<Finding[]> {
  if (process.getuid?.() !== 0) return [];
  const rules = tools.has('iptables') ? [await examineFilter(tools), await examineConnections(tools)] : [];
  return [await examineLimits(), examineShared(), ...rules];
}

/** @param root where control groups are mounted */
export async function examineLimits(root = '/sys/fs/cgroup'): Promise<Finding> {
  const name = `cooperage-doctor-${process.pid}`;
  const version = isUnified(root) ? 'v2' : 'v1';
  makeGroup(root, name, version);
  const lacking = Object.entries(NEEDED).filter(
    ([, files]) => !existsSync(path.join(root, files[version].replace('*', name))),
  );
  await clearGroup(name, root);
  const what = lacking.map(([limit]) => limit).join(', ');
  const gib = (memoryForBuilds() / 2 ** 30).toFixed(1);
  const together = what.includes('memory') ? '' : `; all builds together have ${gib} GiB of memory`;
  const where = `control groups of version ${version.slice(1)}${together}`;
  return { part: 'limits', state: 'ready', where, ...(what && { advice: `not in force here: ${what}` }) };
}

/** @param names of what cannot be raised */
export function examineShared(names = unraisableKernelLimits()): Finding {
  const where = 'what the kernel counts for the whole machine is raised until the memory of builds ends before';
  const what = names.join(', ');
  const advice = `not possible here: ${what}. One build can use these up for all processes of root, sockets or networks`;
  return { part: 'shared limits', state: 'ready', where, ...(what && { advice }) };
}

async function examineFilter(tools: Tools): Promise<Finding> {
  const folder = mkdtempSync(path.join(tmpdir(), 'cooperage-doctor-'));
  const id = doctorId();
  const filter = new FetchFilter(`${id}d`, `/cooperage-doctor-${id}`, tools, path.join(folder, 'filter.json'));
  await filter.create({ reachable: [] });
  const missing = filter.missing();
  await filter.remove();
  rmSync(folder, { recursive: true });
  const [proxy] = proxies(tools.environment());
  const advice = missing
    ? `not possible here (${missing.split('\n').at(-1)}): FROM and ADD reach this machine and private networks`
    : proxy && `FROM and ADD go through the proxy ${proxy}, which has to refuse private addresses itself`;
  return { part: 'filter', state: 'ready', where: 'rules for what an engine fetches', ...(advice && { advice }) };
}

async function examineConnections(tools: Tools): Promise<Finding> {
  const id = `${doctorId()}c`;
  const bounds = connectionBounds();
  const firewall = new Firewall(tools, id);
  // No rule of the kernel's own chains leads to these.
  const failed = await firewall
    .apply(stepChains(id, { subnet: '198.18.0.0/22', bounds }))
    .catch((error: Error) => error);
  if (!failed) await firewall.remove();
  const where = `at most ${bounds.together} connections of all steps of an engine, ${bounds.each} of one`;
  const why = failed?.message.trim().split('\n').at(-1);
  const advice = `not possible here (${why}): a step can fill this machine's table of connections`;
  return { part: 'connections', state: 'ready', where, ...(failed && { advice }) };
}

function doctorId(): string {
  return process.pid.toString(16).padStart(6, '0').slice(-6);
}

/** Where there is no right to, the files are not there afterwards. */
function makeGroup(root: string, name: string, version: 'v1' | 'v2'): void {
  try {
    if (version === 'v2') prepareGroup(name, root);
    for (const { v1 } of version === 'v1' ? Object.values(NEEDED) : []) {
      const controller = path.join(root, v1.split('/')[0] ?? '');
      if (existsSync(controller)) mkdirSync(path.join(controller, name), { recursive: true });
    }
  } catch {
    // Said by what is missing.
  }
}
