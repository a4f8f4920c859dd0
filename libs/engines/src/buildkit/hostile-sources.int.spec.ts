import { createHash } from 'node:crypto';
import { PackageServer } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuildRequest } from '../build-request.js';
import { EventRecord } from '../testing/event-record.js';
import { failureOf, strangersRequest } from '../testing/strangers-trial.js';
import { endTrial, trialCgroupParent, trialEngine } from '../testing/trial-engine.js';
import { unique } from '../testing/trial-request.js';
import type { BuildkitEngine } from './engine.js';

const never = new AbortController().signal;
const content = `package ${unique()}`;

/** A registry of packages that anybody may put a name into. */
describe('S-120 sources of others', () => {
  let engine: BuildkitEngine;
  let packages: PackageServer;
  const cgroupParent = trialCgroupParent();

  beforeAll(async () => {
    packages = await PackageServer.start(content);
    engine = trialEngine({ cgroupParent, allowedSourceHosts: [packages.host] });
  });
  afterAll(async () => {
    await packages.close();
    await endTrial(cgroupParent, engine);
  });

  const closed = (dockerfile: string, change: Partial<BuildRequest> = {}): BuildRequest => {
    const request = strangersRequest(dockerfile, change);
    return { ...request, onlyImages: true, limits: { ...request.limits, networkMode: 'none' } };
  };
  const built = async (request: BuildRequest) => {
    const record = new EventRecord();
    return { record, outcome: await engine.build(request, record.emit, never) };
  };

  it('that ADD fetched are listed with their digest, also where the step itself is cached', async () => {
    const address = `http://${packages.host}/left-pad-${unique()}.tgz`;
    const request = strangersRequest(`FROM busybox\nADD ${address} /p\n`);
    const sha256 = createHash('sha256').update(content).digest('hex');
    for (const each of [request, { ...request, reference: unique() + unique() }]) {
      const { outcome } = await built(each);
      expect(outcome.materials).toContainEqual({ uri: address, digest: { sha256 } });
      expect(outcome.materials?.some(({ uri }) => uri.startsWith('pkg:docker/busybox'))).toBe(true);
    }
  });

  it('are not fetched by ADD where only images may be, in any notation, and nobody is asked', async () => {
    const before = packages.asked;
    const address = `http://${packages.host}/left-pad-${unique()}.tgz`;
    const files = [
      `FROM busybox\nADD ${address} /p\n`,
      `FROM busybox\nARG FROM_WHERE=${address}\nADD $FROM_WHERE /p\n`,
      `FROM busybox\nADD http://${packages.host}/x.git#main /p\n`,
      'FROM busybox\nADD https://example.com/x.git#main /p\n',
      'FROM busybox\nADD git@example.com:x/y.git#main /p\n',
      'FROM busybox\nADD https://registry.npmjs.org/left-pad/-/left-pad-1.3.0.tgz /p\n',
    ];
    for (const file of files)
      expect([file, (await failureOf(engine, closed(file))).code]).toEqual([file, 'PolicyRefused']);
    expect(packages.asked).toBe(before);
  });

  it('are not reached by a step where it has no network, also when it asks for one', async () => {
    const look =
      'ls /sys/class/net; (wget -T 2 -q -O- http://1.1.1.1/ || nslookup registry.npmjs.org) 2>&1; echo looked';
    for (const flag of ['', '--network=default ']) {
      const { record } = await built(closed(`FROM busybox\nRUN ${flag}${look} # ${unique()}\n`));
      expect(record.output('looked')).toMatch(/^lo\n/);
      expect(record.output()).toContain('looked');
      expect(record.output()).not.toMatch(/eth|Address.*\d+\.\d+\.\d+\.\d+\n[\s\S]*Name/);
    }
    const { record } = await built(strangersRequest(`FROM busybox\nRUN ls /sys/class/net # ${unique()}\n`));
    expect(record.output()).toContain('eth');
  });

  it('are not taken from what a step of an open build has left in the cache', async () => {
    const request = strangersRequest(`FROM busybox\nRUN echo fetched > /fetched # ${unique()}\n`);
    expect((await built(request)).outcome.stepsRun).toBe(1);
    const { group } = request.limits;
    const again = closed('', {
      dockerfile: request.dockerfile,
      limits: { ...(group !== undefined && { group }) },
    });
    expect((await built(again)).outcome.stepsRun).toBe(1);
  });
});
