import { type OddImage, OddImageServer, PackageServer, RedirectingServer } from '@cooperage/testing';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { failureOf, outputOf, strangersRequest } from '../testing/strangers-trial.js';
import { endTrial, trialCgroupParent, trialEngine } from '../testing/trial-engine.js';

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

  /** One frame (RFC 8878) with blocks that each repeat a zero 131,072 times: a tar of nothing. */
  const zeros = (header: readonly number[], blocks: number) => {
    const repeated = Array.from({ length: blocks }, (_, at) => [at === blocks - 1 ? 3 : 2, 0x00, 0x10, 0x00]);
    const packed = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, ...header, ...repeated.flat()]);
    return { layer: { packed, unpacked: Buffer.alloc(blocks * 131_072) } };
  };

  it.each([
    ['R7-C5', '64 MiB', [0x00, 0x80]],
    ['R8-C5', '16 MiB', [0x00, 0x70]],
  ])('%s a layer is not unpacked where that needs a window of %s', async (_id, _size, header) => {
    const { image } = await serve(zeros(header, 1));
    const failure = await failureOf(engine, strangersRequest(`FROM ${image}\nWORKDIR /x\n`));
    expect(failure.message).toContain('window size');
  });

  it('R8-C5 a layer of 16 MiB is not unpacked where its frame has no window and is kept whole', async () => {
    const { image } = await serve(zeros([0xa0, 0x00, 0x00, 0x00, 0x01], 128));
    const failure = await failureOf(engine, strangersRequest(`FROM ${image}\nWORKDIR /x\n`));
    expect(failure.message).toContain('size exceeds');
  });

  it('R8-C5 more layers than are unpacked at once are all unpacked, with the window that BuildKit writes', async () => {
    const images = await Promise.all(
      Array.from({ length: 20 }, async (_, at) => (await serve(zeros([0x00, 0x68], at + 1))).image),
    );
    const from = images.map((image, at) => `FROM ${image} AS s${at}\nWORKDIR /x${at}\n`);
    const copies = images.map((_, at) => `COPY --from=s${at} /x${at} /x${at}\n`);
    const request = strangersRequest(`${from.join('')}FROM scratch\n${copies.join('')}`);
    await outputOf(engine, request);
  });
});
