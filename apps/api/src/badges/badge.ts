import type { BadgeQuery } from '@cooperage/contracts';
import type { BadgeFacts } from '@cooperage/db';

export interface Badge {
  readonly label: string;
  readonly message: string;
  readonly tone: 'good' | 'bad' | 'trust' | 'still';
}

/** What a badge says. A project that is not public, or not there, is unknown: its badge tells nobody which. */
export function badgeOf(facts: BadgeFacts | null, kind: BadgeQuery['kind'], nowMs: number): Badge {
  return kind === 'signed' ? signedBadge(facts, nowMs) : statusBadge(facts);
}

function statusBadge(facts: BadgeFacts | null): Badge {
  if (facts?.status === 'succeeded') return { label: 'build', message: 'passing', tone: 'good' };
  if (facts?.status === 'failed') return { label: 'build', message: 'failing', tone: 'bad' };
  if (facts?.status === 'timed_out') return { label: 'build', message: 'timed out', tone: 'bad' };
  return { label: 'build', message: 'unknown', tone: 'still' };
}

/** Only our own verifier's word counts, and its age is told. */
function signedBadge(facts: BadgeFacts | null, nowMs: number): Badge {
  if (facts?.verified == null || facts.verifiedAt === null)
    return { label: 'image', message: 'unknown', tone: 'still' };
  if (!facts.verified) return { label: 'image', message: 'does not verify', tone: 'bad' };
  return { label: 'image', message: `signed, checked ${age(nowMs - facts.verifiedAt.getTime())}`, tone: 'trust' };
}

function age(ms: number): string {
  const days = Math.floor(Math.max(0, ms) / 86_400_000);
  if (days === 0) return 'today';
  return days === 1 ? 'yesterday' : `${days} days ago`;
}

const fills = { good: '#2e7d4f', bad: '#b3362b', trust: '#6f4aa8', still: '#6b645c' } as const;

/** The badge as a drawing without script, style or anything from elsewhere. All its words are ours. */
export function badgeSvg({ label, message, tone }: Badge): string {
  const [left, right] = [widthOf(label), widthOf(message)];
  const text = (words: string, x: number) => `<text x="${x}" y="14" text-anchor="middle">${words}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="20" role="img" aria-label="${label}: ${message}">`,
    `<title>${label}: ${message}</title>`,
    `<rect width="${left + right}" height="20" rx="3" fill="#3b3732"/>`,
    `<path d="M${left} 0h${right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H${left}z" fill="${fills[tone]}"/>`,
    `<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">`,
    text(label, left / 2),
    text(message, left + right / 2),
    '</g></svg>',
  ].join('');
}

function widthOf(words: string): number {
  return Math.round(words.length * 6.6) + 14;
}
