import { describe, expect, it } from 'vitest';
import { bodyFormOf } from './media-type.js';

const of = (type: string | undefined, encoding?: string | string[]) =>
  bodyFormOf({ 'content-type': type, 'content-encoding': encoding });

describe('bodyFormOf', () => {
  it('takes JSON and forms in UTF-8', () => {
    expect(of('application/json')).toBe('json');
    expect(of('Application/JSON; charset="UTF-8"')).toBe('json');
    expect(of('application/x-www-form-urlencoded;charset=utf-8')).toBe('form');
    expect(of('application/json', 'identity')).toBe('json');
    expect(of('application/json', '')).toBe('json');
  });

  it.each([
    undefined,
    '',
    'text/plain',
    'text/json',
    'multipart/form-data; boundary=x',
    'application/json, text/plain',
    'application/json; charset=utf-16',
    'application/cloudevents+json',
    'constructor',
  ])('S-009 refuses the type %j', (type) => {
    expect(() => of(type)).toThrow('must be application/json');
  });

  it.each(['gzip', 'br', 'deflate', 'x-unknown', 'identity, gzip', 'GZIP'])(
    'S-007 refuses the encoding %s',
    (encoding) => {
      expect(() => of('application/json', encoding)).toThrow('must not be compressed');
    },
  );

  it('S-007 refuses two encodings', () => {
    expect(() => of('application/json', ['identity', 'gzip'])).toThrow('must not be compressed');
  });
});
