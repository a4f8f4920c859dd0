import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WorkerSystem } from '../spec/worker-system.js';

const content = `a package ${Date.now()}`;

describe('S-120 what a build fetches', () => {
  let system: WorkerSystem;
  let server: Server;
  beforeAll(async () => {
    server = createServer((_question, answer) => answer.end(content));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    system = await WorkerSystem.start();
    system.fetchFrom(host());
  });
  afterAll(async () => {
    await system.close();
    server.close();
  });

  const host = () => `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const limits = { timeoutMs: 60_000, logBytes: 1_000_000, memoryBytes: null, pids: null, cpus: null, diskBytes: null };
  const built = async (Dockerfile: string, network?: 'open' | 'none') => {
    const project = await system.project({ limits: { ...limits, ...(network && { network }) } });
    const build = await system.outcome(await system.push(project, await project.git.commit({ Dockerfile })));
    return { project, build };
  };

  it('is listed on the build and in the signed provenance, with its digest', async () => {
    const address = `http://${host()}/left-pad.tgz`;
    const { project, build } = await built(`FROM busybox:latest\nADD ${address} /p\n`);
    const source = { uri: address, digest: { sha256: createHash('sha256').update(content).digest('hex') } };
    expect(build).toMatchObject({ status: 'succeeded', sources: [source], limits: { network: 'open' } });
    const attestation = await system.cosign(project, 'verify-attestation', build.digest!, '--type', 'slsaprovenance1');
    const { predicate } = JSON.parse(Buffer.from(JSON.parse(attestation.split('\n')[0]!).payload, 'base64').toString());
    expect(predicate.buildDefinition.resolvedDependencies.at(-1)).toEqual(source);
    expect(predicate.buildDefinition.internalParameters).toMatchObject({ network: 'open' });
  });

  it('is forbidden by the project’s setting, for steps and for ADD, and the provenance says so', async () => {
    const { build: refused } = await built(`FROM busybox:latest\nADD http://${host()}/left-pad.tgz /p\n`, 'none');
    expect(refused).toMatchObject({ status: 'failed', failure: { code: 'PolicyRefused', place: { line: 2 } } });
    const look = 'test "$(ls /sys/class/net)" = lo';
    const { project, build } = await built(
      `FROM busybox:latest\nRUN --network=default ${look} # ${Date.now()}\n`,
      'none',
    );
    expect(build).toMatchObject({ status: 'succeeded', sources: [], limits: { network: 'none' } });
    const attestation = await system.cosign(project, 'verify-attestation', build.digest!, '--type', 'slsaprovenance1');
    const { predicate } = JSON.parse(Buffer.from(JSON.parse(attestation.split('\n')[0]!).payload, 'base64').toString());
    expect(predicate.buildDefinition.internalParameters).toMatchObject({ network: 'none' });
  });
});
