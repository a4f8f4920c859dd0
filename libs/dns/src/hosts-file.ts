import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';

/** What a hosts file says of a name, in its order; see hosts(5). A file that cannot be read says nothing. */
export async function fromHostsFile(file: string, name: string): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const wanted = name.toLowerCase();
  return text.split('\n').flatMap((line) => {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().toLowerCase().split(/\s+/);
    return isIP(address) !== 0 && names.includes(wanted) ? [address] : [];
  });
}
