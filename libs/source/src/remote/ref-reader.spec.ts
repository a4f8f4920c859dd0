import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { syncStretchRatio } from '@cooperage/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BranchReader, maxHeldRefBytes, RefReader, type RemoteRefs } from './ref-reader.js';

const [a, b, c] = ['a', 'b', 'c'].map((digit) => digit.repeat(40)) as [string, string, string];

function read(text: string | Uint8Array, maxRefs = 100): RemoteRefs {
  const reader = new RefReader(maxRefs);
  reader.push(Buffer.from(text));
  return reader.result();
}

describe('RefReader', () => {
  it('reads branches, tags through to their commits, and the default branch', () => {
    const text = `ref: refs/heads/main\tHEAD\n${a}\tHEAD\n${a}\trefs/heads/main\n${b}\trefs/pull/1/head\n${b}\trefs/tags/v1\n${c}\trefs/tags/v1^{}\n`;
    expect(read(text)).toEqual({
      commits: new Map([
        ['refs/heads/main', a],
        ['refs/tags/v1', c],
      ]),
      defaultBranch: 'refs/heads/main',
      leftOut: 0,
      heldBytes: 15 + 12 + 2 * 128,
    });
  });

  it('names no default branch that does not exist', () => {
    expect(read(`ref: refs/heads/gone\tHEAD\n${a}\trefs/heads/main\n`).defaultBranch).toBeUndefined();
    expect(read('').commits.size).toBe(0);
  });

  it('R2-H7 names no git tag as the default branch, and none for a HEAD that is a commit', () => {
    expect(read(`ref: refs/tags/v1\tHEAD\n${a}\tHEAD\n${a}\trefs/tags/v1\n`).defaultBranch).toBeUndefined();
    expect(read(`${a}\tHEAD\n${a}\trefs/heads/main\n`).defaultBranch).toBeUndefined();
  });

  it('S-022 keeps odd names as they are and counts impossible ones', () => {
    const odd = ['-h', '--exec=x', 'a;id', '$(id)', '`id`', 'x\u202ey'].map((name) => `refs/heads/${name}`);
    const text = odd.map((ref) => `${a}\t${ref}\n`).join('');
    expect([...read(text).commits.keys()]).toEqual(odd);
    expect(read(`${a}\trefs/heads/${'x'.repeat(4000)}\n${a}\trefs/heads/a b\nnonsense\n`)).toMatchObject({
      leftOut: 3,
    });
    expect(read(Buffer.concat([Buffer.from(`${a}\trefs/heads/`), Buffer.from([0xff, 0x0a])])).leftOut).toBe(1);
  });

  it('S-029 stops at the limit', () => {
    const text = Array.from({ length: 11 }, (_, i) => `${a}\trefs/heads/b${i}\n`).join('');
    expect(() => read(text, 10)).toThrow(/more than 10 refs/);
  });

  it('R5-B6 spends time on each byte once when a line has no end', async () => {
    const chunk = Buffer.alloc(65_536, 'x');
    let reader = new RefReader(100);
    const work = () => {
      reader = new RefReader(100);
      reader.push(Buffer.from(`${a}\trefs/heads/main\n${a}\trefs/heads/`));
      for (let sent = 0; sent < 400; sent++) reader.push(chunk);
    };
    expect(await syncStretchRatio(work)).toBeLessThan(20);
    expect(reader.result()).toMatchObject({ commits: new Map([['refs/heads/main', a]]), leftOut: 1 });
  }, 120_000);

  it('R5-B6 reads the lines behind one that is too long', () => {
    const text = `${a}\trefs/heads/${'x'.repeat(1_000_000)}\n${b}\trefs/heads/main\n`;
    expect(read(text)).toMatchObject({ commits: new Map([['refs/heads/main', b]]), leftOut: 1 });
  });

  it('R5-B3 stops when the names of a host take too much memory', () => {
    const reader = new RefReader(50_000);
    const send = () => {
      for (let tag = 0; tag < 47_500; tag++) {
        const name = `refs/tags/${String(tag).padStart(5, '0')}\u4e00${'x'.repeat(1000)}`;
        reader.push(Buffer.from(`${a}\t${name}\n${b}\t${name}^{}\n`));
      }
    };
    expect(send).toThrow(/refs of more than 16777216 bytes/);
    expect(reader.result().heldBytes).toBeLessThan(maxHeldRefBytes + 4096);
  });

  it('R5-B3 keeps no more of an answer than its names and ids', () => {
    const text = Array.from({ length: 50_000 }, (_, tag) => `${a}\trefs/tags/${'\u4e00'.repeat(20)}${tag}\n`).join('');
    const bytes = Buffer.from(text);
    const shares = Array.from({ length: 3 }, () => {
      const before = heapBytes();
      const reader = new RefReader(50_000);
      reader.push(bytes);
      const kept = heapBytes() - before;
      const { commits, heldBytes } = reader.result();
      expect(commits.size).toBe(50_000);
      return kept / heldBytes;
    });
    // What else the process compiles or lets go of meanwhile is in one of them at the most.
    expect(shares.toSorted((less, more) => less - more)[1]).toBeLessThan(1);
  });

  it('takes every length of answer that an honest host has', () => {
    const text = Array.from({ length: 50_000 }, (_, at) => `${a}\trefs/heads/${'x'.repeat(180)}${at}\n`).join('');
    expect(read(text, 50_000).commits.size).toBe(50_000);
  });

  it('does not care how the bytes are cut', () => {
    const bytes = Buffer.from(`ref: refs/heads/ü\tHEAD\n${a}\trefs/heads/ü\n${b}\trefs/tags/v1\n`);
    fc.assert(
      fc.property(fc.nat(bytes.length), fc.nat(bytes.length), (x, y) => {
        const reader = new RefReader(10);
        const [first, second] = [Math.min(x, y), Math.max(x, y)];
        for (const part of [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)])
          reader.push(part);
        expect(reader.result()).toEqual(read(bytes));
      }),
    );
  });
});

describe('BranchReader', () => {
  it('R5-B3 keeps the commit of the one branch that is wanted', () => {
    const reader = new BranchReader('refs/heads/ü');
    reader.push(Buffer.from(`${a}\trefs/heads/x/refs/heads/ü\n${b}\trefs/heads/ü\n${c}\trefs/heads/üx\nnonsense\n`));
    expect(reader.commit).toBe(b);
  });

  it('names none when the host has no such branch or no commit for it', () => {
    const reader = new BranchReader('refs/heads/main');
    reader.push(Buffer.from(`${a}\trefs/heads/other\nnothing\trefs/heads/main\n`));
    expect(reader.commit).toBeNull();
  });
});

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return getHeapStatistics().used_heap_size;
}
