import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { blobPath, collect, KnownBlobs, readLayout, writeIndex } from './layout.js';

describe('an OCI layout on a disk', () => {
  let root: string;
  let known: KnownBlobs;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'cooperage-layout-'));
    known = new KnownBlobs();
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  async function put(folder: string, content: string) {
    const bytes = Buffer.from(content);
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    mkdirSync(join(folder, 'blobs/sha256'), { recursive: true });
    writeFileSync(blobPath(folder, digest), bytes);
    await known.learn(folder, digest);
    return { digest, size: bytes.length };
  }
  async function publish(folder: string, layer: string) {
    const manifest = await put(folder, JSON.stringify({ layers: [await put(folder, layer)] }));
    await writeIndex(folder, manifest.digest, known, 10);
    return manifest.digest;
  }

  it('R11-3 is remembered as far as it is there: what was collected and removed is forgotten', async () => {
    const folders = ['a/1', 'a/2', 'ab/1'].map((name) => join(root, name));
    for (const folder of folders) await publish(folder, 'first');
    expect(known.size).toBe(6);
    const digest = await publish(folders[0]!, 'second');
    expect(known.size).toBe(8);
    collect(folders[0]!, mkdtempSync(join(root, 'bin-')), known);
    expect(known.size).toBe(6);
    expect(readdirSync(join(folders[0]!, 'blobs/sha256'))).toHaveLength(2);
    expect(await readLayout(folders[0]!, known)).toBe(digest);
    known.forget(folders[0]!);
    expect(known.size).toBe(4);
    known.forgetBelow(join(root, 'a'));
    expect(known.size).toBe(2);
  });
});
