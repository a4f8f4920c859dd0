import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHECKOUT } from '../checkout.ts';
import { Instance } from '../parts/instance.ts';
import { httpAnswer, impostor } from '../testing/impostor.ts';
import { superviseNode } from './processes.ts';

let instance: Instance;
beforeEach(() => {
  instance = new Instance(mkdtempSync(path.join(tmpdir(), 'cooperage-processes-')));
});
afterEach(() => rmSync(instance.folder, { recursive: true, force: true }));

const SERVER =
  "require('node:http').createServer((_, answer) => answer.end()).listen(Number(process.env.PORT), '127.0.0.1');";

describe('a process of ours', () => {
  it('R6-A5 does not start while another process answers /healthz at its port', async () => {
    const other = await impostor(httpAnswer('ok'));
    const { port } = other;
    const script = instance.file('server.cjs');
    writeFileSync(script, SERVER);
    const spec = { key: 'api', script: path.relative(CHECKOUT, script), healthPath: '/healthz', port };
    const started = superviseNode(instance, { ...spec, environment: { PORT: String(port) } }, () => {});
    await expect(started.start()).rejects.toThrow(new RegExp(`api ended.*port ${port}.*EADDRINUSE`, 's'));
    expect(other.heard()).toBe('');
    other.close();
    await started.stop();
  });
});
