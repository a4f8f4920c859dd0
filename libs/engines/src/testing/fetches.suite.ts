import { networkInterfaces } from 'node:os';
import { HostNames, NearHost, PackageServer, RedirectingServer, services } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { BuildkitEngine } from '../buildkit/engine.js';
import { failureOf, outputOf, strangersRequest } from './strangers-trial.js';
import { endTrial, trialCgroupParent, trialEngine } from './trial-engine.js';
import { unique } from './trial-request.js';

const decimal = (address: string) => String(address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0));
const octal = (address: string) =>
  address
    .split('.')
    .map((part) => `0${Number(part).toString(8)}`)
    .join('.');

/** An address of this machine that is not on its loopback. */
function ownAddress(): string {
  const own = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return own.find(({ family, internal }) => family === 'IPv4' && !internal)!.address;
}

/** What an engine itself fetches: whatever leads it there, it connects to nothing that is near. */
export function describeFetches(name: string): void {
  // A hosts file is read anew after some seconds, and a busy machine is no failure.
  describe(name, { timeout: 180_000 }, () => {
    const cgroupParent = trialCgroupParent();
    const names = new HostNames();
    let engine: BuildkitEngine;
    let closed: PackageServer;
    let closed6: PackageServer;
    let open: RedirectingServer;
    let near: NearHost;
    /** `host:port` by names: of what is near, of the redirecting server, and of a host of the internet. */
    let nearNames: readonly string[];
    let openName: string;
    let farName: string;

    beforeAll(async () => {
      closed = await PackageServer.start('secret', '0.0.0.0');
      closed6 = await PackageServer.start('secret', '::1');
      open = await RedirectingServer.start();
      near = await NearHost.start();
      engine = trialEngine({ cgroupParent, allowedSourceHosts: [open.host] });
      nearNames = [
        ...['127.0.0.1', ownAddress()].map((address) => `${names.lead(address)}:${closed.port}`),
        `${names.lead('::1')}:${closed6.port}`,
        ...[...near.addresses, near.address6].map((address) => `${names.lead(address)}:${near.port}`),
      ];
      farName = `${names.lead(near.openAddress)}:${near.port}`;
      openName = names.lead(services().reachableAddress);
      // The engine reads the file of names every few seconds only.
      await vi.waitUntil(() => knows(openName), { timeout: 60_000, interval: 500 });
    });
    afterAll(async () => {
      names.close();
      await Promise.all([closed.close(), closed6.close(), open.close(), near.close()]);
      await endTrial(cgroupParent, engine);
    });

    /** Whether the engine comes to the redirecting server by this name. */
    const knows = async (name: string): Promise<boolean> => {
      const before = open.asked;
      const url = open.to(`http://127.0.0.1:${closed.port}/${unique()}`, name);
      await failureOf(engine, strangersRequest(`FROM busybox\nADD ${url} /x\n`)).catch(() => {});
      return open.asked > before;
    };

    /** Everything that is near, by numbers. */
    const nearPlaces = (): string[] => [
      `127.0.0.1:${closed.port}`,
      `${ownAddress()}:${closed.port}`,
      `${decimal('127.0.0.1')}:${closed.port}`,
      `${octal('127.0.0.1')}:${closed.port}`,
      `[::1]:${closed6.port}`,
      `[::ffff:127.0.0.1]:${closed.port}`,
      ...near.places,
    ];
    const visitsOfNear = () => near.asked.filter((line) => line.startsWith('asked')).length;
    const visits = () => closed.asked + closed6.asked + visitsOfNear();

    /** All at once: none of them is built, and nobody near is asked. */
    async function comesToNothing(dockerfiles: readonly string[]): Promise<void> {
      const before = visits();
      const failures = await Promise.all(dockerfiles.map((text) => failureOf(engine, strangersRequest(text))));
      expect(failures.map(({ code }) => code)).not.toContain('InternalError');
      expect([visits() - before, failures.length]).toEqual([0, dockerfiles.length]);
    }

    it('is tried with places that answer whoever may ask', async () => {
      const places = [`127.0.0.1:${closed.port}`, `${ownAddress()}:${closed.port}`, `[::1]:${closed6.port}`];
      const all = [...places, ...nearNames, ...near.places];
      const before = visitsOfNear();
      for (const place of all) expect([place, (await fetch(`http://${place}/`)).status]).toEqual([place, 200]);
      // What the other host writes of a visit comes after its answer, and would count for the next test.
      await expect
        .poll(() => visitsOfNear() - before)
        .toBe(all.filter((place) => place.endsWith(`:${near.port}`)).length);
    });

    it('R-C2 S-038 ADD fetches from no name that leads to something near [A3 fetch filter]', async () => {
      await comesToNothing(nearNames.map((place) => `FROM busybox\nADD http://${place}/${unique()} /x\n`));
    });

    it('R-C2 S-038 ADD follows no redirect to something near', async () => {
      const before = open.asked;
      const targets = [...nearPlaces(), ...nearNames].map((place) => `http://${place}/${unique()}`);
      await comesToNothing(targets.map((target) => `FROM busybox\nADD ${open.to(target)} /x\n`));
      expect(open.asked - before).toBeGreaterThanOrEqual(targets.length);
    });

    it('R-C2 S-038 ADD clones no repository from something near', async () => {
      const before = open.asked;
      const repositories = [
        ...nearNames.flatMap((place) => [`http://${place}/${unique()}.git#main`, `git://${place}/${unique()}.git`]),
        ...nearPlaces().map((place) => `${open.to(`http://${place}/${unique()}`, openName)}/x.git#main`),
      ];
      await comesToNothing(repositories.map((address) => `FROM busybox\nADD ${address} /x\n`));
      expect(open.asked).toBeGreaterThan(before);
    });

    it('R-C2 FROM asks no registry that is near, by name or number [A3 fetch filter]', async () => {
      const hosts = [...nearPlaces(), ...nearNames];
      await comesToNothing(hosts.map((host) => `FROM ${host}/base/${unique()}\n`));
    });

    it('R-C2 FROM asks nothing near for a token, and follows no registry there [A3 fetch filter]', async () => {
      const before = open.asked;
      const targets = [...nearPlaces(), ...nearNames].map((place) => `http://${place}/${unique()}`);
      await comesToNothing(
        targets.flatMap((target) => [`FROM ${open.imageWithRealm(target)}\n`, `FROM ${open.imageElsewhere(target)}\n`]),
      );
      expect(open.asked - before).toBeGreaterThanOrEqual(targets.length * 2);
    });

    it('R-C2 ADD is cut where what it fetches does not end', async () => {
      const { openAddress, asked } = near;
      const before = asked.length;
      const text = `FROM busybox\nADD http://${farName}/endless-${unique()} /x\n`;
      await expect(failureOf(engine, strangersRequest(text))).resolves.toBeDefined();
      // It was let through until then.
      expect(asked.filter((line) => line.endsWith(openAddress))).toHaveLength(1);
      // How much it was sent is noted when its connection ends: not in the time of the next test.
      await expect.poll(() => asked.slice(before).filter((line) => line.startsWith('sent '))).toHaveLength(1);
    });

    it('R-L2 FROM is cut where the manifest that a registry makes up does not end', async () => {
      const before = near.asked.length;
      const image = open.imageElsewhere(`http://${near.openAddress}:${near.port}/unbounded-${unique()}`);
      await expect(failureOf(engine, strangersRequest(`FROM ${image}\n`))).resolves.toMatchObject({
        code: 'RegistryUnavailable',
      });
      const sent = () => near.asked.slice(before).filter((line) => line.startsWith('sent '));
      await expect.poll(sent).toHaveLength(1);
      // The rule of these engines lets 64 MiB through; what the sockets of both sides hold comes on top.
      expect(Number(sent()[0]!.split(' ')[1])).toBeLessThan(128 * 2 ** 20);
    });

    it('R-C2 says of itself that it reaches nothing near', async () => {
      expect(await engine.reachesNear(AbortSignal.timeout(60_000))).toBe('refused');
    });

    it('R-C2 S-039 S-040 RUN reaches nothing near, in any notation [A3 isolated steps]', async () => {
      const before = visits();
      const places = [...nearPlaces(), ...near.addresses.map((address) => `${decimal(address)}:${near.port}`)];
      const targets = places.map((place) => place.replace(/^\[?([^\]]+)\]?:(\d+)$/, '$1 $2'));
      const one = (target: string) => `(timeout 2 nc ${target} </dev/null >/dev/null 2>&1 && echo "open: ${target}" &)`;
      const command = `${targets.map(one).join('; ')}; sleep 3; echo looked`;
      const output = await outputOf(engine, strangersRequest(`FROM busybox\nRUN ${command} # ${unique()}\n`));
      expect(output).toContain('looked');
      expect(output).not.toContain('open:');
      expect(visits()).toBe(before);
    });
  });
}
