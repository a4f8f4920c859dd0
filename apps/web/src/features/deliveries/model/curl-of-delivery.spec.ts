import { expect, it } from 'vitest';
import { curlOfDelivery, maskedHeaders } from './curl-of-delivery';

const call = (body: string, headers: Record<string, string> = {}) =>
  curlOfDelivery({ id: 'd1', headers, body }, 'https://c.example/api/v1/hooks/p1', 'https://c.example');

it('sends the same headers and bytes again, without what the client makes itself', () => {
  expect(
    call('{"a":1}', {
      ...{ host: 'x', 'content-length': '7', 'x-github-event': 'push', 'x-forwarded-for': '1.2.3.4' },
      'cooperage-headers-left-out': '3',
    }),
  ).toBe(
    `curl -sS -X POST \\\n  -H 'x-github-event: push' \\\n  --data-raw '{"a":1}' \\\n  https://c.example/api/v1/hooks/p1`,
  );
});

it('S-022 holds strangers’ words as words: nothing ends the quotes', () => {
  const command = call(`'; rm -rf / #`, { 'x-odd': `$(id) 'x'` });
  expect(command).toContain(`--data-raw ''\\''; rm -rf / #'`);
  expect(command).toContain(`-H 'x-odd: $(id) '\\''x'\\'''`);
});

it('fetches a long body into a file first', () => {
  const command = call('x'.repeat(20_000));
  expect(command).toContain('-o delivery-body https://c.example/api/v1/deliveries/d1/body\n');
  expect(command).toContain('--data-binary @delivery-body');
  expect(command.length).toBeLessThan(400);
});

it('says which headers have to be filled in', () => {
  expect(maskedHeaders({ authorization: '***', accept: '*/*' })).toEqual(['authorization']);
});
