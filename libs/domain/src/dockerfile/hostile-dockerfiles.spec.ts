// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles are full of them.
import { costRatio } from '@cooperage/testing';
import { describe, expect, it } from 'vitest';
import { planDockerfile } from '../cache/reason/step-plan.js';
import { detectSyntax } from './directives.js';
import { measureExpansion } from './expansion.js';
import { readInstructions } from './instructions.js';
import { bytesToLines } from './lines.js';

const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, at) => text(at)).join('');

/** Texts of about n bytes, each made to make one part of the reader slow. */
const hostile: Record<string, (bytes: number) => string> = {
  'carriage returns before something else': (n) => `FROM a\n${'\r'.repeat(n)}x`,
  'lines without anything': (n) => '\n'.repeat(n),
  comments: (n) => '#\n'.repeat(n / 2),
  continuations: (n) => `RUN a${'\\\n'.repeat(n / 2)}`,
  'comments between continuations': (n) => `RUN a \\\n${'#\n'.repeat(n / 2)}`,
  backslashes: (n) => `RUN ${'\\ '.repeat(n / 2)}x`,
  spaces: (n) => `RUN${' '.repeat(n / 2)}x${' '.repeat(n / 2)}y`,
  'here-documents without an end': (n) => `RUN ${'<<A '.repeat(n / 4)}`,
  'here-documents with their ends': (n) => `RUN ${'<<A '.repeat(n / 8)}\n${'A\n'.repeat(n / 4)}`,
  'variables in variables': (n) => `RUN << ${'${a:-'.repeat(n / 5)}`,
  quotes: (n) => `RUN << ${'"'.repeat(n)}`,
  flags: (n) => `RUN ${'--a=b '.repeat(n / 6)}x`,
  directives: (n) => `# escape=${' '.repeat(n)}x`,
  references: (n) => `ENV ${'a=$a$b${c} '.repeat(n / 11)}`,
  replacements: (n) => `RUN ${'${a//b/c}'.repeat(n / 9)}`,
  'sources that are one here-document': (n) => `COPY ${'<<A '.repeat(n / 8)}/\n${'A\n'.repeat(n / 4)}`,
  'JSON without an end': (n) => `{${' '.repeat(n)}`,
};

describe('R-H7 a Dockerfile that is made to be read slowly', () => {
  it.each(Object.keys(hostile))('takes time in proportion to its length: %s', (name) => {
    const read = (bytes: number) => {
      const content = Buffer.from(hostile[name]!(bytes), 'latin1');
      const scene = { buildArgs: {}, from: [], spentBytes: 0 };
      const measure = () => measureExpansion(content, readInstructions(content), scene);
      return () => [measure(), detectSyntax(bytesToLines(content))];
    };
    read(1000)();
    expect(costRatio(read(240_000), read(60_000), 10)).toBeLessThan(10);
  });

  it('S-047 takes no longer for many stages, also those that copy from each other in a ring', () => {
    const ring = (stages: number) =>
      times(stages, (at) => `FROM scratch AS s${at}\nCOPY --from=s${(at + 1) % stages} / /\n`);
    const chain = (stages: number) => `FROM scratch AS s0\n${times(stages, (at) => `FROM s${at} AS s${at + 1}\n`)}`;
    for (const make of [ring, chain]) {
      const [few, many] = [make(5_000), make(20_000)].map((text) => Buffer.from(text));
      const ratio = costRatio(
        () => readInstructions(many!),
        () => readInstructions(few!),
        10,
      );
      expect(ratio).toBeLessThan(10);
      expect(planDockerfile(make(100), {}).stages.length).toBeGreaterThanOrEqual(100);
    }
  });

  it('holds no more variables than one that is meant, however many steps they reach', () => {
    const { steps } = planDockerfile(`FROM scratch\n${times(4_000, (at) => `ENV A${at}=x\nRUN true\n`)}`, {});
    const held = steps.reduce((sum, { variables }) => sum + variables.size, 0);
    expect(held).toBeGreaterThan(100_000);
    expect(held).toBeLessThan(260_000);
  });

  it('lets no variable grow by standing for itself twice', () => {
    const text = `FROM scratch\nENV A=0123456789\n${'ENV A=$A$A\n'.repeat(24)}RUN true\n`;
    const value = planDockerfile(text, {}).steps.at(-1)?.variables.get('A') ?? '';
    expect(value.length).toBeLessThan(20_000);
  });
});
