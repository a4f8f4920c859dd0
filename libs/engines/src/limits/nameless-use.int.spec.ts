import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { containedProcess, onDisk } from '../testing/contained-process.js';
import { MemoryFiles } from './in-memory.js';
import { Look } from './look.js';
import { mappedFiles } from './mapped-files.js';
import { namelessUse } from './nameless-use.js';

describe('R22B-2 a file without a name, of a step that chooses its names', () => {
  const bytes = 3 * 2 ** 20;
  /** A file of that size in this folder, open and without a name. `more` is done with it as `f`, and then it waits. */
  const unlinked = (path: string, more: string) => `
import ctypes, os, sys
os.chdir(sys.argv[1])
f = os.open(${path}, os.O_RDWR | os.O_CREAT)
os.unlink(${path})
os.posix_fallocate(f, 0, ${bytes})
c = ctypes.CDLL(None, use_errno=True)
c.mmap.restype = ctypes.c_void_p
def mapped():
    assert c.mmap(None, ctypes.c_size_t(4096), 1, 1, f, ctypes.c_long(0)) != ctypes.c_void_p(-1).value
${more}
print('ready', flush=True)
sys.stdin.read()
`;
  /** What is counted of such a process. */
  async function counted(script: string, folder: string): Promise<number> {
    const child = spawn('python3', ['-c', script, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    return namelessUse([child.pid!], new Look());
  }
  it.each([
    ['open', "'plain'", '', bytes],
    ['mapped and closed', "'mapped'", 'mapped(); os.close(f)', bytes],
    ['both', "'both'", 'mapped()', bytes],
    ['in folders that are deeper than a path is long', "'deep'", deep(bytes), 2 * bytes],
  ])('is counted once where it is %s', async (_what, path, more, expected) => {
    const folder = await onDisk();
    expect(await counted(unlinked(path, more), folder)).toBe(expected);
  });

  it.each(['/memfd:x', '/SYSV0', '/anon_hugepage', '/dev/shm/x'])('is counted as %s', async (name) => {
    const { pid } = await containedProcess(`
os.makedirs('/dev/shm')
f = os.open('${name}', os.O_RDWR | os.O_CREAT)
os.unlink('${name}')
os.posix_fallocate(f, 0, ${bytes})`);
    expect(await namelessUse([pid], new Look())).toBe(bytes);
  });

  it('is counted where it is mapped in the layer of a step', async () => {
    const { pid } = await containedProcess(`
f = os.open('/x', os.O_RDWR | os.O_CREAT)
os.unlink('/x')
os.posix_fallocate(f, 0, ${bytes})
assert c.mmap(None, ctypes.c_size_t(4096), 1, 1, f, ctypes.c_long(0)) != ctypes.c_void_p(-1).value
os.close(f)`);
    expect(await namelessUse([pid], new Look())).toBe(bytes);
  });

  it('is not where it lies in memory, whatever its name is', async () => {
    const inMemory = `f = os.memfd_create('x'); os.posix_fallocate(f, 0, ${bytes}); mapped()`;
    expect(await counted(unlinked("'plain'", `os.close(f); ${inMemory}`), await onDisk())).toBe(0);
    expect(await counted(unlinked("'plain'", 'mapped()'), '/dev/shm')).toBe(0);
  });

  it('ends the build where a look at what is mapped does not end', async () => {
    const proc = await onDisk();
    await mkdir(join(proc, '7'));
    execFileSync('mkfifo', [join(proc, '7/maps')]);
    await expect(mappedFiles([7], new MemoryFiles(), new Look(), proc, 200)).rejects.toMatchObject({
      code: 'DiskLimit',
      message: expect.stringContaining('mapped'),
    });
  });
});

/** Python: one more such file at the end of folders whose path is longer than the kernel shows. */
function deep(bytes: number): string {
  return `
for _ in range(30):
    os.mkdir('d' * 200); os.chdir('d' * 200)
g = os.open('x', os.O_RDWR | os.O_CREAT); os.unlink('x'); os.posix_fallocate(g, 0, ${bytes})`;
}
