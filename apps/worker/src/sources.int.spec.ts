import { createHash } from 'node:crypto';
import { PackageServer } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { provenancesOf } from '../spec/stock-cosign.js';
import { WorkerSystem } from '../spec/worker-system.js';

const content = `a package ${Date.now()}`;

describe('S-120 what a build fetches', () => {
  let system: WorkerSystem;
  let packages: PackageServer;
  beforeAll(async () => {
    packages = await PackageServer.start(content);
    system = await WorkerSystem.start();
    system.fetchFrom(packages.host);
  });
  afterAll(async () => {
    await system.close();
    await packages.close();
  });

  const limits = { timeoutMs: 60_000, logBytes: 1_000_000, memoryBytes: null, pids: null, cpus: null, diskBytes: null };
  const built = async (Dockerfile: string, network?: 'open' | 'none') => {
    const project = await system.project({ limits: { ...limits, ...(network && { network }) } });
    const build = await system.outcome(await system.push(project, await project.git.commit({ Dockerfile })));
    return { project, build };
  };

  it('is listed on the build and in the signed provenance, with its digest', async () => {
    const address = `http://${packages.host}/left-pad.tgz`;
    const { project, build } = await built(`FROM busybox:latest\nADD ${address} /p\n`);
    const source = { uri: address, digest: { sha256: createHash('sha256').update(content).digest('hex') } };
    expect(build).toMatchObject({ status: 'succeeded', sources: [source], limits: { network: 'open' } });
    const [provenance] = await provenancesOf(system, project, build);
    expect(provenance.buildDefinition.resolvedDependencies.at(-1)).toEqual(source);
    expect(provenance.buildDefinition.internalParameters).toMatchObject({ network: 'open' });
  });

  it('is forbidden by the project’s setting, for steps and for ADD, and the provenance says so', async () => {
    const { build: refused } = await built(
      `FROM busybox:latest\nADD http://${packages.host}/left-pad.tgz /p\n`,
      'none',
    );
    expect(refused).toMatchObject({ status: 'failed', failure: { code: 'PolicyRefused', place: { line: 2 } } });
    const look = 'test "$(ls /sys/class/net)" = lo';
    const { project, build } = await built(
      `FROM busybox:latest\nRUN --network=default ${look} # ${Date.now()}\n`,
      'none',
    );
    expect(build).toMatchObject({ status: 'succeeded', sources: [], limits: { network: 'none' } });
    const [provenance] = await provenancesOf(system, project, build);
    expect(provenance.buildDefinition.internalParameters).toMatchObject({ network: 'none' });
  });
});
