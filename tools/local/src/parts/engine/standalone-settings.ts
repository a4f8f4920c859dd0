import { ENGINE_ENVIRONMENT } from './settings.ts';
import { bridgeAddress } from './subnet.ts';

export interface StandaloneSettings {
  readonly dataFolder: string;
  readonly socket: string;
  /** For traces. BuildKit has it always, by default at one path for the whole machine; no step gets it (ADR 64). */
  readonly traceSocket: string;
  /** Told to the engine for its steps. The same as the other engine's: both count it into the keys of their results. */
  readonly cgroupParent: string;
  /** Below this one they really are. */
  readonly cgroupBase: string;
  /** The runtime of steps (`writeStepRuntime`). */
  readonly runc: string;
  /** Starts `runc` with the step's group moved below `cgroupBase`. */
  readonly groupedRunc: string;
  /** Folder with the plugins `bridge`, `host-local` and `loopback` of the Container Network Interface. */
  readonly pluginFolder: string;
  readonly networkFile: string;
  readonly insecureRegistries: readonly string[];
  /** Host asked first for images of Docker Hub; what it lacks is fetched from there. */
  readonly mirror: string | undefined;
}

/** The runtime inherits it, a step does not. The names are known to `tools/engine-for-strangers/grouped-runc`. */
export function standaloneEnvironment({ runc, cgroupBase }: StandaloneSettings): NodeJS.ProcessEnv {
  return { ...ENGINE_ENVIRONMENT, GROUPED_RUNC_RUNTIME: runc, GROUPED_RUNC_GROUP: cgroupBase };
}

/**
 * buildkitd.toml(5). No entitlement is given, and no frontend is loaded from an image: the built-in one is in charge.
 * https://github.com/moby/buildkit/blob/master/docs/buildkitd.toml.md
 */
export function buildkitdToml(settings: StandaloneSettings): string {
  const registries = settings.insecureRegistries.map((host) => `[registry.${quote(host)}]\nhttp = true\n`);
  const mirror = settings.mirror ? [`[registry."docker.io"]\nmirrors = [${quote(settings.mirror)}]\n`] : [];
  return `root = ${quote(settings.dataFolder)}
insecure-entitlements = []

[log]
level = "warn"

[cdi]
disabled = true

[grpc]
address = [${quote(`unix://${settings.socket}`)}]

[otel]
socketPath = ${quote(settings.traceSocket)}

[frontend."gateway.v0"]
enabled = false

[worker.containerd]
enabled = false

[worker.oci]
enabled = true
binary = ${quote(settings.groupedRunc)}
networkMode = "cni"
cniConfigPath = ${quote(settings.networkFile)}
cniBinaryPath = ${quote(settings.pluginFolder)}
defaultCgroupParent = ${quote(settings.cgroupParent)}
gc = true
maxUsedSpace = "10GB"

${[...registries, ...mirror].join('\n')}`;
}

/**
 * A network list of the Container Network Interface 1.0.0: each step gets an address on the engine's bridge, which has the
 * gateway's already. The rules of the firewall are ours, so the plugin makes none.
 * https://www.cni.dev/docs/spec/
 */
export function networkList(bridge: string, subnet: string, mtu: number, addressFolder: string): string {
  const gateway = bridgeAddress(subnet).split('/')[0];
  const ipam = {
    type: 'host-local',
    ranges: [[{ subnet, gateway }]],
    routes: [{ dst: '0.0.0.0/0' }],
    dataDir: addressFolder,
  };
  // Steps of different builds get no frame of each other, whatever its protocol and whatever the machine's bridges hand to rules.
  const plugin = { type: 'bridge', bridge, isGateway: false, ipMasq: false, portIsolation: true, mtu, ipam };
  return `${JSON.stringify({ cniVersion: '1.0.0', name: bridge, plugins: [plugin] }, null, 2)}\n`;
}

/** A basic string of TOML 1.0: JSON's escapes are all among its own. */
function quote(text: string): string {
  return JSON.stringify(text);
}
