import { existsSync, realpathSync } from 'node:fs';
import { run } from '../../processes/command.ts';
import type { Tools } from '../../toolchain/tools.ts';
import { type Chain, chainPrefix } from './firewall-rules.ts';

/** IPv6 has no chain in `nat`, and many kernels have no such table: asking for it would leave the whole filter away. */
const TABLES = { 4: ['filter', 'nat'], 6: ['filter'] } as const;

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
    const own = lists.flatMap((list) => list.split('\n').filter((line) => line.includes(` ${chainPrefix(this.id)}`)));
    return own.join('\n');
  }

  async apply(chains: readonly Chain[]): Promise<void> {
    await this.remove();
    await this.call(
      ['-restore', '-w', '--noflush'],
      TABLES[this.version].map((table) => restoreInput(table, chains)).join(''),
    );
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
    const options = { env: this.tools.environment(), ...(input !== undefined && { input }) };
    return (await run(program, [name, ...parameters], options)).stdout;
  }
}

/** The chains of one table for iptables-restore(8), which takes a table at once. */
export function restoreInput(table: string, chains: readonly Chain[]): string {
  const own = chains.filter((chain) => chain.table === table);
  if (own.length === 0) return '';
  const rules = own.flatMap(({ name, rules }) => rules.map((rule) => ['-A', name, ...rule]));
  // First, so that no other rule of this machine lets anybody through before.
  const jumps = own.flatMap(({ name, jumps }) =>
    jumps.map(({ from, match }) => ['-I', from, '1', ...match, '-j', name]),
  );
  const lines = [...rules, ...jumps].map((words) => words.join(' '));
  return [`*${table}`, ...own.map(({ name }) => `:${name} - [0:0]`), ...lines, 'COMMIT', ''].join('\n');
}

/** What takes the chains of this prefix, and the rules that lead to them, out of a listing of `iptables -S`. */
export function removals(listing: string, prefix: string): string[][] {
  const lines = listing.split('\n').map((line) => line.split(' '));
  const own = (name: string | undefined) => name?.startsWith(prefix) === true;
  const names = lines.filter(([flag, name]) => flag === '-N' && own(name)).map(([, name]) => name as string);
  const jumps = lines.filter((line) => line[0] === '-A' && !own(line[1]) && own(line[line.indexOf('-j') + 1]));
  return [
    ...jumps.map((line) => ['-D', ...line.slice(1)]),
    ...names.map((name) => ['-F', name]),
    ...names.map((name) => ['-X', name]),
  ];
}
