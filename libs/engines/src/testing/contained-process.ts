import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

/** As an engine does it: it mounts the layers, and its runtime makes them the root of a process with mounts of its own. */
const engine = `
import ctypes, os, sys
c = ctypes.CDLL(None, use_errno=True)
c.mmap.restype = ctypes.c_void_p
def must(result):
    if result != 0: raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
folder = sys.argv[1].encode()
for name in (b'lower', b'upper', b'work', b'root'): os.mkdir(folder + b'/' + name)
must(c.unshare(0x20000))
must(c.mount(None, b'/', None, 0x44000, None))
layers = b'lowerdir=%b/lower,upperdir=%b/upper,workdir=%b/work' % (folder, folder, folder)
must(c.mount(b'overlay', folder + b'/root', b'overlay', 0, layers))
step = os.fork()
if step > 0:
    os.waitpid(step, 0)
    sys.exit()
must(c.prctl(1, 9))
must(c.unshare(0x20000))
os.chdir(folder + b'/root')
os.mkdir('old')
must(c.pivot_root(b'.', b'old'))
os.chroot('.')
os.chdir('/')
must(c.umount2(b'/old', 2))
exec(sys.argv[2])
print(os.getpid(), flush=True)
sys.stdin.read()
`;

/**
 * A process as a step is one, which runs until the end of the test. It needs to be root.
 * @param script Python that it has run when this is over, with `c` as its library
 * @returns its id, and its layer
 */
export async function containedProcess(script: string): Promise<{ pid: number; layer: string }> {
  const folder = await onDisk();
  const child = spawn('python3', ['-c', engine, folder, script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  onTestFinished(async () => {
    child.stdin.end();
    await ended;
  });
  for await (const line of createInterface(child.stdout)) return { pid: Number(line), layer: join(folder, 'upper') };
  throw new Error('the process has ended');
}

export async function onDisk(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'contained-'));
  // Paths in it may be longer than Node takes.
  onTestFinished(() => void execFileSync('rm', ['-rf', folder]));
  return folder;
}
