import type { Dice } from '../rounds.js';
import {
  filesRead,
  isStep,
  lineText,
  stepsOf,
  type TrialFile,
  type TrialLine,
  type TrialProject,
  type TrialStage,
} from './trial-project.js';

/** What was done to a project, in the words of whoever did it. */
export type Edit =
  | { readonly kind: 'content' | 'mode' | 'added' | 'removed' | 'ignored' | 'unignored'; readonly path: string }
  | {
      readonly kind: 'argument' | 'environment';
      readonly name: string;
      readonly before: string;
      readonly after: string;
    }
  | { readonly kind: 'base'; readonly before: string; readonly after: string }
  | { readonly kind: 'line'; readonly before: string | null; readonly after: string | null }
  /** Something that no step reads. */
  | { readonly kind: 'nothing'; readonly what: string };

export interface EditPair {
  readonly before: TrialProject;
  readonly after: TrialProject;
  readonly edit: Edit;
}

export const editKinds = [
  ...(['content', 'mode', 'added', 'removed', 'ignored', 'unignored'] as const),
  ...(['argument', 'environment', 'base', 'line', 'new line', 'line gone', 'earlier stage', 'nothing'] as const),
];
export type EditKind = (typeof editKinds)[number];

/** A project and the same after one edit. With `remark` its steps are nobody else's. */
export function editPair(dice: Dice, kind: EditKind, remark = ''): EditPair {
  for (;;) {
    const before = project(dice, remark);
    const edited = edits[kind](dice, before);
    if (!edited) continue;
    const pair = { before, ...edited };
    if (kind === 'nothing' || missedSteps(pair).missed.length > 0) return pair;
  }
}

const folders = ['app', 'lib', 'docs'];
const unread = 'notes/never-read.txt';

function project(dice: Dice, remark: string): TrialProject {
  const files: Record<string, TrialFile> = { [unread]: { content: 'note', mode: 0o644 } };
  for (const folder of folders)
    for (let at = 0; at < 3; at++)
      files[`${folder}/f${at}.txt`] = {
        content: `${folder} ${at} ${dice.roll(1000)}`,
        mode: dice.pick([0o644, 0o755]),
      };
  files['main.txt'] = { content: `main ${dice.roll(1000)}`, mode: 0o644 };
  const names = ['first', 'second', 'third'].slice(0, 1 + dice.roll(3));
  const stages = names.map((name, at) => stage(dice, name, names[at - 1] ?? null, remark));
  const buildArgs = { VERSION: `v${dice.roll(100)}`, UNDECLARED: `u${dice.roll(100)}` };
  const made = { stages, files, ignored: [], buildArgs, base: 'a', remarks: ['A project of tests.'] };
  const path = `docs/f${dice.roll(3)}.txt`;
  return dice.roll(2) === 0 || isNamed(made, path) ? made : { ...made, ignored: [path] };
}

/** Every stage is used by the next one: a builder looks at no other. */
function stage(dice: Dice, name: string, earlier: string | null, remark: string): TrialStage {
  const startsThere = earlier !== null && dice.roll(2) === 0;
  const lines: TrialLine[] = [
    { kind: 'workdir', path: `/${name}${remark}` },
    { kind: 'run', command: `mkdir -p /out # ${name}` },
  ];
  if (earlier !== null && !startsThere) lines.push({ kind: 'copy-from', stage: earlier });
  const more = 2 + dice.roll(4);
  for (let at = 0; at < more; at++) lines.push(line(dice, `${name} ${at}`));
  return { name, from: startsThere ? earlier : null, lines };
}

function line(dice: Dice, mark: string): TrialLine {
  switch (dice.roll(6)) {
    case 0:
      return { kind: 'copy', sources: [dice.pick(folders)] };
    case 1:
      return { kind: 'copy', sources: [`${dice.pick(folders)}/f${dice.roll(3)}.txt`, 'main.txt'] };
    case 2:
      return { kind: 'arg', name: 'VERSION' };
    case 3:
      return { kind: 'env', name: `SETTING_${mark.replace(' ', '_')}`, value: `s${dice.roll(100)}` };
    case 4:
      return { kind: 'run', command: `echo ${mark} > "/out/${mark}"`, bind: dice.pick(folders) };
    default:
      return { kind: 'run', command: `echo ${mark} > "/out/${mark}"` };
  }
}

type Edited = Omit<EditPair, 'before'> | null;
type Editor = (dice: Dice, project: TrialProject) => Edited;

const edits: Readonly<Record<EditKind, Editor>> = {
  content: (dice, before) =>
    withReadFile(dice, before, (path, file) =>
      changed(before, path, { ...file, content: `${file.content} edited` }, 'content'),
    ),
  mode: (dice, before) =>
    withReadFile(dice, before, (path, file) =>
      changed(before, path, { ...file, mode: file.mode === 0o644 ? 0o755 : 0o644 }, 'mode'),
    ),
  added: (dice, before) =>
    withReadFile(dice, before, (path) => {
      const added = path.replace(/[^/]*$/, 'new.txt');
      return isRead(before, added) ? changed(before, added, { content: 'new', mode: 0o644 }, 'added') : null;
    }),
  removed: (dice, before) =>
    withReadFile(dice, before, (path) => {
      if (isNamed(before, path)) return null;
      const files = Object.fromEntries(Object.entries(before.files).filter(([each]) => each !== path));
      return { after: { ...before, files }, edit: { kind: 'removed', path } };
    }),
  ignored: (dice, before) =>
    withReadFile(dice, before, (path) =>
      isNamed(before, path)
        ? null
        : { after: { ...before, ignored: [...before.ignored, path] }, edit: { kind: 'ignored', path } },
    ),
  unignored: (_dice, before) => {
    const [path] = before.ignored;
    const after = { ...before, ignored: [] };
    return path !== undefined && isRead(after, path) ? { after, edit: { kind: 'unignored', path } } : null;
  },
  argument: (_dice, before) => {
    const value = before.buildArgs.VERSION!;
    const after = { ...before, buildArgs: { ...before.buildArgs, VERSION: `${value}.1` } };
    return { after, edit: { kind: 'argument', name: 'VERSION', before: value, after: `${value}.1` } };
  },
  environment: (dice, before) =>
    withLine(dice, before, (line) => {
      if (line.kind !== 'env') return null;
      const { name, value } = line;
      return [
        { ...line, value: `${value}x` },
        { kind: 'environment', name, before: value, after: `${value}x` },
      ];
    }),
  base: (_dice, before) => ({ after: { ...before, base: 'b' }, edit: { kind: 'base', before: 'a', after: 'b' } }),
  line: (dice, before) => withLine(dice, before, otherCommand),
  'new line': (dice, before) =>
    atPlace(dice, before, (lines, at) => {
      const line: TrialLine = { kind: 'run', command: 'echo new' };
      return [
        [...lines.slice(0, at + 1), line, ...lines.slice(at + 1)],
        { kind: 'line', before: null, after: lineText(line) },
      ];
    }),
  'line gone': (dice, before) =>
    atPlace(dice, before, (lines, at) => {
      const gone = lines[at]!;
      if (!isStep(gone) || at < 2) return null;
      return [lines.toSpliced(at, 1), { kind: 'line', before: lineText(gone), after: null }];
    }),
  'earlier stage': (dice, before) =>
    before.stages.length < 2
      ? null
      : withLine(dice, { ...before, stages: before.stages.slice(0, 1) }, otherCommand, before),
  nothing: (dice, before) =>
    dice.pick<() => Edited>([
      () => ({
        ...changed(before, unread, { content: 'another note', mode: 0o755 }, 'content'),
        edit: nothing('a file that no step reads'),
      }),
      () => ({
        after: { ...before, buildArgs: { ...before.buildArgs, UNDECLARED: 'x' } },
        edit: nothing('an argument without ARG'),
      }),
      () => ({ after: { ...before, remarks: ['Another remark.', 'And one more.'] }, edit: nothing('a comment') }),
      () => ({
        after: { ...before, ignored: [...before.ignored, unread] },
        edit: nothing('an ignore rule for what no step reads'),
      }),
      () => ({ after: before, edit: nothing('at all') }),
    ])(),
};

function nothing(what: string): Edit {
  return { kind: 'nothing', what };
}

function otherCommand(line: TrialLine): [TrialLine, Edit] | null {
  if (line.kind !== 'run') return null;
  const after = { ...line, command: `${line.command.replace(/ #.*/, '')} && true` };
  return [after, { kind: 'line', before: lineText(line), after: lineText(after) }];
}

function changed(before: TrialProject, path: string, file: TrialFile, kind: 'content' | 'mode' | 'added') {
  return { after: { ...before, files: { ...before.files, [path]: file } }, edit: { kind, path } };
}

function withReadFile(dice: Dice, before: TrialProject, edit: (path: string, file: TrialFile) => Edited): Edited {
  const read = before.stages.flatMap(({ lines }) => lines.flatMap((line) => filesRead(before, line)));
  return read.length === 0 ? null : edit(...dice.pick(read));
}

/** By its own name: then a COPY fails without it, and is no step that ran. */
function isNamed({ stages }: TrialProject, path: string): boolean {
  return stages.some(({ lines }) => lines.some((line) => line.kind === 'copy' && line.sources.includes(path)));
}

function isRead({ stages, ignored }: TrialProject, path: string): boolean {
  const files = { [path]: { content: '', mode: 0 } };
  return stages.some(({ lines }) => lines.some((line) => filesRead({ files, ignored }, line).length > 0));
}

type LineEditor = (line: TrialLine) => [TrialLine, Edit] | null;

function withLine(dice: Dice, before: TrialProject, edit: LineEditor, whole = before): Edited {
  return atPlace(
    dice,
    before,
    (lines, at) => {
      const edited = edit(lines[at]!);
      return edited && [lines.with(at, edited[0]), edited[1]];
    },
    whole,
  );
}

type PlaceEditor = (lines: readonly TrialLine[], at: number) => [readonly TrialLine[], Edit] | null;

function atPlace(dice: Dice, before: TrialProject, edit: PlaceEditor, whole = before): Edited {
  const index = dice.roll(before.stages.length);
  const { lines } = before.stages[index]!;
  const edited = edit(lines, dice.roll(lines.length));
  if (!edited) return null;
  const stages = whole.stages.with(index, { ...whole.stages[index]!, lines: edited[0] });
  return { after: { ...whole, stages }, edit: edited[1] };
}

/** Places of the steps that a builder cannot have kept from `before`, and of those among them that stand on none of the others. */
export function missedSteps({ before, after }: EditPair): {
  readonly missed: readonly number[];
  readonly roots: readonly number[];
} {
  const kept = new Set(stepsOf(before).map(({ key }) => key));
  const steps = stepsOf(after);
  const missed = steps.flatMap(({ key }, at) => (kept.has(key) ? [] : [at]));
  const roots = missed.filter((at) => !steps[at]!.parents.some((parent) => missed.includes(parent)));
  return { missed, roots };
}
