import { buildSchema, cacheReadSchema, failureSchema, phaseSpanSchema, warningSchema } from '@cooperage/contracts';
import type { BuildDetailRecord, BuildSummaryRecord } from '@cooperage/db';
import {
  type FailureReport,
  isExportMode,
  modeReasons,
  type ResolvedDefinition,
  type ResolvedTarget,
} from '@cooperage/domain';
import { z } from 'zod';

// A builder writes what it likes into the row of its build, and a page reads a list of rows as one answer: what is none of the contract's
// words is left out here.

const inputs = buildSchema.shape.inputs.shape;
const reportSchema = failureSchema.pick({ code: true, message: true });
const placeSchema = failureSchema.shape.place
  .unwrap()
  .omit({ stepOrdinal: true })
  .extend({ stepId: z.string().optional() });
/** Looked at without an error for each value: there may be a hundred thousand. */
const textsSchema = z.custom<Record<string, string>>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((text) => typeof text === 'string'),
);
const definition = inputs.definition.unwrap().shape;
const resolvedSchema = z.looseObject({
  ...{ contextPath: z.string(), dockerfilePath: z.string().nullable(), stage: z.string().nullable() },
  ...{ buildArgs: textsSchema, namedContexts: textsSchema },
});
/** `CacheReadFact`: what the page is told of it follows from it. */
const readCacheSchema = cacheReadSchema.shape.cache.unwrap().omit({ reference: true, ageMs: true });
const cacheReadFactSchema = cacheReadSchema.extend({
  cache: readCacheSchema.extend({ epoch: z.number().int() }).nullable(),
});
const targetSchema = resolvedSchema.extend({ name: z.string() });

/** What lists show of a build, as far as it is readable. */
export function readableSummary<T extends Pick<BuildSummaryRecord, 'phase' | 'stage' | 'failure'>>(build: T): T {
  const { phase, stage } = buildSchema.shape;
  return {
    ...build,
    phase: phase.safeParse(build.phase).data ?? null,
    stage: stage.safeParse(build.stage).data ?? null,
    failure: readableFailure(build.failure),
  };
}

/** What the page of a build shows of it, as far as it is readable. */
export function readableBuild(build: BuildDetailRecord): BuildDetailRecord {
  return {
    ...readableSummary(build),
    resolved: readableDefinition(build.resolved),
    baseImages: itemsOf(inputs.baseImages.element, build.baseImages),
    sources: itemsOf(inputs.sources.element.extend({ digest: textsSchema }), build.sources),
    phases: itemsOf(phaseSpanSchema, build.phases),
    warnings: itemsOf(warningSchema, build.warnings),
    cacheMode: isExportMode(build.cacheMode) ? build.cacheMode : null,
    cacheModeWhy: modeReasons.find((why) => why === build.cacheModeWhy) ?? null,
    attempts: build.attempts.map((attempt) => ({
      ...attempt,
      failure: readableFailure(attempt.failure),
      cacheRead: cacheReadFactSchema.nullable().safeParse(attempt.cacheRead).data ?? null,
    })),
  };
}

function readableFailure(report: FailureReport | null): FailureReport | null {
  if (report === null) return null;
  const said = reportSchema.safeParse(report).data;
  if (!said) return null;
  const place = placeSchema.safeParse(report.place).data;
  const logLine = failureSchema.shape.logLine.safeParse(report.logLine).data;
  return { ...said, ...(place && { place }), ...(logLine && { logLine }) };
}

function readableDefinition(resolved: ResolvedDefinition | null): ResolvedDefinition | null {
  if (resolved === null || !resolvedSchema.safeParse(resolved).success) return null;
  const targets = itemsOf(targetSchema, resolved.targets) as unknown[] as ResolvedTarget[];
  return { ...resolved, targets, ignored: itemsOf(definition.ignored.element, resolved.ignored) };
}

/** Up to the first that is none: of a list that has no readable one each would be an error. */
function itemsOf<T>(schema: z.ZodType<T>, items: unknown): T[] {
  const read: T[] = [];
  for (const item of Array.isArray(items) ? items : []) {
    const { success, data } = schema.safeParse(item);
    if (!success) break;
    read.push(data);
  }
  return read;
}
