import { heredocsOf } from './heredocs.js';
import { type Instruction, readInstructions } from './instructions.js';
import { bytesToText } from './lines.js';

const onbuild = /^onbuild[\t\v\f\r ]+/i;

/** `ONBUILD COPY …`: it runs in the stages that start from its own, and in every image that is built from this one. */
export function isTrigger({ text }: Instruction): boolean {
  return onbuild.test(text);
}

/** Whether the image of FROM may come to the name of a stage, which has none of `:`, `/` and `@`. */
export function mayNameStage(image: string): boolean {
  if (!/[$'"\\`]/.test(image)) return false;
  const written = image.replace(/\$\{[^{}]*\}/g, '');
  return /[{}]/.test(written) || !/[:/@]/.test(written);
}

/** A trigger as the stages that start from its own read it: by itself, without the directives of the file. */
export function alone({ text, documents }: Instruction): Instruction | null {
  const written = text.replace(onbuild, '') + (documents === '' ? '' : `\n${documents}`);
  const [only = null, ...more] = readInstructions(Buffer.from(written, 'latin1'));
  return more.length === 0 ? only : null;
}

/** What each here-document of a COPY or ADD holds, in order. */
export function contentsOf(text: string, args: string, documents: string): { terminator: string; content: string }[] {
  const lines = documents.split('\n');
  let at = 0;
  return heredocsOf(text, args).map(({ terminator, stripTabs }) => {
    const from = at;
    while (at < lines.length && (stripTabs ? lines[at]!.replace(/^\t+/, '') : lines[at]) !== terminator) at++;
    return { terminator, content: bytesToText(lines.slice(from, at++).join('\n')) };
  });
}
