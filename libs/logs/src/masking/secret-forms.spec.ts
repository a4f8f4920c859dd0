import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { secretForms } from './secret-forms.js';

const forms = (value: string | Uint8Array) =>
  secretForms({ name: 'KEY', value }).map((form) => form.toString('latin1'));
const anyValue = fc.uint8Array({ minLength: 4, maxLength: 40 });

describe('S-053 the forms of a secret', () => {
  it('refuses a value too short to be masked', () => {
    expect(() => forms('abc')).toThrow(RangeError);
    expect(forms('abcd')).toContain('abcd');
  });

  it('knows hex in both cases and, when long, as xxd wraps it', () => {
    const value = 'k'.repeat(40);
    expect(forms('abcdJK')).toEqual(expect.arrayContaining(['616263644a4b', '616263644A4B']));
    expect(forms(value)).toContain('6b'.repeat(30));
    expect(forms(value)).toContain('6b'.repeat(10));
  });

  it('knows URL encodings in both cases, and of forms', () => {
    expect(forms('a b/ö+')).toEqual(
      expect.arrayContaining(['a%20b%2F%C3%B6%2B', 'a%20b%2f%c3%b6%2b', 'a+b%2F%C3%B6%2B', 'a+b%2f%c3%b6%2b']),
    );
  });

  it('knows JSON as several languages write it', () => {
    const latin1 = (text: string) => Buffer.from(text).toString('latin1');
    expect(forms('a"<ö/\n')).toEqual(
      expect.arrayContaining(['a\\"<ö/\\n', 'a\\"<\\u00f6/\\n', 'a\\"\\u003cö/\\n', 'a\\"<ö\\/\\n'].map(latin1)),
    );
  });

  it('has no JSON form for bytes that are no text', () => {
    expect(forms(Uint8Array.of(0xff, 0xfe, 0x22, 0x41)).some((form) => form.includes('\\"'))).toBe(false);
  });

  it('knows the value without the line feed at its end, too', () => {
    expect(forms('hunter2\n')).toEqual(expect.arrayContaining(['hunter2\n', 'hunter2', '68756e74657232']));
  });

  it('knows each longer line of a value of many lines, but not the frame of a PEM file', () => {
    const pem =
      '-----BEGIN EC PRIVATE KEY-----\r\nMHcCAQEEIIGlRfZl\r\n  MkJ8ZkQ5b2c=  \r\nshort\r\n-----END EC PRIVATE KEY-----\r\n';
    expect(forms(pem)).toEqual(expect.arrayContaining(['MHcCAQEEIIGlRfZl', 'MkJ8ZkQ5b2c=']));
    expect(forms(pem)).not.toContain('short');
    expect(forms(pem)).not.toContain('-----BEGIN EC PRIVATE KEY-----');
  });

  it('has no form shorter than a secret may be', () => {
    fc.assert(fc.property(anyValue, (value) => forms(value).every(({ length }) => length >= 4)));
  });

  it('knows base64 wrapped at 76 and 64 characters', () => {
    const value = Buffer.from(Array.from({ length: 120 }, (_, index) => (index * 37) % 251));
    const base64 = value.toString('base64');
    for (const width of [76, 64])
      for (let at = 0; at < base64.length; at += width) expect(forms(value)).toContain(base64.slice(at, at + width));
  });

  it('recognises a value in base64 at every alignment, up to one character at each edge', () => {
    fc.assert(
      fc.property(
        anyValue,
        fc.uint8Array({ maxLength: 7 }),
        fc.uint8Array({ maxLength: 7 }),
        (value, before, after) => {
          const known = forms(value);
          for (const encoding of ['base64', 'base64url'] as const) {
            const encoded = Buffer.concat([before, value, after]).toString(encoding);
            const rest = longestRemoved(encoded, known);
            const [edgeBits, valueBits] = [(encoded.length - rest) * 6, value.length * 8];
            expect(edgeBits).toBeGreaterThanOrEqual(valueBits - 8);
          }
        },
      ),
    );
  });
});

function longestRemoved(text: string, known: readonly string[]): number {
  const found = known.filter((form) => text.includes(form)).map(({ length }) => length);
  return text.length - Math.max(0, ...found);
}
