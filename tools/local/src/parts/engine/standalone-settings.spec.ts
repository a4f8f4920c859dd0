import { describe, expect, it } from 'vitest';
import { buildkitdToml, networkList, type StandaloneSettings, standaloneEnvironment } from './standalone-settings.ts';

const settings: StandaloneSettings = {
  ...{ dataFolder: '/data', socket: '/run/x.sock', traceSocket: '/run/x-trace.sock' },
  ...{ cgroupParent: '/cooperage-1', cgroupBase: '/cooperage-1-strangers' },
  ...{ runc: '/bin/runc', groupedRunc: '/tools/grouped-runc' },
  ...{ pluginFolder: '/plugins', networkFile: '/net.conflist', insecureRegistries: ['127.0.0.1:1'], mirror: undefined },
};

describe('the settings of the engine for strangers', () => {
  it('give no privilege, load no frontend, and leave its own network to no default', () => {
    const toml = buildkitdToml(settings);
    expect(toml).toContain('insecure-entitlements = []');
    expect(toml).toContain('[frontend."gateway.v0"]\nenabled = false');
    expect(toml).toContain('networkMode = "cni"');
    expect(toml).toContain('[registry."127.0.0.1:1"]\nhttp = true');
    expect(toml).not.toContain('docker.io');
    expect(buildkitdToml({ ...settings, mirror: '127.0.0.1:2' })).toContain('mirrors = ["127.0.0.1:2"]');
  });

  it('tell it the group of the other engine, and its runtime the one in which the steps really are', () => {
    expect(buildkitdToml(settings)).toContain('binary = "/tools/grouped-runc"');
    expect(buildkitdToml(settings)).toContain('defaultCgroupParent = "/cooperage-1"');
    expect(standaloneEnvironment(settings)).toMatchObject({
      GROUPED_RUNC_RUNTIME: '/bin/runc',
      GROUPED_RUNC_GROUP: '/cooperage-1-strangers',
    });
  });

  it('R6-A1 put its socket for traces beside its own, and not where each engine of the machine has it', () => {
    expect(buildkitdToml(settings)).toContain('[otel]\nsocketPath = "/run/x-trace.sock"');
  });

  it('cannot be left by a path with quotes', () => {
    expect(buildkitdToml({ ...settings, dataFolder: '/a"\nroot = "/etc' })).toContain(
      'root = "/a\\"\\nroot = \\"/etc"\n',
    );
  });

  it('plug each step into the bridge, with its gateway as the only way out', () => {
    const [plugin] = JSON.parse(networkList('coop1', '10.204.1.0/24', 1400, '/addresses')).plugins;
    expect(plugin).toMatchObject({ type: 'bridge', bridge: 'coop1', ipMasq: false, portIsolation: true, mtu: 1400 });
    expect(plugin.ipam).toMatchObject({ ranges: [[{ subnet: '10.204.1.0/24', gateway: '10.204.1.1' }]] });
  });
});
