import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { CheckCode } from '@cooperage/domain';
import type { Look } from './look.js';

const path = '/api/v1/setup/echo';
const unresolvable = new Set(['ENOTFOUND', 'EAI_AGAIN']);
const badCertificate = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/;

/** Milliseconds for which a challenge is answered: a check waits ten seconds at most. */
const challengeMs = 60_000;

/** Keys of their own (RFC 5869): what is answered here says nothing of what the key of sessions would sign. */
function echoMac(label: 'challenge' | 'proof', text: string, secretKey: string): string {
  const key = Buffer.from(hkdfSync('sha256', secretKey, '', `cooperage set-up echo ${label}`, 32));
  return createHmac('sha256', key).update(text).digest('hex');
}

/** A nonce that only this installation can have made, good for a minute. */
export function echoChallenge(secretKey: string, nowMs = Date.now()): string {
  const text = `${nowMs.toString(36)}.${randomBytes(16).toString('hex')}`;
  return `${text}.${echoMac('challenge', text, secretKey)}`;
}

/** What only this installation can answer to its own challenge; null for a nonce that anybody else has made, or an old one. */
export function echoProof(nonce: string, secretKeys: readonly string[], nowMs = Date.now()): string | null {
  const [time = '', random = '', mac = ''] = nonce.split('.');
  const key = secretKeys.find((each) => equal(mac, echoMac('challenge', `${time}.${random}`, each)));
  const ageMs = nowMs - Number.parseInt(time, 36);
  return key !== undefined && Math.abs(ageMs) <= challengeMs ? echoMac('proof', nonce, key) : null;
}

/** Sends to ourselves at the public address what a forge would send: a POST with a body, through every proxy in between. */
export function lookAtPublicAddress(publicUrl: string, secretKeys: readonly string[]): Look {
  return async (signal) => {
    // By the oldest key: while keys are changed, every process knows that one.
    const nonce = echoChallenge(secretKeys.at(-1)!);
    const answer = await ask(`${publicUrl}${path}`, nonce, signal);
    if (!(answer instanceof Response))
      return { code: answer.code, fact: `${publicUrl} could not be reached: ${answer.why}.` };
    const { status } = answer;
    const location = answer.headers.get('location');
    if (status >= 300 && status < 400)
      return { code: 'redirected', fact: `${publicUrl} answered ${status} and sent us to ${shown(location)}.` };
    const proof = await proofOf(answer);
    const isOurs = equal(proof, echoProof(nonce, secretKeys) ?? '');
    return isOurs
      ? { code: 'ok', fact: `A request to ${publicUrl} came back to us.${loopbackNote(publicUrl)}` }
      : { code: 'somebody_else', fact: `${publicUrl} answered ${status}, and it was not this installation.` };
  };
}

async function ask(
  url: string,
  nonce: string,
  signal: AbortSignal,
): Promise<Response | { code: CheckCode; why: string }> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ nonce }) };
  try {
    return await fetch(url, { ...init, redirect: 'manual', signal });
  } catch (error) {
    if (signal.aborted) return { code: 'unreachable', why: 'no answer in time' };
    const cause = (error as { cause?: { code?: string; message?: string } }).cause;
    return { code: reachCode(cause?.code ?? ''), why: cause?.code ?? cause?.message ?? (error as Error).message };
  }
}

/** What the code of a failed connection means. */
export function reachCode(code: string): CheckCode {
  if (unresolvable.has(code)) return 'unresolvable';
  return badCertificate.test(code) ? 'untrusted_certificate' : 'unreachable';
}

async function proofOf(answer: Response): Promise<string> {
  const body = (await answer.json().catch(() => null)) as { proof?: unknown } | null;
  return typeof body?.proof === 'string' ? body.proof : '';
}

function equal(a: string, b: string): boolean {
  return a !== '' && a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

/** An address of a stranger's choice is shown by its origin only. */
function shown(location: string | null): string {
  return location !== null && URL.canParse(location) ? new URL(location).origin : 'another address';
}

function loopbackNote(publicUrl: string): string {
  const { hostname } = new URL(publicUrl);
  const isLoopback = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  return isLoopback ? ' Only this machine can reach it: a forge elsewhere needs another PUBLIC_URL.' : '';
}
