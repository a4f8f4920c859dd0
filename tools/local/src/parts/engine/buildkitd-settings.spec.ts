import { describe, expect, it } from 'vitest';
import { buildkitdEnvironment, buildkitdToml, networkList } from './buildkitd-settings.ts';

const places = {
  ...{ dataFolder: '/data', socket: '/run/x.sock', traceSocket: '/run/x-trace.sock', networkFile: '/net.conflist' },
  ...{ temporaryFolder: '/data/tmp', cgroupParent: '/cooperage-1', cgroupBase: undefined },
};
const runtime = { runc: '/bin/runc', groupedRunc: '/tools/grouped-runc', pluginFolder: '/plugins' };
const registries = { insecure: ['127.0.0.1:1'] };

describe('the settings of an engine', () => {
  it('give no privilege, load no frontend, and leave its own network to no default', () => {
    const toml = buildkitdToml(places, runtime, registries);
    expect(toml).toContain('insecure-entitlements = []');
    expect(toml).toContain('[frontend."gateway.v0"]\nenabled = false');
    expect(toml).toContain('networkMode = "cni"');
    expect(toml).toContain('[registry."127.0.0.1:1"]\nhttp = true');
    expect(toml).not.toContain('docker.io');
    expect(buildkitdToml(places, runtime, { ...registries, mirror: '127.0.0.1:2' })).toContain(
      'mirrors = ["127.0.0.1:2"]',
    );
  });

  it('open no TCP address', () => {
    expect(buildkitdToml(places, runtime, registries)).toContain('[grpc]\naddress = ["unix:///run/x.sock"]\n');
  });

  it('tell both engines the same group, and the runtime of that for strangers the one in which the steps really are', () => {
    const ofStrangers = { ...places, cgroupBase: '/cooperage-1-strangers' };
    const settings = [places, ofStrangers].map((each) => buildkitdToml(each, runtime, registries));
    for (const toml of settings) expect(toml).toContain('defaultCgroupParent = "/cooperage-1"');
    expect(settings.map((toml) => /binary = "(.*)"/.exec(toml)?.[1])).toEqual(['/bin/runc', '/tools/grouped-runc']);
    expect(buildkitdEnvironment(runtime, ofStrangers)).toMatchObject({
      GROUPED_RUNC_RUNTIME: '/bin/runc',
      GROUPED_RUNC_GROUP: '/cooperage-1-strangers',
    });
    expect(Object.keys(buildkitdEnvironment(runtime, places)).filter((name) => /RUNC/.test(name))).toEqual([]);
  });

  it('R6-A1 put its socket for traces beside its own, and not where each engine of the machine has it', () => {
    expect(buildkitdToml(places, runtime, registries)).toContain('[otel]\nsocketPath = "/run/x-trace.sock"');
  });

  it('cannot be left by a path with quotes', () => {
    expect(buildkitdToml({ ...places, dataFolder: '/a"\nroot = "/etc' }, runtime, registries)).toContain(
      'root = "/a\\"\\nroot = \\"/etc"\n',
    );
  });

  it('plug each step into the bridge, with its gateway as the only way out', () => {
    const [plugin] = JSON.parse(networkList('coop1', '10.204.1.0/24', 1400, '/addresses')).plugins;
    expect(plugin).toMatchObject({ type: 'bridge', bridge: 'coop1', ipMasq: false, portIsolation: true, mtu: 1400 });
    expect(plugin.ipam).toMatchObject({ ranges: [[{ subnet: '10.204.1.0/24', gateway: '10.204.1.1' }]] });
  });
});
