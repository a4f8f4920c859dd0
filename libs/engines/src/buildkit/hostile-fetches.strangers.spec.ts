import { type OddImage, OddImageServer, PackageServer, RedirectingServer } from '@cooperage/testing';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { describeFetches } from '../testing/fetches.suite.js';
import { failureOf, strangersRequest } from '../testing/strangers-trial.js';
import { endTrial, trialCgroupParent, trialEngine } from '../testing/trial-engine.js';

describeFetches('what the engine for code of strangers fetches itself');

describe('what takes the memory of an engine', { timeout: 180_000 }, () => {
  const cgroupParent = trialCgroupParent();
  const engine = trialEngine({ cgroupParent });
  afterAll(() => endTrial(cgroupParent, engine));

  const serve = async (image: OddImage): Promise<OddImageServer> => {
    const server = await OddImageServer.start(image);
    onTestFinished(() => server.close());
    return server;
  };

  it('R6-A7 what an image says of itself is not fetched where it is larger than 8 MiB, and the build names the image', async () => {
    const server = await serve({ configBytes: 16 * 2 ** 20 });
    for (const text of [`FROM ${server.image}\n`, `FROM busybox\nCOPY --from=${server.image} / /x\n`]) {
      const failure = await failureOf(engine, strangersRequest(text));
      expect(failure.message).toContain(server.image);
      expect([failure.code, server.asked]).toEqual(['FetchLimit', 0]);
    }
  });

  it('R7-C2 what an image appends to a Dockerfile expands to 1 MiB at most', async () => {
    const longer = (from: string, to: string) => `ARG ${to}=${`$${from}`.repeat(10)}`;
    const chain = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const onBuild = ['ARG a=0123456789', ...chain.slice(1).map((to, at) => longer(chain[at]!, to))];
    const replaced = [
      'ARG a=0123456789',
      ...chain.slice(1, 5).map((to, at) => longer(chain[at]!, to)),
      'ARG x=$' + '{e//0/$e}',
    ];
    for (const lines of [onBuild, replaced]) {
      const { image } = await serve({ onBuild: lines });
      const failure = await failureOf(engine, strangersRequest(`FROM ${image}\n`));
      expect(failure).toMatchObject({ code: 'DockerfileInvalid', message: expect.stringContaining('1 MiB') });
    }
  });

  it('R7-C3 a token of a registry is read to 1 MiB at most', async () => {
    const tokens = await PackageServer.start(JSON.stringify({ token: 'a'.repeat(2 * 2 ** 20) }));
    const registry = await RedirectingServer.start();
    onTestFinished(async () => void (await Promise.all([tokens.close(), registry.close()])));
    const image = registry.imageWithRealm(`http://${tokens.host}/token`);
    const failure = await failureOf(engine, strangersRequest(`FROM ${image}\n`));
    expect(String(failure.cause)).toContain('unable to decode token response');
  });

  it('R7-C5 a layer is not unpacked where that needs a window of more than 32 MiB', async () => {
    // A frame with a window of 64 MiB, and one block that repeats a zero 131,072 times (RFC 8878): a tar of nothing.
    const packed = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x80, 0x03, 0x00, 0x10, 0x00]);
    const { image } = await serve({ layer: { packed, unpacked: Buffer.alloc(131_072) } });
    const failure = await failureOf(engine, strangersRequest(`FROM ${image}\nWORKDIR /x\n`));
    expect(failure.message).toContain('window size');
  });
});
