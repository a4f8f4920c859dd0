import type { Bench, Benchmark, Breakdown, Finding, Measured } from '../../benchmark.js';
import { findingOfPairs } from '../../findings.js';
import { interleave } from '../../measure/interleave.js';
import { median } from '../../measure/quantile.js';
import { ColdCase } from './cold-case.js';
import type { CaseResult, RoadCase } from './road-case.js';
import type { Span } from './spans.js';
import { WarmCase } from './warm-case.js';

export const webhookToTag: Benchmark = {
  id: 'P1',
  about: [
    'theirs: scripts/raw-road.sh (git clone --depth 1, docker buildx build --push with registry cache mode=max, cosign sign,',
    '  cosign attest), wall time of the shell; buildx called without the docker command in front of it, without provenance; its',
    '  registry token and its builder, which is our engine, are ready in its configuration',
    'ours: from before the webhook POST until PostgreSQL notifies that the build has succeeded, which is after its tags are',
    '  put: heard through LISTEN, so a little too long; both signature formats, provenance and our own verification in it',
    'same engine, registry, git host, repository and Dockerfile; each side has its own commit of a pair; stock cosign verify',
    '  and verify-attestation of both images after each run; the next run starts when our cache export has ended',
  ],
  run: measure,
};

async function measure(bench: Bench): Promise<Measured> {
  const { amount } = bench;
  const cases: RoadCase[] = [
    new WarmCase(bench, 'no-op', amount.pairs),
    new WarmCase(bench, 'one-file', amount.pairs),
    new ColdCase(bench, amount.coldPairs),
  ];
  const results: CaseResult[] = [];
  for (const one of cases) if (one.pairs > 0) results.push(await runCase(bench, one));
  return {
    findings: results.flatMap((result) => findingsOf(bench, result)),
    breakdowns: results.map(breakdownOf),
  };
}

async function runCase({ say, signal }: Bench, one: RoadCase): Promise<CaseResult> {
  say(`${one.id}: warming up`);
  await one.prepare();
  let done = 0;
  const ours = async () => {
    const ms = await one.ours();
    done += 1;
    say(`${one.id}: pair ${done} of ${one.pairs}`);
    return ms;
  };
  return one.result(await interleave(one.pairs, { theirs: () => one.theirs(), ours }, signal));
}

function findingsOf({ random }: Bench, { id, pairs, withExport }: CaseResult): Finding[] {
  return [findingOfPairs(`P1/${id}`, pairs, random), findingOfPairs(`P1/${id}/with-export`, withExport, random)];
}

/** Medians of the parts. They do not add up exactly to the median of the whole. */
function breakdownOf({ id, spans }: CaseResult): Breakdown {
  const names = [...new Set(spans.flatMap((run) => run.map((span) => span.name)))];
  const sumIn = (run: readonly Span[], name: string) =>
    run.filter((span) => span.name === name).reduce((sum, span) => sum + span.ms, 0);
  return {
    title: `P1/${id}: where our time goes`,
    parts: names.map((name) => ({ name, ms: median(spans.map((run) => sumIn(run, name))) })),
  };
}
