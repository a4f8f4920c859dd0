import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readStep, runtimeScript } from './step-output.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'cooperage-step-output-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function textOf(pipes: string): Promise<string> {
  const parts: string[] = [];
  await readStep(pipes, async ({ stream, data }) => void parts.push(`${stream}:${Buffer.from(data)}`));
  return parts.toSorted().join('');
}

it('what a step prints comes by its own two pipes, and what the runtime says by the first', async () => {
  const runc = path.join(folder, 'runc');
  const script = path.join(folder, 'runtime');
  const opened = `while [ -e ${script}.c1.2 ]; do sleep 0.01; done`;
  writeFileSync(runc, `#!/bin/sh\n${opened}; echo out; echo err >&2\n`, { mode: 0o700 });
  writeFileSync(script, runtimeScript(runc, 'MARK'), { mode: 0o700 });
  const runtime = spawn(script, ['create', 'c1'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = (await once(runtime.stdout, 'data')) as [Buffer];
  expect(said.toString()).toBe(`MARK ${script}.c1\n`);
  expect(await textOf(`${script}.c1`)).toBe('1:out\n2:err\n');
});

it('ends where the runtime was killed before anybody read, and before the step began', async () => {
  const pipes = path.join(folder, 'pipes');
  execFileSync('mkfifo', [`${pipes}.1`, `${pipes}.2`]);
  expect(await textOf(pipes)).toBe('');
});
