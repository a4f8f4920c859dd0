export interface EngineSettings {
  readonly dataFolder: string;
  /** A folder with a short path: the engine's own sockets lie there. */
  readonly socketFolder: string;
  readonly bridge: string;
  readonly mtu: number;
  readonly cgroupParent: string;
  /** Registries that are spoken to without TLS. */
  readonly insecureRegistries: readonly string[];
  /** Asked first for images of Docker Hub; what it lacks is fetched from there. */
  readonly mirror: string | undefined;
}

/** Nothing clips a step's log before ours does, which says so: the engine's own limits are switched off. */
export const ENGINE_ENVIRONMENT = { BUILDKIT_STEP_LOG_MAX_SIZE: '-1', BUILDKIT_STEP_LOG_MAX_SPEED: '-1' };

export function engineSocket(socketFolder: string): string {
  return `${socketFolder}/engine.sock`;
}

export function execFolder(socketFolder: string): string {
  return `${socketFolder}/engine`;
}

/** daemon.json of dockerd(8). Steps get neither the host's network nor further rights, whatever a Dockerfile asks for. */
export function daemonJson(settings: EngineSettings): string {
  const document = {
    features: { 'containerd-snapshotter': true },
    'insecure-registries': settings.insecureRegistries,
    'registry-mirrors': settings.mirror ? [settings.mirror] : [],
    mtu: settings.mtu,
    'log-level': 'warn',
    'exec-opts': ['native.cgroupdriver=cgroupfs'],
    builder: {
      gc: { enabled: true, defaultKeepStorage: '10GB' },
      entitlements: { 'network-host': false, 'security-insecure': false },
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** No TCP address, no iptables of its own, and names that a Docker engine of this machine does not use. */
export function daemonParameters(settings: EngineSettings, settingsFile: string): string[] {
  const { socketFolder } = settings;
  return [
    `--config-file=${settingsFile}`,
    `--data-root=${settings.dataFolder}`,
    `--exec-root=${execFolder(socketFolder)}`,
    `--pidfile=${socketFolder}/engine.pid`,
    `--host=unix://${engineSocket(socketFolder)}`,
    '--group=',
    '--containerd-namespace=cooperage',
    '--containerd-plugins-namespace=cooperage-plugins',
    `--cgroup-parent=${settings.cgroupParent}`,
    `--bridge=${settings.bridge}`,
    '--iptables=false',
    '--ip6tables=false',
    '--ip-masq=false',
    '--ip-forward=false',
    '--userland-proxy=false',
  ];
}
