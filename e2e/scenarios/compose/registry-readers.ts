import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import type { ComposeProduct } from '@cooperage/e2e';
import { registryToken, services } from '@cooperage/testing';
import { describe, expect, it } from 'vitest';
import type { Suite } from '../shared/suite.js';

const callers = 60;
/** Their list is some 2.6 MB. */
const tags = 20_000;
/** Without a bound, the registry holds some 5 MB for each caller: 300 MB. */
const mostMore = 150 * 1024 * 1024;

/** Who reads the registry from outside. */
export function registryReaders(suite: Suite<ComposeProduct>): void {
  describe('callers who ask for a long list of tags and do not read it', () => {
    it('R11-2 take neither the memory of the registry nor the way of those who pull', async () => {
      const { product } = suite;
      const repository = await product.repository({ visibility: 'public' });
      const files = { Dockerfile: 'FROM busybox\nCOPY word /word\n', word: 'many tags\n' };
      const build = await product.build(repository, files);
      expect(build.status).toBe('succeeded');
      const name = `${repository.project.organizationSlug}/${repository.project.slug}`;
      const folder = `/var/lib/registry/docker/registry/v2/repositories/${name}/_manifests/tags`;
      const long = 't'.repeat(120);
      const inRegistry = (script: string) => product.compose('exec', '-T', 'registry', 'sh', '-euc', script);
      // The registry lists folders. Made by pushes, they would take minutes.
      await inRegistry(`cd ${folder}; seq -f ${long}%05g ${tags} | xargs mkdir`);
      const pid = await product.mainPidOf('registry');
      const before = await memoryOf(pid);

      const request = [
        `GET /v2/${name}/tags/list HTTP/1.1`,
        `host: ${product.pullHost}`,
        `authorization: Bearer ${registryToken(name, ['pull'], product.registryAccess)}`,
      ];
      const sockets = Array.from({ length: callers }, () => {
        // Not by the test's own line, which would read.
        const socket = connect(5000, product.docker.started.address).on('error', () => undefined);
        socket.write(`${request.join('\r\n')}\r\n\r\n`);
        // A first part says that the registry has been asked.
        socket.once('data', () => socket.pause());
        return socket;
      });
      await expect.poll(() => sockets.filter(({ bytesRead }) => bytesRead === 0), { timeout: 120_000 }).toEqual([]);
      expect((await memoryOf(pid)) - before).toBeLessThan(mostMore);
      const tar = path.join(product.docker.folder, 'beside.tar');
      await promisify(execFile)(services().tools.crane!, [
        'pull',
        '--insecure',
        `${product.pullHost}/${name}:main`,
        tar,
      ]);
      expect(await product.mainPidOf('registry')).toBe(pid);
      for (const socket of sockets) socket.destroy();
      await inRegistry(`cd ${folder}; find . -maxdepth 1 -name '${long}*' -exec rm -r {} +`);
    });
  });
}

/** Bytes that a process has in memory (proc_pid_status(5)). */
async function memoryOf(pid: number): Promise<number> {
  const [, kibibytes] = /^VmRSS:\s*(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kibibytes) * 1024;
}
