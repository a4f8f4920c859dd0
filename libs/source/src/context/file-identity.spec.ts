import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FileIdentity } from './file-identity.js';

describe('FileIdentity', () => {
  it('gives equal times exactly to equal contents, under one key', () => {
    const identity = new FileIdentity();
    const first = identity.stamp(['a', 'b', 'a']);
    const second = identity.stamp(['b', 'c']);
    expect(first.mtimesNs[0]).toBe(first.mtimesNs[2]);
    expect(second.mtimesNs[0]).toBe(first.mtimesNs[1]);
    expect(new Set([...first.mtimesNs, ...second.mtimesNs]).size).toBe(3);
    expect(second.sharedKey).toBe(first.sharedKey);
  });

  it('never shares a key, and never has an empty one', () => {
    const keys = Array.from({ length: 100 }, () => new FileIdentity().stamp([]).sharedKey);
    expect(new Set(keys).size).toBe(100);
    expect(keys.every((key) => key.length >= 32)).toBe(true);
  });

  it('keeps to one second, which is what layers store', () => {
    const [mtimeNs] = new FileIdentity().stamp(['x']).mtimesNs;
    expect(mtimeNs! / 1_000_000_000n).toBe(FileIdentity.folderTimeNs / 1_000_000_000n);
  });

  it('never gives two contents the same key and time, also when it forgets', () => {
    const stamps = fc.array(fc.array(fc.nat(30).map(String), { maxLength: 12 }), { maxLength: 30 });
    fc.assert(
      fc.property(stamps, (calls) => {
        const identity = new FileIdentity(10);
        const seen = new Map<string, string>();
        for (const ids of calls) {
          const { sharedKey, mtimesNs } = identity.stamp(ids);
          ids.forEach((id, index) => {
            const name = `${sharedKey} ${mtimesNs[index]}`;
            expect(seen.get(name) ?? id).toBe(id);
            seen.set(name, id);
          });
        }
      }),
    );
  });
});
