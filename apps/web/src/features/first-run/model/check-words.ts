import type { CheckName, CheckView } from '@cooperage/contracts';

/** What a part is called, and what the look at it does. */
export const checkWords: Readonly<Record<CheckName, { readonly title: string; readonly does: string }>> = {
  database: { title: 'Database', does: 'PostgreSQL keeps everything.' },
  redis: { title: 'Redis', does: 'Carries work to the builders, and live logs to you.' },
  builder: { title: 'Builder', does: 'Builds a real image of one small file.' },
  registry: { title: 'Registry', does: 'Takes an artifact, gives it back, deletes it.' },
  public_address: { title: 'Public address', does: 'A request to PUBLIC_URL comes back to this installation.' },
};

export const stateWords: Readonly<Record<CheckView['state'], string>> = {
  unasked: 'Not looked at',
  waiting: 'Looking',
  ok: 'Works',
  failed: 'Does not work',
};

function areAllGreen(checks: readonly Pick<CheckView, 'state'>[]): boolean {
  return checks.every(({ state }) => state === 'ok');
}

export function isAnyWaiting(checks: readonly Pick<CheckView, 'state'>[]): boolean {
  return checks.some(({ state }) => state === 'waiting');
}

/** One sentence for all of them, said aloud when it changes. */
export function checksSummary(checks: readonly Pick<CheckView, 'name' | 'state'>[]): string {
  if (areAllGreen(checks)) return `All ${checks.length} work.`;
  if (isAnyWaiting(checks)) return 'Looking at what this installation stands on.';
  const broken = checks.filter(({ state }) => state === 'failed').map(({ name }) => checkWords[name].title);
  if (broken.length === 0) return 'Not looked at yet.';
  return `${broken.join(', ')}: ${broken.length === 1 ? 'it does' : 'they do'} not work.`;
}
