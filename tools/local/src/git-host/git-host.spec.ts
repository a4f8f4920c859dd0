import { describe, expect, it } from 'vitest';
import { CgiHead } from './cgi-head.ts';
import { mayPush } from './credentials.ts';
import { parseUpdates } from './deliver.ts';
import { routeCall } from './route.ts';
import { webhookHeaders } from './standard-webhook.ts';

describe('routes', () => {
  it('are the three calls of the smart protocol', () => {
    expect(routeCall('GET', '/hello.git/info/refs?service=git-upload-pack')?.isPush).toBe(false);
    expect(routeCall('GET', '/hello.git/info/refs?service=git-receive-pack')?.isPush).toBe(true);
    expect(routeCall('POST', '/hello.git/git-receive-pack')?.isPush).toBe(true);
  });

  it.each([
    ['GET', '/hello.git/cooperage-webhook.json'],
    ['GET', '/hello.git/config'],
    ['GET', '/hello.git/info/refs'],
    ['GET', '/hello.git/git-receive-pack'],
    ['GET', '//'],
    ['GET', '/a/b.git/info/refs?service=git-upload-pack'],
    ['GET', '/.git/info/refs?service=git-upload-pack'],
    ['GET', '/hello.git/info/refs?service=git-shell'],
  ])('refuse %s %s', (method, target) => {
    expect(routeCall(method, target)).toBeUndefined();
  });

  it('never lead out of the folder of repositories', () => {
    for (const dots of ['/../../x.git', '/%2e%2e/%2E%2E/x.git', '/a/../x.git'])
      expect(routeCall('GET', `${dots}/info/refs?service=git-upload-pack`)?.pathInfo).toBe('/x.git/info/refs');
    expect(routeCall('GET', '/..%2fx.git/info/refs?service=git-upload-pack')).toBeUndefined();
  });
});

describe('credentials', () => {
  const credentials = { user: 'cooper', password: 'p:w' };
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

  it('let in who knows them, and nobody else', () => {
    expect(mayPush(basic('cooper:p:w'), credentials)).toBe(true);
    for (const header of [undefined, '', 'Basic', basic('cooper:p'), basic('cooper'), 'Bearer cooper:p:w'])
      expect(mayPush(header, credentials)).toBe(false);
  });
});

describe('a CGI head', () => {
  it('is read over the edges of pieces', () => {
    const head = new CgiHead();
    expect(head.push(Buffer.from('Status: 403 Forbidden\r\nContent-Type: text/pl'))).toBeUndefined();
    expect(head.push(Buffer.from('ain\r\n\r'))).toBeUndefined();
    expect(head.push(Buffer.from('\nbody'))?.toString()).toBe('body');
    expect(head.status).toBe(403);
    expect(head.headers).toEqual({ 'content-type': 'text/plain' });
    expect(head.push(Buffer.from('\r\n\r\n'))?.toString()).toBe('\r\n\r\n');
  });
});

describe('webhooks', () => {
  it('are signed as in the published example', () => {
    const headers = webhookHeaders(
      'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      new Date(1_614_265_330_999),
      '{"test": 2432232314}',
    );
    expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('are made of the lines that git writes', () => {
    expect(parseUpdates('a b refs/heads/x\nc d refs/tags/y\n')).toEqual([
      { before: 'a', after: 'b', ref: 'refs/heads/x' },
      { before: 'c', after: 'd', ref: 'refs/tags/y' },
    ]);
  });
});
