import { createReadStream } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { runProgram } from '../../world/run-program.js';

/** The peer, and what it is shown with. */
export const logviewer = '@melloware/react-logviewer 6.5.5';
const dependencies = { '@melloware/react-logviewer': '6.5.5', react: '19.3.1', 'react-dom': '19.3.1' };

/** As its documentation advises: `stream` for what is read over the network, in a box of a fixed height. */
const files = {
  'package.json': JSON.stringify({ name: 'logviewer', private: true, type: 'module', dependencies }),
  'index.html':
    '<!doctype html><html lang="en"><body><div id="root"></div><script type="module" src="/main.js"></script>',
  'main.js': `import { LazyLog } from '@melloware/react-logviewer';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
const log = createElement(LazyLog, {
  url: '/log', stream: true, enableSearch: true, height: 800, onLoad: () => { document.title = 'loaded'; },
});
createRoot(document.getElementById('root')).render(createElement('div', { style: { height: 800 } }, log));
`,
};

const installMs = 120_000;

export interface LogviewerPage {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Gets the peer by npm into a folder of the benchmark, builds a page with it and nothing else, and serves that with a log
 * from memory of the machine: nobody is asked for anything.
 * @throws {Error} where it cannot be had, as without a network
 */
export async function startLogviewer(checkout: string, logFile: string): Promise<LogviewerPage> {
  const folder = path.join(checkout, '.cooperage/bench/logviewer');
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
  const bin = path.dirname(process.execPath);
  // All of it: how the registry is reached from here, and what it is trusted by, is said there.
  const env = { ...(process.env as Record<string, string>), PATH: `${bin}:${process.env.PATH ?? ''}` };
  const [npm, vite] = [path.join(bin, 'npm'), path.join(checkout, 'node_modules/vite/bin/vite.js')];
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--workspaces=false'];
  await runProgram({ file: npm, args: install, env, cwd: folder, withinMs: installMs });
  await runProgram({ file: process.execPath, args: [vite, 'build', '--logLevel', 'error'], env, cwd: folder });
  return serve(path.join(folder, 'dist'), logFile);
}

const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

async function serve(root: string, logFile: string): Promise<LogviewerPage> {
  const server = createServer(async ({ url = '/' }, response) => {
    const name = url === '/' ? 'index.html' : path.normalize(url).replace(/^(\.\.[/\\])+/, '');
    const file = url === '/log' ? logFile : path.join(root, name);
    const size = await stat(file).then(
      (found) => (found.isFile() ? found.size : null),
      () => null,
    );
    if (size === null) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': types[path.extname(file)] ?? 'text/plain', 'content-length': size });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
