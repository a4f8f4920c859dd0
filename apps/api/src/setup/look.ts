import type { CheckCode, CheckFinding } from '@cooperage/domain';

/** Looks at one part. May throw: what nobody foresaw is a finding too. */
export type Look = (signal: AbortSignal) => Promise<Pick<CheckFinding, 'code' | 'fact'>>;

const lookMs = 8_000;

/** A look with its time; what it threw becomes a finding with this code. */
export async function measured(look: Look, thrownAs: CheckCode): Promise<CheckFinding> {
  const startedAt = performance.now();
  const found = await look(AbortSignal.timeout(lookMs)).catch((error: Error) => ({
    code: thrownAs,
    fact: error.message,
  }));
  return { ...found, tookMs: Math.round(performance.now() - startedAt) };
}
