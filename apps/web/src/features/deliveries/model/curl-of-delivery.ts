import { shellWord } from '../../../lib/format/shell';

/** What the sender's client makes anew, or what would make the copy another call than it says. */
const notSent = new Set([
  ...['host', 'content-length', 'connection', 'transfer-encoding', 'accept-encoding', 'expect'],
  // No header: how many were not kept.
  'cooperage-headers-left-out',
]);
/** A longer body is fetched into a file first. Far below what an answer shows of a body. */
const inlineCharacters = 16_384;

export interface StoredCall {
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Address of the whole body, byte for byte. */
export function bodyDownload(deliveryId: string): string {
  return `/api/v1/deliveries/${encodeURIComponent(deliveryId)}/body`;
}

/**
 * The call as it came, for a terminal. Headers that prove where a call comes from were never stored and have to be filled in.
 */
export function curlOfDelivery(call: StoredCall, hookUrl: string, origin: string): string {
  const headers = Object.entries(call.headers).filter(
    ([name]) => !notSent.has(name) && !name.startsWith('x-forwarded-'),
  );
  const lines = ['curl -sS -X POST', ...headers.map(([name, value]) => `-H ${shellWord(`${name}: ${value}`)}`)];
  if (call.body.length <= inlineCharacters)
    return [...lines, `--data-raw ${shellWord(call.body)}`, shellWord(hookUrl)].join(' \\\n  ');
  const address = shellWord(`${origin}${bodyDownload(call.id)}`);
  const fetched = `curl -fsS -H "Authorization: Bearer $COOPERAGE_TOKEN" -o delivery-body ${address}`;
  return `${fetched}\n${[...lines, '--data-binary @delivery-body', shellWord(hookUrl)].join(' \\\n  ')}`;
}

/** Headers of which only the name was kept. */
export function maskedHeaders(headers: Readonly<Record<string, string>>): string[] {
  return Object.keys(headers).filter((name) => headers[name] === '***');
}
