import { describe, expect, it } from 'vitest';
import type { GroupLease } from '../cgroup/step-groups.js';
import { containedProcess } from '../testing/contained-process.js';
import { DiskWatch } from './disk-watch.js';
import { Look } from './look.js';
import { WrittenFolders } from './written-folders.js';

const bytes = 3 * 2 ** 20;
const changesRoot = "os.mkdir('/a'); os.chroot('/a'); os.chdir('/')";
const inDeep = "for _ in range(30): os.mkdir('d' * 200); os.chdir('d' * 200)\nos.chroot('.')";
const writes = `f = os.open('/file', os.O_RDWR | os.O_CREAT); os.posix_fallocate(f, 0, ${bytes}); os.close(f)`;

describe('R22B-3 a step whose processes are all in a changed root', () => {
  it.each([
    ['as it began', ''],
    ['in a plain folder', changesRoot],
    ['in one that is deeper than a path is long', inDeep],
    ['in one within that', `${changesRoot}; ${changesRoot}`],
  ])('is seen to write to its layer %s', async (_what, changes) => {
    const { pid, layer } = await containedProcess(`${changes}\n${writes}`);
    const written = new WrittenFolders();
    expect([...(await written.of([pid], new Look())).values()]).toEqual([{ path: layer, isLayer: true }]);
    expect(written.isBlind).toBe(false);
    expect([...(await written.of([pid], new Look())).keys()]).toEqual([layer]);
  });

  it('is not known to write where its root is a mount that nobody else has', async () => {
    const { pid } = await containedProcess(`
os.mkdir('/m')
must(c.mount(b'x', b'/m', b'tmpfs', 0, None))
os.chroot('/m')`);
    const written = new WrittenFolders();
    expect([...(await written.of([pid], new Look()))]).toEqual([]);
    expect(written.isBlind).toBe(true);
  });

  it('ends at the limit of its disk', async () => {
    const { pid } = await containedProcess(`${changesRoot}\n${writes}`);
    const group = { processes: () => [pid], hold: () => undefined } as unknown as GroupLease;
    const watch = new DiskWatch(group, bytes - 1);
    await new Promise((resolve) => watch.signal.addEventListener('abort', resolve));
    expect(watch.failure?.code).toBe('DiskLimit');
  });
});
