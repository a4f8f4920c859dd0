import { mkdirSync, rmSync } from 'node:fs';
import { writeAtomic } from '../files/atomic-file.ts';
import { LauncherError } from '../output.ts';
import { clearGroup, prepareGroup } from '../parts/engine/control-groups.ts';
import { httpStatus } from '../parts/http-probe.ts';
import type { Instance } from '../parts/instance.ts';
import { Daemon } from '../processes/daemon.ts';
import { findProgram } from '../toolchain/find-program.ts';
import type { Tools } from '../toolchain/tools.ts';
import { type DockerPlaces, engineSocket, execFolder } from './docker-places.ts';
import { clearLeftovers } from './leftovers.ts';
import { PrivateNetwork } from './private-network.ts';
import { SmallDisk } from './small-disk.ts';

export const DOCKER_DAEMON = 'docker';

export interface DockerAddress {
  /** `unix://…` */
  readonly url: string;
  /** At which this machine reaches published ports. */
  readonly address: string;
  /** Folder of a small file system, for what may be filled; null where this machine cannot make one. */
  readonly smallDisk: string | null;
}

/** A Docker engine for containers, of its own from network to data, for tests of what runs on Docker. It needs root. */
export class PrivateDocker {
  private readonly instance: Instance;
  private readonly tools: Tools;
  private readonly network: PrivateNetwork;
  private readonly smallDisk: SmallDisk;

  constructor(instance: Instance, tools: Tools) {
    this.instance = instance;
    this.tools = tools;
    this.network = new PrivateNetwork(`${instance.id}d`, tools, instance.file('docker-network.json'));
    this.smallDisk = new SmallDisk(instance.file('small-disk'));
  }

  async start(): Promise<DockerAddress> {
    if (process.getuid?.() !== 0) throw new LauncherError('a Docker engine of our own needs root');
    await this.stop();
    const address = await this.network.create();
    const { cgroupParent, dataFolder, socketFolder } = this.settings();
    prepareGroup(cgroupParent);
    mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
    mkdirSync(socketFolder, { recursive: true, mode: 0o700 });
    writeAtomic(this.settingsFile(), daemonJson(), 0o600);
    await this.daemon().start();
    return { url: `unix://${engineSocket(socketFolder)}`, address, smallDisk: await this.smallDisk.mount() };
  }

  /** With its containers, images and volumes, and the control groups that engines in containers made. */
  async stop(): Promise<void> {
    const settings = this.settings();
    await this.daemon().stop();
    await clearLeftovers(settings);
    await clearGroup(`/${this.project()}-builds`);
    await this.network.remove();
    await this.smallDisk.remove();
    rmSync(settings.dataFolder, { recursive: true, force: true });
    this.instance.removeSocketFolder();
  }

  /** A name for Compose's project that nobody else on this machine has: control groups are named by it. */
  project(): string {
    return `coop${this.instance.id}`;
  }

  private daemon(): Daemon {
    const { socketFolder } = this.settings();
    const socketPath = engineSocket(socketFolder);
    return new Daemon({
      name: 'the Docker engine',
      program: findProgram('nsenter') ?? 'nsenter',
      parameters: [`--net=/run/netns/${this.network.namespace}`, this.tools.path('dockerd'), ...this.parameters()],
      env: this.tools.environment(),
      pidFile: this.instance.pidFile(DOCKER_DAEMON),
      logFile: this.instance.logFile(DOCKER_DAEMON),
      isReady: async () => (await httpStatus({ socketPath }, '/_ping')) === 200,
      readyWithinMs: 60_000,
      stopSignal: 'SIGTERM',
      stopWithinMs: 60_000,
    });
  }

  private parameters(): string[] {
    const { cgroupParent, dataFolder, socketFolder } = this.settings();
    return [
      `--config-file=${this.settingsFile()}`,
      `--data-root=${dataFolder}`,
      `--exec-root=${execFolder(socketFolder)}`,
      `--pidfile=${socketFolder}/engine.pid`,
      `--host=unix://${engineSocket(socketFolder)}`,
      '--group=',
      `--containerd-namespace=${this.project()}`,
      `--containerd-plugins-namespace=${this.project()}-plugins`,
      `--cgroup-parent=${cgroupParent}`,
      '--ip6tables=false',
    ];
  }

  private settings(): DockerPlaces {
    return {
      dataFolder: this.instance.file('docker'),
      socketFolder: `${this.instance.socketFolder()}/docker`,
      cgroupParent: `/${this.project()}-containers`,
    };
  }

  private settingsFile(): string {
    return this.instance.file('settings', 'docker.json');
  }
}

/** Images are kept unpacked (no containerd-snapshotter): to pack what was built here took longer than to build it. */
function daemonJson(): string {
  const document = {
    features: { 'containerd-snapshotter': false },
    'log-level': 'warn',
    'exec-opts': ['native.cgroupdriver=cgroupfs'],
    bip: '172.30.255.1/24',
    'default-address-pools': [{ base: '172.29.0.0/16', size: 24 }],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
