import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { attempt, run } from '../../processes/command.ts';
import type { Tools } from '../../toolchain/tools.ts';
import { bridgeAddress, chooseSubnet, takenNetworks } from './subnet.ts';

/** The network that steps are plugged into. */
export class Bridge {
  readonly name: string;
  private readonly tools: Tools;

  constructor(name: string, tools: Tools) {
    this.name = name;
    this.tools = tools;
  }

  exists(): boolean {
    return existsSync(`/sys/class/net/${this.name}`);
  }

  /** @returns its network in CIDR form. */
  async create(seed: number): Promise<string> {
    await this.remove();
    const routes = await run(this.tools.path('ip'), ['-4', 'route', 'show', 'table', 'all']);
    const subnet = chooseSubnet(seed, takenNetworks(routes.stdout, this.name));
    await this.ip('link', 'add', this.name, 'type', 'bridge');
    // Steps have no IPv6, and the machine's own side should not answer on it either.
    writeIfThere(`/proc/sys/net/ipv6/conf/${this.name}/disable_ipv6`, '1');
    // Packets that come by the bridge with an address that is not of it are dropped (ip-sysctl.rst of the kernel).
    writeIfThere(`/proc/sys/net/ipv4/conf/${this.name}/rp_filter`, '1');
    await this.ip('address', 'add', bridgeAddress(subnet), 'dev', this.name);
    await this.ip('link', 'set', this.name, 'up');
    if (!existsSync(`/sys/class/net/${this.name}/bridge/nf_call_iptables`)) await attempt('modprobe', ['br_netfilter']);
    this.keepApart();
    return subnet;
  }

  /**
   * Steps of different builds are plugged into one bridge. Nothing goes from one plug to another, and what the bridge forwards by
   * itself passes the rules of the firewall all the same, also where the rest of the machine's bridges do not ask for it. The
   * network list of our engines isolates each plug when it is made (`portIsolation`). Somebody on the machine may change a plug or
   * a switch afterwards: to be called again and again.
   */
  keepApart(): void {
    const folder = `/sys/class/net/${this.name}`;
    for (const rules of ['iptables', 'ip6tables', 'arptables']) setIfOther(`${folder}/bridge/nf_call_${rules}`, '1');
    for (const port of existsSync(folder) ? readdirSync(`${folder}/brif`) : [])
      setIfOther(`/sys/class/net/${port}/brport/isolated`, '1');
  }

  /**
   * With what is plugged into it. An engine that was killed while it made the network of a step leaves both ends of a wire on the
   * machine, and by its plug alone it is known whose it was.
   */
  async remove(): Promise<void> {
    if (!this.exists()) return;
    for (const port of readdirSync(`/sys/class/net/${this.name}/brif`)) await this.delete(port);
    await this.delete(this.name);
  }

  /** The largest packet of the way out; a larger one of a step would get lost where ICMP is filtered. */
  async outwardMtu(): Promise<number> {
    const { stdout } = await attempt(this.tools.path('ip'), ['-4', 'route', 'show', 'default']);
    const device = / dev (\S+)/.exec(stdout)?.[1];
    const file = `/sys/class/net/${device}/mtu`;
    return device && existsSync(file) ? Number(readFileSync(file, 'utf8')) : 1500;
  }

  private async delete(link: string): Promise<void> {
    await attempt(this.tools.path('ip'), ['link', 'delete', link]);
  }

  private async ip(...parameters: readonly string[]): Promise<void> {
    await run(this.tools.path('ip'), parameters);
  }
}

/** A plug may go at any moment, and a kernel without `br_netfilter` has no such switch. */
function setIfOther(file: string, value: string): void {
  try {
    if (readFileSync(file, 'utf8').trim() !== value) writeFileSync(file, value);
  } catch (error) {
    if (!['ENOENT', 'ENODEV', 'EINVAL'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

function writeIfThere(file: string, value: string): void {
  if (existsSync(file)) writeFileSync(file, value);
}
