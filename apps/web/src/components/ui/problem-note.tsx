import type { ProblemView } from '@/lib/api/problem';
import { onDemand } from './on-demand';

const ProblemText = onDemand(() => import('./problem-text').then((module) => module.ProblemText), null);

/** Why a change was not made, beside what asked for it. */
export function ProblemNote({ problem }: { problem: ProblemView | null }) {
  return problem && <ProblemText problem={problem} />;
}
