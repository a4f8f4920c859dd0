import type { TrustKey } from '@cooperage/contracts';
import type { Tone } from '@/components/ui/badge';

/** What a key does now, in words for people. */
export function keyState(key: Pick<TrustKey, 'state' | 'counts'>): { words: string; tone: Tone } {
  if (key.state === 'signing') return { words: 'signing', tone: 'trust' };
  if (key.state === 'revoked') return { words: 'revoked', tone: 'bad' };
  if (key.state === 'creating') return { words: 'being made', tone: 'wait' };
  return key.counts ? { words: 'verify only', tone: 'plain' } : { words: 'ran out', tone: 'wait' };
}

/** The end of a day so many days from now, as the API takes it. */
export function verifyUntil(days: number, nowMs: number): string {
  return new Date(nowMs + days * 86_400_000).toISOString();
}

/** What goes with a key, as a sentence. */
export function effectWords(images: number, tags: number, more: boolean): string {
  if (images === 0) return 'No image depends on this key alone.';
  const kept = images === 1 ? '1 image is' : `${images} images are`;
  const tagged = tags === 0 ? 'no tag points to them' : `${more ? 'more than ' : ''}${tags} tags point to them`;
  return `${kept} signed by this key and by no other that counts; ${tagged}.`;
}
