import { rmSync } from 'node:fs';
import { readJson, writeJson } from '../../files/atomic-file.ts';
import type { Tools } from '../../toolchain/tools.ts';
import { Bridge } from './bridge.ts';
import { Firewall } from './firewall.ts';
import { chains } from './firewall-rules.ts';
import { disableForwarding, enableForwarding, hasBridgeOfAnother } from './forwarding.ts';
import { stepResolvers } from './resolvers.ts';

/** What has to be known to take the network away again. */
interface NetworkState {
  readonly subnet: string;
  readonly switchedForwardingOn: boolean;
}

/** The way out of one engine's steps: a bridge, rules that close everything near, and forwarding switched on. */
export class StepNetwork {
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
    await this.firewall.apply(chains(this.id, { bridge: this.bridge.name, subnet, resolvers: stepResolvers() }));
    const earlier = readJson<NetworkState>(this.stateFile);
    const switchedForwardingOn = enableForwarding() || earlier?.switchedForwardingOn === true;
    writeJson(this.stateFile, { subnet, switchedForwardingOn } satisfies NetworkState);
    return subnet;
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
