import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLogger, type LoggerOptions, withIds } from './logger.js';

function capture(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return { lines, logger: createLogger({ process: 'api', level: 'info', destination, ...options }) };
}
const parse = (line: string | undefined) => JSON.parse(line ?? '') as Record<string, unknown>;

describe('a line', () => {
  it('is one object with words and bound ids', () => {
    const { lines, logger } = capture();
    withIds(withIds(logger, { requestId: 'r-1' }), { buildId: 'b-1', attemptId: 'a-1' }).info(
      { ref: 'refs/heads/x' },
      'seen',
    );
    expect(parse(lines[0])).toMatchObject({
      level: 'info',
      process: 'api',
      requestId: 'r-1',
      buildId: 'b-1',
      attemptId: 'a-1',
      ref: 'refs/heads/x',
      message: 'seen',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
  });

  it('is not written below the level', () => {
    const { lines, logger } = capture({ level: 'warn' });
    logger.info('quiet');
    expect(lines).toEqual([]);
  });
});

describe('secrets', () => {
  it('are hidden by their field, at every depth and in every spelling', () => {
    const { lines, logger } = capture();
    const headers = {
      Authorization: 'canary',
      'set-cookie': ['canary'],
      'X-Gitlab-Token': 'canary',
      accept: 'text/plain',
    };
    logger.info(
      { request: { headers }, password: 'canary', list: [{ apiKey: 'canary', access_token: 'canary' }] },
      'm',
    );
    logger.child({ token: 'canary' }).child({ password: 'canary' }).info('m');
    expect(lines.join()).not.toContain('canary');
    expect(lines[0]).toContain('"accept":"text/plain"');
  });

  it('are hidden in addresses, inside messages and stacks too', () => {
    const { lines, logger } = capture();
    const error = new Error('connect to postgresql://user:canary@db failed', {
      cause: new Error('https://canary@host'),
    });
    logger.error({ err: error, url: 'https://x:canary@host/path' }, 'cannot reach redis://:canary@redis');
    expect(lines.join()).not.toContain('canary');
    expect(lines.join()).toContain('postgresql://***@db');
  });

  it('hanging on an error are not written', () => {
    const { lines, logger } = capture();
    logger.error(Object.assign(new TypeError('no'), { code: 'E_NO', config: { headers: { x: 'canary' } } }));
    expect(lines.join()).not.toContain('canary');
    expect(parse(lines[0]).err).toMatchObject({ type: 'TypeError', message: 'no', code: 'E_NO' });
  });

  it('in bytes are not written', () => {
    const { lines, logger } = capture();
    logger.info({ body: Buffer.from('canary') }, 'm');
    expect(parse(lines[0]).body).toBe('[6 bytes]');
  });
});

describe('hostile fields', () => {
  it.each([
    ['newline', 'a\n{"level":"fatal"}\r\n'],
    ['escape sequence', '\x1b]52;c;aGk=\x07\x1b[2J'],
    ['8-bit control', '\x9b2J\x85'],
    ['text direction', 'a\u202egpj.exe\u2066'],
    ['line separator', 'a\u2028b'],
  ])('S-095 a %s in a user agent stays inside its field, escaped', (_what, text) => {
    const { lines, logger } = capture();
    logger.info({ userAgent: text }, `agent ${text}`);
    expect(lines).toHaveLength(1);
    expect(lines[0]!.slice(0, -1)).toMatch(/^[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+$/);
    expect(parse(lines[0])).toMatchObject({ userAgent: text, message: `agent ${text}` });
  });

  it('S-095 any text gives one parseable line', () => {
    const unit = fc.integer({ min: 0, max: 0x2fff }).map((code) => String.fromCharCode(code));
    const { lines, logger } = capture();
    fc.assert(
      fc.property(fc.string({ unit }), (text) => {
        lines.length = 0;
        logger.info({ text: text.replaceAll('@', '') }, 'm');
        expect(lines[0]!.trimEnd().split(/[\r\n\u2028\u2029]/)).toHaveLength(1);
        expect(parse(lines[0]).text).toBe(text.replaceAll('@', ''));
      }),
    );
  });

  it('a deep, wide or circular object is cut', () => {
    const circle: Record<string, unknown> = { many: Array.from({ length: 1000 }, (_, i) => i) };
    circle.self = circle;
    const { lines, logger } = capture();
    logger.info({ circle }, 'm');
    expect(lines[0]).toContain('[deeper]');
    expect(lines[0]!.length).toBeLessThan(5000);
  });
});
