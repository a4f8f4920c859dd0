import { existsSync, realpathSync } from 'node:fs';
import { run } from '../../processes/command.ts';
import type { Tools } from '../../toolchain/tools.ts';
import { CHAINS, type Chain, chainPrefix } from './chain.ts';

/** IPv6 has no chain in `nat`, and many kernels have no such table: asking for it would leave the whole filter away. */
const TABLES = { 4: ['filter', 'nat'], 6: ['filter'] } as const;

/** A reader waits for a writer of another program. */
const TIMEOUT_MS = 20_000;

/** Applies and removes one engine's chains; both may be repeated. See iptables(8). */
export class Firewall {
  private readonly tools: Tools;
  private readonly id: string;
  readonly version: 4 | 6;

  constructor(tools: Tools, id: string, version: 4 | 6 = 4) {
    this.tools = tools;
    this.id = id;
    this.version = version;
  }

  /** Whether this machine speaks the version at all. */
  isNeeded(): boolean {
    return this.version === 4 || existsSync('/proc/net/if_inet6');
  }

  /** The chains of this id as the kernel has them, with what leads to them. */
  async listing(): Promise<string> {
    const lists = await Promise.all(TABLES[this.version].map((table) => this.iptables(table, ['-S'])));
    return lists.flatMap((list) => ownLines(list, chainPrefix(this.id))).join('\n');
  }

  /** In one transaction for each table: what was in force before is until then. */
  async apply(chains: readonly Chain[]): Promise<void> {
    const inputs = TABLES[this.version].map(async (table) =>
      restoreInput(table, chains, removals(await this.iptables(table, ['-S']), chainPrefix(this.id))),
    );
    await this.call(['-restore', '-w', '--noflush'], (await Promise.all(inputs)).join(''));
  }

  /** Removes what is really there, whatever an earlier version or a killed launcher made. */
  async remove(): Promise<void> {
    for (const table of TABLES[this.version]) {
      const listing = await this.iptables(table, ['-S']);
      for (const command of removals(listing, chainPrefix(this.id))) await this.iptables(table, command);
    }
  }

  private async iptables(table: string, parameters: readonly string[]): Promise<string> {
    return this.call(['', '-w', '-t', table, ...parameters]);
  }

  /** All programs of the package are one, which takes its name as first word: it is not there by each name everywhere. */
  private async call([suffix, ...parameters]: readonly string[], input?: string): Promise<string> {
    const program = realpathSync(this.tools.path('iptables'));
    const name = `${this.version === 4 ? 'iptables' : 'ip6tables'}${suffix}`;
    const options = { env: this.tools.environment(), timeoutMs: TIMEOUT_MS, ...(input !== undefined && { input }) };
    return (await run(program, [name, ...parameters], options)).stdout;
  }
}

/**
 * What a listing of `iptables -S` has of the chains of this prefix and of what leads to them. A way that a rule of somebody else
 * stands before is marked: that one may let through what it never gets to see. Other chains of ours let through nothing of it.
 */
export function ownLines(listing: string, prefix: string): string[] {
  const behind = new Set<string>();
  return listing.split('\n').flatMap((line) => {
    const [flag, chain = '', ...rest] = line.split(' ');
    if (line.includes(` ${prefix}`)) return [behind.has(chain) ? `${line} # behind another rule` : line];
    const isOurs = [chain, rest[rest.indexOf('-j') + 1]].some((name) => name?.startsWith(CHAINS));
    if (flag === '-A' && !isOurs) behind.add(chain);
    return [];
  });
}

/**
 * The chains of one table for iptables-restore(8), which takes a table at once.
 * @param removals of chains and ways to them that are there already
 */
export function restoreInput(table: string, chains: readonly Chain[], removals: readonly string[][] = []): string {
  const own = chains.filter((chain) => chain.table === table);
  const names = own.map(({ name }) => name);
  // Naming a chain empties it.
  const before = removals.filter(([flag, name = '']) => flag === '-D' || !names.includes(name));
  if (own.length === 0 && before.length === 0) return '';
  const rules = own.flatMap(({ name, rules }) => rules.map((rule) => ['-A', name, ...rule]));
  // First, so that no other rule of this machine lets anybody through before.
  const jumps = own.flatMap(({ name, jumps }) =>
    jumps.map(({ from, match }) => ['-I', from, '1', ...match, '-j', name]),
  );
  const lines = [...before, ...rules, ...jumps].map((words) => words.join(' '));
  return [`*${table}`, ...names.map((name) => `:${name} - [0:0]`), ...lines, 'COMMIT', ''].join('\n');
}

/** What takes the chains of this prefix, and the rules that lead to them, out of a listing of `iptables -S`. */
export function removals(listing: string, prefix: string): string[][] {
  // A path with a slash is listed between quotes, which are none of its own where no shell reads them.
  const lines = listing.split('\n').map((line) => line.replaceAll('"', '').split(' '));
  const own = (name: string | undefined) => name?.startsWith(prefix) === true;
  const names = lines.filter(([flag, name]) => flag === '-N' && own(name)).map(([, name]) => name as string);
  const jumps = lines.filter((line) => line[0] === '-A' && !own(line[1]) && own(line[line.indexOf('-j') + 1]));
  return [
    ...jumps.map((line) => ['-D', ...line.slice(1)]),
    ...names.map((name) => ['-F', name]),
    ...names.map((name) => ['-X', name]),
  ];
}
