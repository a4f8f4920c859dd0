import { describe, expect, it } from 'vitest';
import { Look } from './look.js';
import { MountTable, mountOf, writtenFolders } from './mounts.js';

const ours = String.raw`23 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
24 23 0:21 / /proc rw - proc proc rw
30 23 8:17 /volumes/builds /var/lib/build\040er rw - xfs /dev/sdb1 rw
`;
const root =
  '101 90 0:77 / / rw,relatime - overlay overlay rw,lowerdir=/var/lib/b/1/fs:/var/lib/b/2/fs,upperdir=/var/lib/b/3/fs,workdir=/var/lib/b/3/work';

function tableOf(mountinfo: string): MountTable {
  const table = new MountTable();
  for (const line of mountinfo.split('\n').slice(0, -1)) table.add(mountOf(line));
  return table;
}

function written(theirs: string) {
  return writtenFolders(tableOf(theirs), tableOf(ours), new Look());
}

describe('where a process writes', () => {
  it('is the top layer of its root, and what is mounted into it from a disk that we see too', async () => {
    const theirs = `${root}
102 101 0:78 / /proc rw - proc proc rw
103 101 0:79 / /dev rw - tmpfs tmpfs rw
104 101 8:1 /var/lib/b/9/fs /root/.cache rw - ext4 /dev/sda1 rw
105 101 8:1 /etc/hosts /etc/hosts ro - ext4 /dev/sda1 rw
106 101 8:17 /volumes/builds/4/fs /work rw - xfs /dev/sdb1 rw
107 101 8:99 /elsewhere /far rw - ext4 /dev/sdz rw
`;
    expect(await written(theirs)).toEqual([
      { path: '/var/lib/b/3/fs', isLayer: true },
      { path: '/var/lib/b/9/fs', isLayer: false },
      { path: '/var/lib/build er/4/fs', isLayer: false },
    ]);
  });

  it('is not known while the process is not contained yet: our own root is not its to fill', async () => {
    expect(await written(ours)).toBeNull();
    expect(await written('')).toBeNull();
  });

  it('is not guessed where a driver names its layer from a folder of its own', async () => {
    expect(await written('101 90 0:77 / / rw - overlay overlay rw,upperdir=3/diff,workdir=3/work\n')).toEqual([]);
  });
});
