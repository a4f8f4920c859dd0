import { services, startDockerEngine } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageExporter, imageOfRecord } from '../attrs/attrs.js';
import { findBuild, readContent, watchHistory } from '../history/history.js';
import { diskUsage, listWorkers, readInfo } from '../info/info.js';
import { methods } from '../proto/methods.js';
import { build } from '../testing/small-build.js';
import { makeCertificates, type Standalone, startStandalone } from '../testing/standalone.js';
import { EngineConnection } from './connection.js';
import { ConnectionLost, RpcError, rpcCode } from './errors.js';
import { startHeartbeat } from './heartbeat.js';

const enginePath = services().engine.slice('unix://'.length);
const copied = (command: string) => `FROM busybox\nCOPY a.txt /\nRUN ${command}`;

describe.each([
  ['a Docker engine on a socket', async () => ({ tls: undefined, ...(await startDockerEngine()) })],
  [
    'a standalone engine on a socket',
    async () => ({ address: services().engine, tls: undefined, stop: async () => {} }),
  ],
  [
    'a standalone engine on a port',
    async () => {
      const standalone = await startStandalone(enginePath);
      return { address: standalone.address, tls: undefined, stop: standalone.stop };
    },
  ],
  [
    'a standalone engine behind mutual TLS',
    async () => {
      const { server, client, remove } = makeCertificates();
      const standalone = await startStandalone(enginePath, server);
      const stop = async () => {
        await standalone.stop();
        remove();
      };
      return { address: standalone.address, tls: client, stop };
    },
  ],
])('%s', (name, start) => {
  let connection: EngineConnection;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    const { address, tls, ...rest } = await start();
    connection = new EngineConnection({ address, tls });
    stop = rest.stop;
  });
  afterAll(async () => {
    await connection.close();
    await stop();
  });

  it('says what it is', async () => {
    const { dockerVersion } = await readInfo(connection);
    if (name.startsWith('a Docker')) expect(dockerVersion).toMatch(/^\d+\./);
    else expect(dockerVersion).toBeNull();
    expect((await listWorkers(connection))[0]?.platforms).toContain('linux/amd64');
    expect(Array.isArray(await diskUsage(connection))).toBe(true);
  });

  it('builds with files from a session, and remembers it', async () => {
    const { reference, output } = await build(connection, copied('cat /a.txt'));
    expect(output).toMatch(/^file 0\./);
    expect(await findBuild(connection, reference)).toMatchObject({ state: 'succeeded' });
    await expect(build(connection, copied('exit 3'))).rejects.toMatchObject({ exitCode: 3, lines: { startLine: 3 } });
  });

  it('answers with typed errors', async () => {
    const missing = `sha256:${'0'.repeat(64)}`;
    await expect(readContent(connection, missing, 1_000)).rejects.toBeInstanceOf(RpcError);
  });
});

describe('a connection', () => {
  let standalone: Standalone;
  let connection: EngineConnection;

  beforeAll(async () => {
    standalone = await startStandalone(enginePath);
    connection = new EngineConnection({ address: standalone.address, connectTimeoutMs: 1_000 });
  });
  afterAll(async () => {
    await connection.close();
    await standalone.stop();
  });

  it('is kept for all short calls', async () => {
    await Promise.all([readInfo(connection), readInfo(connection), readInfo(connection)]);
    const before = standalone.connections();
    for (let i = 0; i < 5; i++) await readInfo(connection);
    expect(standalone.connections()).toBe(before);
  });

  it('that breaks is an error of its own, and the next call opens another', async () => {
    const watch = watchHistory(connection, 'feed');
    await readInfo(connection);
    const call = await connection.start(methods.history, { Ref: 'feed' }, () => {});
    standalone.cut();
    await expect(call.done).rejects.toBeInstanceOf(ConnectionLost);
    expect(await watch.record).toBeNull();
    expect(await readInfo(connection)).toBeDefined();
  });

  it('that breaks when the image is pushed and only the answer is missing: the history has it', async () => {
    const exporters = [imageExporter({ host: services().openRegistry, repository: 'trial/answer' })];
    standalone.cutBeforeAnswer('Control/Solve');
    const { reference, image } = await build(connection, copied('true'), { exporters });
    expect(image).toMatchObject({ digest: expect.stringMatching(/^sha256:/), sizeBytes: expect.any(Number) });
    const fate = await findBuild(connection, reference);
    expect(fate.state === 'succeeded' && imageOfRecord(fate.record)).toEqual(image);
  });

  it('that is silent runs into the deadline, and its heart stops', async () => {
    await readInfo(connection);
    standalone.freeze();
    try {
      await expect(connection.unary(methods.info, {}, { timeoutMs: 100 })).rejects.toMatchObject({
        code: rpcCode.deadlineExceeded,
      });
      const silent = new Promise<void>((resolve) => {
        const stop = startHeartbeat(connection, 100, () => {
          stop();
          resolve();
        });
      });
      await silent;
    } finally {
      standalone.thaw();
    }
  });

  it('to nobody, or to a stranger, is refused', async () => {
    const nobody = new EngineConnection({ address: 'tcp://127.0.0.1:9' });
    await expect(readInfo(nobody)).rejects.toMatchObject({ name: 'ConnectionLost', phase: 'connect' });
    const { server, stranger, remove } = makeCertificates();
    const guarded = await startStandalone(enginePath, server);
    for (const tls of [stranger, undefined]) {
      const intruder = new EngineConnection({ address: guarded.address, tls, connectTimeoutMs: 1_000 });
      await expect(readInfo(intruder)).rejects.toBeInstanceOf(ConnectionLost);
      await intruder.close();
    }
    await guarded.stop();
    remove();
  });
});
