import { existsSync, rmSync } from 'node:fs';
import { readJson, writeJson } from '../files/atomic-file.ts';
import type { Chain } from '../parts/engine/chain.ts';
import { Firewall } from '../parts/engine/firewall.ts';
import { chains } from '../parts/engine/firewall-rules.ts';
import { disableForwarding, enableForwarding, hasBridgeOfAnother } from '../parts/engine/forwarding.ts';
import { stepResolvers } from '../parts/engine/resolvers.ts';
import { addressIn, chooseSubnet, takenNetworks } from '../parts/engine/subnet.ts';
import { attempt, run } from '../processes/command.ts';
import type { Tools } from '../toolchain/tools.ts';

interface NetworkState {
  readonly address: string;
  readonly switchedForwardingOn: boolean;
}

/**
 * A network namespace with one wire to the machine. Whatever a Docker engine does to bridges and iptables inside of it goes away
 * with it. From inside, the outside is reached as a step reaches it: neither this machine nor private networks.
 */
export class PrivateNetwork {
  readonly namespace: string;
  private readonly wire: string;
  private readonly id: string;
  private readonly tools: Tools;
  private readonly firewall: Firewall;
  private readonly stateFile: string;

  /** @param id hexadecimal, part of names that the whole machine shares */
  constructor(id: string, tools: Tools, stateFile: string) {
    this.id = id;
    this.namespace = `coop${id}`;
    this.wire = `coop${id}`;
    this.tools = tools;
    this.firewall = new Firewall(tools, id);
    this.stateFile = stateFile;
  }

  /** @returns the address at which this machine reaches what listens inside */
  async create(): Promise<string> {
    await this.remove();
    const routes = await this.ip('-4', 'route', 'show', 'table', 'all');
    const subnet = chooseSubnet(Number.parseInt(this.id, 16), takenNetworks(routes, this.wire));
    const [outer, inner] = [1, 2].map((host) => addressIn(subnet, host).split('/')[0]) as [string, string];
    await this.ip('netns', 'add', this.namespace);
    await this.ip('link', 'add', this.wire, 'type', 'veth', 'peer', 'name', 'wire', 'netns', this.namespace);
    await this.ip('address', 'add', addressIn(subnet, 1), 'dev', this.wire);
    await this.ip('link', 'set', this.wire, 'up');
    await this.inside('link', 'set', 'lo', 'up');
    await this.inside('address', 'add', addressIn(subnet, 2), 'dev', 'wire');
    await this.inside('link', 'set', 'wire', 'up');
    await this.inside('route', 'add', 'default', 'via', outer);
    await this.firewall.apply(answering(chains(this.id, { bridge: this.wire, subnet, resolvers: stepResolvers() })));
    writeJson(this.stateFile, { address: inner, switchedForwardingOn: enableForwarding() } satisfies NetworkState);
    return inner;
  }

  async remove(): Promise<void> {
    await attempt(this.tools.path('ip'), ['link', 'delete', this.wire]);
    if (existsSync(`/run/netns/${this.namespace}`)) await this.ip('netns', 'delete', this.namespace);
    await this.firewall.remove();
    if (readJson<NetworkState>(this.stateFile)?.switchedForwardingOn && !hasBridgeOfAnother()) disableForwarding();
    rmSync(this.stateFile, { force: true });
  }

  private inside(...parameters: readonly string[]): Promise<string> {
    return this.ip('-netns', this.namespace, ...parameters);
  }

  private async ip(...parameters: readonly string[]): Promise<string> {
    return (await run(this.tools.path('ip'), parameters)).stdout;
  }
}

/** The rules of a step's bridge, with answers to what this machine asks. */
function answering([input, ...others]: readonly Chain[]): Chain[] {
  if (!input) return [];
  const answers = ['-m', 'conntrack', '--ctstate', 'RELATED,ESTABLISHED', '-j', 'ACCEPT'];
  return [{ ...input, rules: [answers, ...input.rules] }, ...others];
}
