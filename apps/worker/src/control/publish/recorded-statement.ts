import type { BuildProject, BuildRecord } from '@cooperage/db';
import type { SignRequest } from '@cooperage/signing';
import { gitUri, projectAnnotation, readProvenance, type Statement, subjectOf } from '@cooperage/signing/verify';
import { projectUri, provenanceFacts } from './provenance-facts.js';

type Names = Pick<BuildProject, 'id' | 'organizationSlug' | 'slug'>;

/**
 * Whether what is to be signed is what the record of the build holds now: its image and project, and a provenance that
 * names its source, ref, commit, zone, attempt and address. @param build read from the database for this question
 */
export function isRecordedRequest(
  { subject, project: bound, provenance }: SignRequest,
  build: BuildRecord | null,
  project: Names,
  publicUrl: string,
): boolean {
  if (build?.status !== 'running' || build.stage !== 'control') return false;
  const { attempt } = provenance.buildDefinition.internalParameters;
  if (attempt !== build.attemptNumber || subject.digest !== build.digest) return false;
  return bound === projectUri(project, publicUrl) && isProvenanceOf(provenance, build, project, publicUrl);
}

/** The same of a statement that this build signed before, and that was stored. */
export function isRecordedStatement(
  statement: Statement | null,
  build: BuildRecord,
  project: Names,
  publicUrl: string,
): boolean {
  const subject = statement && build.digest && subjectOf(statement, build.digest);
  if (!subject || subject.annotations[projectAnnotation] !== projectUri(project, publicUrl)) return false;
  return isProvenanceOf(statement.predicate, build, project, publicUrl);
}

function isProvenanceOf(predicate: unknown, build: BuildRecord, project: Names, publicUrl: string): boolean {
  if (build.projectId !== project.id) return false;
  const reading = readProvenance(predicate);
  const { source, zone, builderId, invocationId } = provenanceFacts(build, project, publicUrl);
  return (
    reading.sourceUri === gitUri(source.uri, source.ref) &&
    reading.sourceCommit === source.commit &&
    reading.zone === zone &&
    reading.builderId === builderId &&
    reading.invocationId === invocationId
  );
}
