import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../delivery.js';
import { atOnce } from '../slices.js';
import { formPayload } from './form-payload.js';

const payload = (body: string) => Buffer.from(atOnce(formPayload(Buffer.from(body, 'latin1')))).toString();

describe('formPayload', () => {
  it('undoes what URLSearchParams writes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(payload(new URLSearchParams({ payload: text }).toString())).toBe(text.toWellFormed());
      }),
    );
  });

  it('finds the field among others', () => {
    expect(payload('a=1&payload=%7B%7D&payloads=2')).toBe('{}');
    expect(payload('payload=')).toBe('');
  });

  it.each([
    '',
    '=',
    'payload',
    'Payload=1',
    'a=payload',
    'payload=1&payload=2',
    'payload=%',
    'payload=%4',
    'payload=%zz',
    'payload=%+1',
  ])('S-009 refuses %j', (body) => {
    expect(() => payload(body)).toThrow(Refusal);
  });

  it('never crashes on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        try {
          atOnce(formPayload(Buffer.concat([Buffer.from('payload='), bytes])));
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal);
        }
      }),
    );
  });
});
