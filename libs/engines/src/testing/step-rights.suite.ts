import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuildkitEngine } from '../buildkit/engine.js';
import { askNeighbours, findSockets, makeSockets, printRights, rightsOf } from './step-rights.js';
import { outputOf, strangersRequest } from './strangers-trial.js';
import { endTrial, trialCgroupParent, trialEngine } from './trial-engine.js';
import { unique } from './trial-request.js';

/** What the Dockerfiles of most projects do as root and as others, without a network. */
const usual = `FROM busybox AS files
RUN mkdir /www && echo fetched > /www/file && httpd -p 80 -h /www && wget -q -O /got http://127.0.0.1/file # ${unique()}
FROM debian:bookworm
COPY <<own /own/DEBIAN/control
Package: own
Version: 1
Architecture: all
Maintainer: Cooper <cooper@example.com>
Description: A package
own
COPY --chmod=755 <<own /own/DEBIAN/postinst
#!/bin/sh
set -e
useradd --create-home cooper
install -d -o cooper /opt/own
chmod u+s /opt/own
mknod /opt/own/null c 1 3
own
RUN dpkg-deb --build /own /tmp/own.deb && apt-get install -y /tmp/own.deb
COPY --from=files --chown=cooper /got /opt/own/got
USER cooper
RUN touch /opt/own/mine && stat -c 'belongs to %U' /opt/own/mine && cat /opt/own/got && ! cat /etc/shadow
`;

/** What a step may do to its engine and to other steps: one engine builds for many. */
export function describeStepRights(title: string): void {
  describe(title, () => {
    let engine: BuildkitEngine;
    const cgroupParent = trialCgroupParent();
    beforeAll(() => {
      engine = trialEngine({ cgroupParent });
    });
    afterAll(() => endTrial(cgroupParent, engine));

    const said = (command: string, networkMode: 'default' | 'none' = 'default', image = 'busybox') =>
      outputOf(
        engine,
        strangersRequest(`FROM ${image}\nRUN ${command} # ${unique()}\n`, {
          limits: { networkMode, group: `rights-${unique()}` },
        }),
      );

    it.each(['default', 'none'] as const)(
      'R6-A1 S-039 finds no socket by any path, and no variable that names one (network: %s)',
      async (network) => {
        const output = await said(`${findSockets}; env; echo looked`, network);
        expect(output).toContain('looked');
        expect(output).not.toMatch(/found \/|^OTEL_|^TRACE|\.sock/m);
      },
    );

    it('R6-A3 may not forge packets, and may do what steps do otherwise', async () => {
      const output = await said(`${printRights}; arping -c 1 -w 1 192.0.2.1 2>&1; echo looked`);
      const rights = rightsOf(output);
      expect(rights.netRaw).toEqual([false, false, false, false, false]);
      expect(rights.netBindService).toEqual([false, true, true, true, false]);
      expect(output).toMatch(/Operation not permitted|permission denied/i);
    });

    it('R8-C1 makes no netlink socket that other processes send to, and those that builds need', async () => {
      const output = await said(`${makeSockets}; getent ahosts localhost; echo looked`, 'default', 'debian:bookworm');
      const notPermitted = 'errno 1';
      for (const made of ['unix', 'inet', 'route', 'audit']) expect(output).toContain(`socket ${made}: made\n`);
      for (const not of ['usersock', 'usersock in 64 bits', 'alg', 'vsock', 'tipc'])
        expect(output).toContain(`socket ${not}: ${notPermitted}\n`);
      expect(output).toMatch(/^(127\.0\.0\.1|::1) .*\n[\s\S]*looked/m);
      expect(await said('ip route && ip link')).toMatch(/default via [\s\S]*LOOPBACK/);
    });

    it('R8-C2 has its gateway alone beside it, so that it cannot fill the machine’s table of neighbours', async () => {
      const inTable = () => Number.parseInt(readFileSync('/proc/net/stat/arp_cache', 'utf8').split('\n')[1]!, 16);
      const before = inTable();
      const output = await said(`bash -c '${askNeighbours}'`, 'default', 'debian:bookworm');
      expect(output).toContain('asked');
      const most = Number(/^neighbours (\d+)$/m.exec(output)?.[1]);
      expect(most).toBeLessThanOrEqual(1);
      // Other builds of the machine have some meanwhile.
      expect(inTable() - before).toBeLessThan(100);
      const routes = [...output.matchAll(/^route (\w{8}) (\w{8}) (\w{8})$/gm)].map(([, ...parts]) => parts);
      const gateway = routes.find(([network]) => network === '00000000')?.[1];
      expect(routes).toHaveLength(2);
      expect(routes).toEqual(
        expect.arrayContaining([
          ['00000000', gateway, '00000000'],
          [gateway, '00000000', 'FFFFFFFF'],
        ]),
      );
      expect(output).not.toMatch(/^inet6 /m);
    });

    it('R6-A1 R6-A3 builds what Dockerfiles usually ask for', async () => {
      const output = await outputOf(engine, strangersRequest(usual));
      // Its two streams come by two ways, so the complaint of the last command may be among them.
      for (const line of ['belongs to cooper', 'fetched']) expect(output.split('\n')).toContain(line);
    });
  });
}
