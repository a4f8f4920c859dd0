import { rmSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { readJson, writeJson } from '../../files/atomic-file.ts';
import { say } from '../../output.ts';
import type { Tools } from '../../toolchain/tools.ts';
import { Bridge } from './bridge.ts';
import type { Chain } from './chain.ts';
import { connectionBounds } from './connection-bounds.ts';
import type { Caring } from './engine-rules.ts';
import { Firewall } from './firewall.ts';
import { type BridgeNetwork, chains } from './firewall-rules.ts';
import { disableForwarding, enableForwarding, hasBridgeOfAnother } from './forwarding.ts';
import { stepResolvers } from './resolvers.ts';

/** What has to be known to take the network away again. */
interface NetworkState {
  readonly subnet: string;
  /** What the rules were made from, what was made of it, and how the kernel listed them then. */
  readonly rules?: BridgeNetwork;
  readonly chains?: readonly Chain[];
  readonly listing?: string;
  readonly switchedForwardingOn: boolean;
}

/** The way out of one engine's steps: a bridge, rules that close everything near, and forwarding switched on. */
export class StepNetwork implements Caring {
  readonly bridge: Bridge;
  private readonly firewall: Firewall;
  private readonly id: string;
  private readonly stateFile: string;

  /** @param id follows from the installation; part of names that the whole machine shares */
  constructor(id: string, tools: Tools, stateFile: string) {
    this.id = id;
    this.stateFile = stateFile;
    this.bridge = new Bridge(`coop${id}`, tools);
    this.firewall = new Firewall(tools, id);
  }

  /** @returns its network in CIDR form */
  async create(): Promise<string> {
    const subnet = await this.bridge.create(Number.parseInt(this.id, 16));
    const network = { bridge: this.bridge.name, subnet, resolvers: stepResolvers(), bounds: connectionBounds() };
    const rules = await applyWhatHolds(this.firewall, this.id, network);
    const listing = await this.firewall.listing();
    const earlier = readJson<NetworkState>(this.stateFile);
    const switchedForwardingOn = enableForwarding() || earlier?.switchedForwardingOn === true;
    const state = { subnet, rules, chains: chains(this.id, rules), listing, switchedForwardingOn };
    writeJson(this.stateFile, state satisfies NetworkState);
    return subnet;
  }

  /** Whether bridge and rules are as `create` made them, and would make them now: an earlier version had other rules. */
  async isInForce(): Promise<boolean> {
    const { rules, chains: made, listing } = readJson<Partial<NetworkState>>(this.stateFile) ?? {};
    if (!this.bridge.exists() || !rules || listing === undefined) return false;
    return isDeepStrictEqual(made, chains(this.id, rules)) && listing === (await this.firewall.listing());
  }

  async renew(): Promise<boolean> {
    const { chains: made, listing } = readJson<Partial<NetworkState>>(this.stateFile) ?? {};
    if (!made || listing === undefined) throw new Error('it is not known what rules the network of steps has');
    this.bridge.keepApart();
    if (listing === (await this.firewall.listing())) return false;
    await this.firewall.apply(made);
    if (listing !== (await this.firewall.listing())) throw new Error('the kernel did not take the rules as they were');
    return true;
  }

  /** In CIDR form, as it was made; undefined where there is none. */
  subnet(): string | undefined {
    return this.bridge.exists() ? readJson<NetworkState>(this.stateFile)?.subnet : undefined;
  }

  async remove(): Promise<void> {
    await this.bridge.remove();
    await this.firewall.remove();
    const state = readJson<NetworkState>(this.stateFile);
    if (state?.switchedForwardingOn && !hasBridgeOfAnother()) disableForwarding();
    rmSync(this.stateFile, { force: true });
  }
}

/** Where this kernel cannot count connections, all other rules hold. @returns what the rules were made from */
export async function applyWhatHolds(
  firewall: Pick<Firewall, 'apply'>,
  id: string,
  network: BridgeNetwork,
): Promise<BridgeNetwork> {
  try {
    await firewall.apply(chains(id, network));
    return network;
  } catch (error) {
    const { bounds: _, ...unbounded } = network;
    await firewall.apply(chains(id, unbounded));
    say(`! the number of connections of steps is not bounded: ${error instanceof Error ? error.message : error}`);
    return unbounded;
  }
}
