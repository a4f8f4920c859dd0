import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { until } from '@cooperage/e2e';
import { runProgram } from '../../world/run-program.js';

const files = {
  'package.json': '{ "name": "empty-next", "private": true }\n',
  'next.config.mjs':
    "import path from 'node:path';\nexport default { turbopack: { root: path.resolve(import.meta.dirname, '../../..') } };\n",
  'app/layout.js':
    'export default function Layout({ children }) {\n  return <html lang="en"><body>{children}</body></html>;\n}\n',
  'app/page.js':
    "export const dynamic = 'force-dynamic';\nexport default function Page() {\n  return <h1>Empty</h1>;\n}\n",
};

export interface EmptyNext {
  readonly origin: string;
  close(): Promise<void>;
}

/** An application of the same Next with one page that says one word: what every page of Next weighs at least. */
export async function startEmptyNext(checkout: string): Promise<EmptyNext> {
  built ??= build(checkout);
  const folder = await built;
  const { next, env } = programOf(checkout);
  const port = await freePort();
  const server = spawn(process.execPath, [next, 'start', '-H', '127.0.0.1', '-p', String(port)], {
    ...{ cwd: folder, env: { ...env, NODE_ENV: 'production' }, stdio: 'ignore' },
  });
  const ended = once(server, 'close');
  const origin = `http://127.0.0.1:${port}`;
  await until('the empty application answers', async () => (await fetch(origin).catch(() => null))?.ok);
  return {
    origin,
    close: async () => {
      server.kill();
      await ended;
    },
  };
}

/** Once in a run: several benchmarks compare with it. */
let built: Promise<string> | undefined;

async function build(checkout: string): Promise<string> {
  // Inside of the checkout, where the product's own Next and React are found.
  const folder = path.join(checkout, '.cooperage/bench/empty-next');
  await mkdir(path.join(folder, 'app'), { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
  const { next, env } = programOf(checkout);
  await runProgram({
    file: process.execPath,
    args: [next, 'build'],
    env: { ...env, NODE_ENV: 'production' },
    cwd: folder,
  });
  return folder;
}

function programOf(checkout: string) {
  const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', NEXT_TELEMETRY_DISABLED: '1' };
  return { next: path.join(checkout, 'node_modules/next/dist/bin/next'), env };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  return typeof address === 'object' && address ? address.port : 0;
}
