import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

export interface HostileInput {
  /** `S-033` and so on. */
  readonly id: string;
  readonly input: string;
  readonly expected: string;
}

export interface NamedTest {
  /** Relative to the repository, `/` between names. */
  readonly file: string;
  readonly line: number;
  readonly title: string;
}

const root = path.resolve(import.meta.dirname, '../../..');
const places = ['apps', 'libs', 'tools', 'e2e/scenarios'];
const passedOver = new Set(['node_modules', 'dist', 'generated', '.next', '.turbo']);
/** Tests of hostile inputs, and not the one of this list, which quotes titles. */
const isTestFile = (file: string) =>
  /\.(?:spec|suite|e2e)\.tsx?$|^e2e\/scenarios\//.test(file) && file !== 'tools/lint/src/hostile-inputs.spec.ts';

/** The rows of the page of hostile inputs. */
export function readHostileInputs(): HostileInput[] {
  const page = readFileSync(path.join(root, 'docs/hostile-inputs.md'), 'utf8');
  return [...page.matchAll(/^\| (S-\d{3}) \| (.+?) \| (.+?) \|$/gm)].map(([, id, input, expected]) => ({
    id: id!,
    input: input!,
    expected: expected!,
  }));
}

/** Titles of tests and of groups of them in a source text that name an id, each with all the ids that it names. */
export function titlesIn(file: string, source: string): (NamedTest & { readonly ids: readonly string[] })[] {
  return source.split('\n').flatMap((text, index) => {
    // A title is the first argument, behind a bracket or alone in its line; what a comment says is none.
    const title = /(?:^\s*|\(\s*)(['"`])((?:\\.|(?!\1).)*S-\d{3}(?:\\.|(?!\1).)*)\1,/.exec(text)?.[2];
    if (title === undefined || /^\s*(?:\/\/|\*|\/\*)/.test(text)) return [];
    return [{ file, line: index + 1, title, ids: [...new Set(title.match(/S-\d{3}/g))] }];
  });
}

/** Every test of this repository that names an id, by that id. */
export function testsById(): Map<string, NamedTest[]> {
  const byId = new Map<string, NamedTest[]>();
  for (const file of places.flatMap(filesBelow).filter(isTestFile))
    for (const { ids, ...test } of titlesIn(file, readFileSync(path.join(root, file), 'utf8')))
      for (const id of ids) byId.set(id, [...(byId.get(id) ?? []), test]);
  return byId;
}

function filesBelow(folder: string): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const below = `${folder}/${entry.name}`;
    if (!entry.isDirectory()) return entry.isFile() ? [below] : [];
    return passedOver.has(entry.name) ? [] : filesBelow(below);
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const tests = testsById();
  for (const { id, input, expected } of readHostileInputs()) {
    console.log(`${id}  ${input}\n       => ${expected}`);
    for (const { file, line, title } of tests.get(id) ?? []) console.log(`       ${file}:${line}  ${title}`);
  }
}
