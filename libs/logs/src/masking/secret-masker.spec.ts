import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { split } from '../../spec/split.js';
import type { LogSecret } from './secret.js';
import { secretForms } from './secret-forms.js';
import { SecretMasker } from './secret-masker.js';

const value = fc.oneof(
  fc.uint8Array({ minLength: 4, maxLength: 60 }),
  fc.string({ minLength: 4, maxLength: 60, unit: 'binary' }),
  fc.string({ minLength: 4, maxLength: 12 }).map((line) => `${line}\n${line}-second line\r\n${line}`),
);
const secrets = fc
  .array(value, { minLength: 1, maxLength: 4 })
  .map((values) => values.map((each, index): LogSecret => ({ name: `S${index}`, value: each })));

/** A text in which forms of the secrets, and parts of them, stand between other bytes. */
const textWith = (known: readonly LogSecret[]) => {
  const forms = known.flatMap((secret) => secretForms(secret));
  const form = fc.constantFrom(...forms);
  const cutForm = fc.tuple(form, fc.nat(70)).map(([bytes, length]) => bytes.subarray(0, length));
  const noise = fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes));
  return fc.array(fc.oneof(form, cutForm, noise), { maxLength: 12 }).map((parts) => Buffer.concat(parts));
};
const cases = secrets.chain((known) =>
  fc.record({ known: fc.constant(known), text: textWith(known), cuts: fc.array(fc.nat(400), { maxLength: 15 }) }),
);

function mask(masker: SecretMasker, parts: readonly Uint8Array[]): Buffer {
  const stream = masker.open();
  return Buffer.concat([...parts.map((part) => Buffer.from(stream.push(part))), stream.finish()]);
}

describe('S-053 masking the secrets of an attempt', () => {
  it('gives the same however the text is cut, and no form of a secret survives', () => {
    fc.assert(
      fc.property(cases, ({ known, text, cuts }) => {
        const masker = SecretMasker.of(known);
        const masked = mask(masker, split(text, cuts));
        expect(masked.equals(mask(masker, [text]))).toBe(true);
        const forms = known.flatMap((secret) => secretForms(secret));
        const kept = masked.toString('latin1').split(/\[secret S\d\]/);
        for (const part of kept) expect(forms.some((form) => part.includes(form.toString('latin1')))).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  it('changes nothing in a text without them', () => {
    fc.assert(
      fc.property(secrets, fc.uint8Array({ maxLength: 200 }), (known, text) => {
        const whole = Buffer.from(text).toString('latin1');
        fc.pre(!known.flatMap((secret) => secretForms(secret)).some((form) => whole.includes(form.toString('latin1'))));
        expect(mask(SecretMasker.of(known), [text]).toString('latin1')).toBe(whole);
      }),
    );
  });

  const token = { name: 'NPM_TOKEN', value: 'npm_s3cr3t/Value+42' };
  it.each([
    ['plain', token.value],
    ['base64', Buffer.from(token.value).toString('base64')],
    ['base64 inside other bytes', Buffer.from(`x:${token.value}`).toString('base64').slice(3, 28)],
    ['base64url', Buffer.from(token.value).toString('base64url')],
    ['hex', Buffer.from(token.value).toString('hex')],
    ['HEX', Buffer.from(token.value).toString('hex').toUpperCase()],
    ['URL-encoded', encodeURIComponent(token.value)],
    ['JSON', JSON.stringify(token.value).slice(1, -1)],
  ])('masks %s, byte by byte', (_name, printed) => {
    const parts = split(
      Buffer.from(`before ${printed} after`),
      Array.from({ length: 200 }, (_, index) => index),
    );
    expect(mask(SecretMasker.of([token]), parts).toString()).toBe('before [secret NPM_TOKEN] after');
  });

  it('masks what `base64` prints of a private key, line by line', () => {
    const key = { name: 'KEY', value: Uint8Array.from({ length: 300 }, (_, index) => (index * 97 + 13) % 256) };
    const lines = Buffer.from(key.value)
      .toString('base64')
      .match(/.{1,76}/g)!;
    const masked = mask(SecretMasker.of([key]), [Buffer.from(lines.join('\n'))]).toString();
    expect(masked).toBe(lines.map(() => '[secret KEY]').join('\n'));
  });

  it('holds back the beginning of a secret until it is clear what it is, and gives it at the end', () => {
    const stream = SecretMasker.of([{ name: 'A', value: 'swordfish' }]).open();
    expect(Buffer.from(stream.push(Buffer.from('a sword'))).toString()).toBe('a ');
    expect(Buffer.from(stream.push(Buffer.from('!'))).toString()).toBe('sword!');
    expect(Buffer.from(stream.push(Buffer.from('swordfis'))).toString()).toBe('');
    expect(Buffer.from(stream.finish()).toString()).toBe('swordfis');
  });

  it('counts what it replaced, by name', () => {
    const masker = SecretMasker.of([token, { name: 'UNUSED', value: 'never printed' }]);
    expect(masker.maskText(`${token.value} and ${token.value}`)).toBe('[secret NPM_TOKEN] and [secret NPM_TOKEN]');
    expect(masker.hits()).toEqual({ NPM_TOKEN: 2 });
  });

  it('names the first of two secrets with the same value', () => {
    const masker = SecretMasker.of([token, { name: 'COPY', value: token.value }]);
    expect(masker.maskText(token.value)).toBe('[secret NPM_TOKEN]');
  });

  it('cannot mask what is reversed, taken apart or coloured inside: documented', () => {
    const masker = SecretMasker.of([token]);
    for (const text of [
      [...token.value].toReversed().join(''),
      [...token.value].join(' '),
      'npm_\u001b[1ms3cr3t/Value+42',
    ])
      expect(masker.maskText(text)).toBe(text);
  });
});
