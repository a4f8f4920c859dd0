import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineConnection } from '@cooperage/buildkit';
import { expect, it, onTestFinished } from 'vitest';
import { EngineInUse, emptyEngine } from './empty.js';

it('V9A-L7 an engine that gives no sign of life while it is emptied counts as one that has to end', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cooperage-silent-'));
  const path = join(folder, 'engine.sock');
  // It takes every call, and answers none.
  const server = createServer();
  server.on('stream', (stream) => stream.on('error', () => {}));
  server.on('session', (session) => session.on('error', () => {}));
  server.listen(path);
  await once(server, 'listening');
  const connection = new EngineConnection({ address: `unix://${path}`, dialect: 'buildkit' });
  onTestFinished(async () => {
    await connection.close();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const emptied = emptyEngine(connection, 1_000, 200);
  await expect(emptied).rejects.toThrow(EngineInUse);
  await expect(emptied).rejects.toThrow('does not answer while it is emptied');
});
