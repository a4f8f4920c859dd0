import type { EnginePlaces } from './engine-places.ts';
import type { EngineRegistries } from './engine-registries.ts';
import { bridgeAddress } from './subnet.ts';

/** What an engine starts for its steps, as absolute paths. */
export interface RuntimeFiles {
  /** The runtime of steps (`writeStepRuntime`). */
  readonly runc: string;
  /** Starts `runc` with the step's group moved below the engine's own. */
  readonly groupedRunc: string;
  /** Folder with the plugins `bridge`, `host-local` and `loopback` of the Container Network Interface. */
  readonly pluginFolder: string;
}

/** Nothing clips a step's log before ours does, which says so: the engine's own limits are switched off. */
const ENVIRONMENT = { BUILDKIT_STEP_LOG_MAX_SIZE: '-1', BUILDKIT_STEP_LOG_MAX_SPEED: '-1' };

/**
 * The runtime inherits it, a step does not. The names of two are known to `tools/buildkit/grouped-runc`. What the engine mounts for a moment
 * lies in a folder of its own: what it leaves when it is killed is found there, and nobody else reads there (R13A-3).
 */
export function buildkitdEnvironment(
  { runc }: RuntimeFiles,
  { temporaryFolder, cgroupBase }: Pick<EnginePlaces, 'temporaryFolder' | 'cgroupBase'>,
): NodeJS.ProcessEnv {
  const own = { ...ENVIRONMENT, TMPDIR: temporaryFolder };
  return cgroupBase === undefined ? own : { ...own, GROUPED_RUNC_RUNTIME: runc, GROUPED_RUNC_GROUP: cgroupBase };
}

/**
 * buildkitd.toml(5). No entitlement is given, and no frontend is loaded from an image: the built-in one is in charge.
 * https://github.com/moby/buildkit/blob/master/docs/buildkitd.toml.md
 */
export function buildkitdToml(
  places: Pick<EnginePlaces, 'dataFolder' | 'socket' | 'traceSocket' | 'networkFile' | 'cgroupParent' | 'cgroupBase'>,
  { runc, groupedRunc, pluginFolder }: RuntimeFiles,
  { insecure, mirror }: EngineRegistries,
): string {
  const registries = insecure.map((host) => `[registry.${quote(host)}]\nhttp = true\n`);
  const mirrors = mirror ? [`[registry."docker.io"]\nmirrors = [${quote(mirror)}]\n`] : [];
  return `root = ${quote(places.dataFolder)}
insecure-entitlements = []

[log]
level = "warn"

[cdi]
disabled = true

[grpc]
address = [${quote(`unix://${places.socket}`)}]

[otel]
socketPath = ${quote(places.traceSocket)}

[frontend."gateway.v0"]
enabled = false

[worker.containerd]
enabled = false

[worker.oci]
enabled = true
binary = ${quote(places.cgroupBase === undefined ? runc : groupedRunc)}
networkMode = "cni"
cniConfigPath = ${quote(places.networkFile)}
cniBinaryPath = ${quote(pluginFolder)}
defaultCgroupParent = ${quote(places.cgroupParent)}
gc = true
maxUsedSpace = "10GB"

${[...registries, ...mirrors].join('\n')}`;
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
