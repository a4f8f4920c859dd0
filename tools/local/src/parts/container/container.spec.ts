import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CHECKOUT } from '../../checkout.ts';
import { Instance } from '../instance.ts';
import { redisAgeProblem } from '../redis/redis-age.ts';
import { Container } from './container.ts';
import { IMAGES } from './container-parts.ts';

/** Whose the listener of every port is. */
let user: number;
vi.mock(import('../../processes/listeners.ts'), async (original) => ({
  ...(await original()),
  listenerAt: () => ({ inode: '0', uid: user }),
}));

let instance: Instance;
beforeEach(() => {
  instance = new Instance(mkdtempSync(path.join(tmpdir(), 'cooperage-container-')));
});
afterEach(() => rmSync(instance.folder, { recursive: true, force: true }));

function container(isReady: () => Promise<boolean>): Container {
  const docker = instance.file('docker');
  writeFileSync(docker, '#!/bin/sh\nif [ "$1" = inspect ]; then echo true; fi\n');
  chmodSync(docker, 0o755);
  const spec = { key: 'redis', image: 'redis', port: 6379, dataFolder: '/data', isReady, readyWithinMs: 500 };
  return new Container(instance, { docker, url: 'unix:///nowhere', version: '28' }, spec);
}

describe('a part in a container', () => {
  it('R6-A5 is sent nothing while another user has its port, and says so', async () => {
    user = (process.getuid?.() ?? 0) + 1;
    const isReady = vi.fn(async () => true);
    await expect(container(isReady).start()).rejects.toThrow(
      /did not get ready; port \d+ is taken by a process of user \d+/,
    );
    expect(isReady).not.toHaveBeenCalled();
  });

  it('is asked where root has the port, as Docker does', async () => {
    user = 0;
    const isReady = vi.fn(async () => true);
    await container(isReady).start();
    expect(isReady).toHaveBeenCalledOnce();
  });
});

describe('the images of parts in containers', () => {
  it.each(Object.values(IMAGES))('R12A-2 %s is the one of docker-compose.yml', (image) => {
    expect(readFileSync(path.join(CHECKOUT, 'docker-compose.yml'), 'utf8')).toContain(`_IMAGE:-${image}}`);
  });

  it('R12A-2 have a Redis without known holes in its scripts', () => {
    const version = IMAGES.redis.replace(/^redis:([\d.]+)-.*$/, '$1');
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(redisAgeProblem(version)).toBeUndefined();
  });
});
