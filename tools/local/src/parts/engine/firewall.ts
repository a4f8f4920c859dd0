import { run } from '../../processes/command.ts';
import type { Tools } from '../../toolchain/tools.ts';
import { type Chain, chainPrefix } from './firewall-rules.ts';

const TABLES = ['filter', 'nat'] as const;

/** Applies and removes one engine's chains; both may be repeated. See iptables(8). */
export class Firewall {
  private readonly tools: Tools;
  private readonly id: string;

  constructor(tools: Tools, id: string) {
    this.tools = tools;
    this.id = id;
  }

  async apply(chains: readonly Chain[]): Promise<void> {
    await this.remove();
    for (const chain of chains) {
      await this.iptables(chain.table, ['-N', chain.name]);
      for (const rule of chain.rules) await this.iptables(chain.table, ['-A', chain.name, ...rule]);
      // First, so that no other rule of this machine lets a step through before.
      for (const { from, match } of chain.jumps)
        await this.iptables(chain.table, ['-I', from, '1', ...match, '-j', chain.name]);
    }
  }

  /** Removes what is really there, whatever an earlier version or a killed launcher made. */
  async remove(): Promise<void> {
    for (const table of TABLES) {
      const listing = await this.iptables(table, ['-S']);
      for (const command of removals(listing, chainPrefix(this.id))) await this.iptables(table, command);
    }
  }

  private async iptables(table: string, parameters: readonly string[]): Promise<string> {
    const command = ['-w', '-t', table, ...parameters];
    return (await run(this.tools.path('iptables'), command, { env: this.tools.environment() })).stdout;
  }
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
