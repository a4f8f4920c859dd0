import { rmSync } from 'node:fs';
import { readJson, writeJson } from '../../files/atomic-file.ts';
import { say } from '../../output.ts';
import type { Tools } from '../../toolchain/tools.ts';
import { EngineGroup } from './engine-group.ts';
import type { Caring } from './engine-rules.ts';
import { Firewall } from './firewall.ts';
import { type FetchRules, fetchChain } from './firewall-rules.ts';
import { placesOf, proxies } from './reachable.ts';
import { ownResolvers } from './resolvers.ts';

/** A layer, a file or a repository that is larger than this fits into no engine. */
const MOST_BYTES = 16 * 2 ** 30;

export interface FetchLimits {
  /** `host:port` of what is near and may be connected to all the same. */
  readonly reachable: readonly string[];
  /** What one connection may bring; 16 GiB unless said otherwise. */
  readonly mostBytes?: number;
}

interface FilterState {
  /** What the rules were made from. */
  readonly wanted: string;
  /** The rules as the kernel listed them. */
  readonly listing: string;
  /** Why there are none. */
  readonly missing?: string;
}

/**
 * The filter of what an engine fetches by itself: base images, files and repositories for ADD. It is not made where this machine
 * does not allow it; the engine starts all the same, and `missing` says why.
 */
export class FetchFilter implements Caring {
  private readonly group: EngineGroup;
  private readonly firewalls: readonly Firewall[];
  private readonly id: string;
  private readonly tools: Tools;
  private readonly stateFile: string;

  /** @param id part of names that the whole machine shares */
  constructor(id: string, groupPath: string, tools: Tools, stateFile: string) {
    this.id = id;
    this.tools = tools;
    this.stateFile = stateFile;
    this.group = new EngineGroup(groupPath);
    this.firewalls = ([4, 6] as const)
      .map((version) => new Firewall(tools, id, version))
      .filter((each) => each.isNeeded());
  }

  /** Whether it is as `create` would make it now. Never where it could not be made. */
  async isInForce(limits: FetchLimits): Promise<boolean> {
    const state = readJson<FilterState>(this.stateFile);
    if (!state || state.missing !== undefined) return false;
    return state.wanted === JSON.stringify(await this.rules(limits)) && state.listing === (await this.listing());
  }

  /** While the engine runs: sets the rules as `create` made them. Where it made none, the engine is not in the group either. */
  async renew(): Promise<boolean> {
    const state = readJson<FilterState>(this.stateFile);
    if (!state) throw new Error('it is not known what rules the engine has');
    if (state.missing !== undefined || state.listing === (await this.listing())) return false;
    await this.apply(JSON.parse(state.wanted) as FetchRules);
    if (state.listing !== (await this.listing())) throw new Error('the kernel did not take the rules as they were');
    return true;
  }

  /** To be called before the engine starts: it is a member of the group from its start on. */
  async create(limits: FetchLimits): Promise<void> {
    const rules = await this.rules(limits);
    const wanted = JSON.stringify(rules);
    try {
      this.group.create();
      await this.apply(rules);
      writeJson(this.stateFile, { wanted, listing: await this.listing() } satisfies FilterState);
    } catch (error) {
      const missing = error instanceof Error ? error.message : String(error);
      writeJson(this.stateFile, { wanted, listing: '', missing } satisfies FilterState);
      say(`! what the engine fetches is not filtered: ${missing}`);
    }
  }

  /** How the engine is to be started. */
  starting(program: string, parameters: readonly string[]): { program: string; parameters: readonly string[] } {
    const isThere = this.missing() === undefined;
    return isThere ? this.group.starting(program, parameters) : { program, parameters };
  }

  /** Why what the engine fetches is not filtered; undefined where it is. */
  missing(): string | undefined {
    const state = readJson<FilterState>(this.stateFile);
    return state ? state.missing : 'the filter was not made yet';
  }

  async remove(): Promise<void> {
    await this.group.remove();
    const isMissing = this.missing() !== undefined;
    for (const firewall of this.firewalls)
      await firewall.remove().catch((error) => {
        // Where no rule could be made, none is left.
        if (!isMissing) throw error;
      });
    rmSync(this.stateFile, { force: true });
  }

  private async apply(rules: FetchRules): Promise<void> {
    for (const firewall of this.firewalls) await firewall.apply([fetchChain(this.id, firewall.version, rules)]);
  }

  private async rules({ reachable, mostBytes = MOST_BYTES }: FetchLimits): Promise<FetchRules> {
    const places = await placesOf([...reachable, ...proxies(this.tools.environment())]);
    return { group: this.group.path, places, resolvers: ownResolvers(), mostBytes };
  }

  private async listing(): Promise<string> {
    return (await Promise.all(this.firewalls.map((firewall) => firewall.listing()))).join('\n');
  }
}
