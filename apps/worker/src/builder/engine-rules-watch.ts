import { readFile, stat } from 'node:fs/promises';
import type { EngineWarning } from '@cooperage/domain';
import type { Logger } from '@cooperage/telemetry';
import type { EngineEnd } from './engine-end.js';

/** It is touched every two seconds; a busy machine, or one that slept, is no reason to stop. */
const staleMs = 60_000;

/** Whether builds may start, as far as the network rules around the engine go. */
export interface RulesSight {
  /** Why not, as a sentence for an operator. */
  readonly obstacle: string | null;
  readonly warnings: readonly EngineWarning[];
}

interface Noted {
  readonly state: 'in-force' | 'unfiltered' | 'missing';
  readonly detail: string;
  /** How often the rules had to be set again. */
  readonly renewals: number;
  /** Limits of the kernel that one build can use up for the whole machine. */
  readonly unraised: readonly string[];
}

const inForce: RulesSight = { obstacle: null, warnings: [] };
const states: readonly unknown[] = ['in-force', 'unfiltered', 'missing'];

/**
 * Reads what the one who started the engine notes of its network rules: the launcher, or `deploy/buildkit/start.sh`. They
 * compare the rules every two seconds with what they set, and set them again.
 */
export class EngineRulesWatch {
  private renewals: number | undefined;
  private unraised = '';

  /** @param file null where nobody notes anything: the engine is somebody else's */
  constructor(
    private readonly file: string | null,
    private readonly logger: Pick<Logger, 'warn'>,
    private readonly end: Pick<EngineEnd, 'isAsked'>,
    private readonly now: () => number = Date.now,
  ) {}

  async look(): Promise<RulesSight> {
    if (this.file === null) return inForce;
    if (this.end.isAsked) return { obstacle: endsText, warnings: [] };
    const noted = await this.read(this.file);
    if (!noted)
      return missing('nobody looks after the network rules of its engine. Is whatever started it still there?');
    this.tellRenewals(noted.renewals);
    if (noted.state === 'missing')
      return missing(`the network rules of its engine are missing (${noted.detail || 'for an unknown reason'}).`);
    this.tellUnraised(noted.unraised);
    return {
      obstacle: null,
      warnings: [
        ...(noted.state === 'unfiltered' ? (['fetches-unfiltered'] as const) : []),
        ...(noted.unraised.length > 0 ? (['limits-shared'] as const) : []),
      ],
    };
  }

  private async read(file: string): Promise<Noted | null> {
    try {
      const [text, { mtimeMs }] = await Promise.all([readFile(file, 'utf8'), stat(file)]);
      if (this.now() - mtimeMs > staleMs) return null;
      const { state, detail, renewals, unraised } = JSON.parse(text) as Record<string, unknown>;
      if (!states.includes(state) || typeof renewals !== 'number') return null;
      const names = Array.isArray(unraised) ? unraised.map(String) : [];
      return { state: state as Noted['state'], detail: String(detail ?? ''), renewals, unraised: names };
    } catch {
      return null;
    }
  }

  private tellUnraised(unraised: readonly string[]): void {
    const names = unraised.join(', ');
    if (names !== '' && names !== this.unraised)
      this.logger.warn({ limits: names }, 'a build can use up limits of the kernel for the whole machine');
    this.unraised = names;
  }

  private tellRenewals(renewals: number): void {
    if (this.renewals !== undefined && renewals > this.renewals)
      this.logger.warn({ renewals }, 'the network rules of the engine had been changed and were set again');
    this.renewals = renewals;
  }
}

const endsText = 'It takes no builds: its engine went on with a build that was stopped, and is being started again.';

function missing(why: string): RulesSight {
  return { obstacle: `It takes no builds: ${why}`, warnings: ['rules-missing'] };
}
