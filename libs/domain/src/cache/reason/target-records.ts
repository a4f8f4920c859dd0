/** What was read for one other target of a build. */
export interface TargetRecord {
  readonly name: string;
  readonly dockerfile: string;
  /** Of the manifest of its context. */
  readonly contextDigest: string;
}

/** The same of all targets as it is written down: a Dockerfile that several have in common once. */
export interface TargetRecords {
  readonly dockerfiles: readonly string[];
  readonly targets: readonly {
    readonly name: string;
    /** Place in `dockerfiles`; null for the build's own, which stands beside it. */
    readonly dockerfile: number | null;
    readonly contextDigest: string;
  }[];
}

/** @param own the build's own Dockerfile */
export function packTargets(own: string, targets: readonly TargetRecord[]): TargetRecords {
  const dockerfiles = [...new Set(targets.map(({ dockerfile }) => dockerfile))].filter((text) => text !== own);
  return {
    dockerfiles,
    targets: targets.map(({ name, dockerfile, contextDigest }) => {
      const place = dockerfiles.indexOf(dockerfile);
      return { name, dockerfile: place < 0 ? null : place, contextDigest };
    }),
  };
}

export function unpackTargets(own: string, { dockerfiles, targets }: TargetRecords): TargetRecord[] {
  return targets.map(({ name, dockerfile, contextDigest }) => ({
    name,
    dockerfile: dockerfile === null ? own : (dockerfiles[dockerfile] ?? ''),
    contextDigest,
  }));
}
