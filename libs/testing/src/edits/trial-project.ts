/** A small project as data, so that what an edit changes is known without reading a Dockerfile. */
export interface TrialProject {
  readonly stages: readonly TrialStage[];
  readonly files: Readonly<Record<string, TrialFile>>;
  /** Lines of the ignore file: plain paths. */
  readonly ignored: readonly string[];
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Stands for the digest of the base image. */
  readonly base: string;
  /** Comments at the head of the Dockerfile. */
  readonly remarks: readonly string[];
}

export interface TrialFile {
  readonly content: string;
  readonly mode: number;
}

export interface TrialStage {
  readonly name: string;
  /** Name of an earlier stage; null for the base image. */
  readonly from: string | null;
  readonly lines: readonly TrialLine[];
}

export type TrialLine =
  | { readonly kind: 'workdir'; readonly path: string }
  /** Paths of files and folders, without patterns. */
  | { readonly kind: 'copy'; readonly sources: readonly string[] }
  | { readonly kind: 'copy-from'; readonly stage: string }
  | { readonly kind: 'run'; readonly command: string; readonly bind?: string }
  | { readonly kind: 'arg'; readonly name: string }
  | { readonly kind: 'env'; readonly name: string; readonly value: string };

export const baseName = 'busybox:latest';

export function lineText(line: TrialLine): string {
  switch (line.kind) {
    case 'workdir':
      return `WORKDIR ${line.path}`;
    case 'copy':
      return `COPY ${line.sources.join(' ')} ./`;
    case 'copy-from':
      return `COPY --from=${line.stage} /out /from-${line.stage}`;
    case 'run':
      return `RUN ${line.bind === undefined ? '' : `--mount=type=bind,source=${line.bind},target=/mnt `}${line.command}`;
    case 'arg':
      return `ARG ${line.name}`;
    case 'env':
      return `ENV ${line.name}=${line.value}`;
  }
}

export function dockerfileOf({ stages, remarks }: TrialProject): string {
  const blocks = stages.map(({ name, from, lines }) =>
    [`FROM ${from ?? baseName} AS ${name}`, ...lines.map(lineText)].join('\n'),
  );
  return [...remarks.map((remark) => `# ${remark}`), ...blocks, ''].join('\n');
}

/** Neither of the two files is part of the context: an edit of theirs is no other file for a COPY. */
export function ignoreFileOf({ ignored }: TrialProject): string {
  return ['Dockerfile', '.dockerignore', ...ignored, ''].join('\n');
}

/** A line that makes a step, with everything that its result is made from. */
export interface TrialStep {
  /** The builder names it only where there are several. */
  readonly stage: string | null;
  /** As the builder calls it. */
  readonly name: string;
  readonly text: string;
  /** Equal where all that goes into it is, earlier steps included. */
  readonly key: string;
  /** Places in the list of steps. */
  readonly parents: readonly number[];
}

/** The steps in the order of the Dockerfile, base images left out. */
export function stepsOf(project: TrialProject): TrialStep[] {
  const steps: TrialStep[] = [];
  const ends = new Map<string, number | null>();
  const environments = new Map<string, ReadonlyMap<string, string>>();
  for (const { name, from, lines } of project.stages) {
    const shown = project.stages.length > 1 ? name : null;
    const scope = new Map(from === null ? [] : environments.get(from));
    let end = from === null ? null : (ends.get(from) ?? null);
    let place = from === null ? 1 : 0;
    const count = place + lines.filter(isStep).length;
    for (const line of lines) {
      if (line.kind === 'arg') {
        const value = project.buildArgs[line.name];
        if (value !== undefined) scope.set(line.name, value);
      } else if (line.kind === 'env') scope.set(line.name, line.value);
      if (!isStep(line)) continue;
      const other = line.kind === 'copy-from' ? (ends.get(line.stage) ?? null) : null;
      const parents = [end, other].filter((parent) => parent !== null);
      const text = lineText(line);
      const inputs = [
        end === null && project.base,
        text,
        line.kind === 'run' && [...scope].toSorted(),
        filesRead(project, line),
        parents.map((parent) => steps[parent]!.key),
      ];
      place += 1;
      end =
        steps.push({
          stage: shown,
          name: `[${shown === null ? '' : `${shown} `}${place}/${count}] ${text}`,
          text,
          key: JSON.stringify(inputs),
          parents,
        }) - 1;
    }
    ends.set(name, end);
    environments.set(name, scope);
  }
  return steps;
}

export function isStep({ kind }: TrialLine): boolean {
  return kind !== 'arg' && kind !== 'env';
}

/** What a line takes of the context. */
export function filesRead(
  { files, ignored }: Pick<TrialProject, 'files' | 'ignored'>,
  line: TrialLine,
): [string, TrialFile][] {
  const sources =
    line.kind === 'copy' ? line.sources : line.kind === 'run' && line.bind !== undefined ? [line.bind] : [];
  const isRead = (path: string) =>
    sources.some((source) => source === '.' || path === source || path.startsWith(`${source}/`));
  return Object.entries(files).filter(([path]) => !ignored.includes(path) && isRead(path));
}
