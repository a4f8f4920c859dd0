import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readInstructions } from './instructions.js';

const read = (text: string | Buffer) =>
  readInstructions(Buffer.from(text)).map(({ keyword, flags, args, startLine, endLine }) => [
    keyword,
    flags,
    args,
    startLine,
    endLine,
  ]);

describe('instructions of a Dockerfile', () => {
  it('are put together over comments, empty lines and continuations', () => {
    expect(read('\ufeff# comment\nFROM a\n\nrun one \\\n  # inside\n\n  two \\  \n  three\n  CMD ["x"]\n')).toEqual([
      ['from', [], 'a', 2, 2],
      ['run', [], 'one   two   three', 4, 8],
      ['cmd', [], '["x"]', 9, 9],
    ]);
  });

  it('know the escape directive', () => {
    expect(read('# escape=`\nRUN a `\n  b \\\nRUN c\n').map(([, , args, line]) => [args, line])).toEqual([
      ['a   b \\', 2],
      ['c', 4],
    ]);
    expect(read('FROM x\n# escape=`\nRUN a `\nRUN b\n')).toHaveLength(3);
  });

  it.each([
    ['RUN <<EOF\nRUN --network=host x\nEOF\nRUN y\n', ['<<EOF', 'y']],
    ['RUN <<-EOF\n\t\tRUN no\n\tEOF\nRUN y\n', ['<<-EOF', 'y']],
    ['COPY <<"A B" <<C /\nRUN no\nA B\nRUN no\nC\nRUN y\n', ['<<"A B" <<C /', 'y']],
    ["RUN cat 3<<'EOF' && echo\nRUN no\nEOF\nRUN y\n", ["cat 3<<'EOF' && echo", 'y']],
    ['ONBUILD RUN <<EOF\nRUN no\nEOF\nRUN y\n', ['<<EOF', 'y']],
    ['RUN ["a", "<<EOF"]\nRUN y\nEOF\n', ['["a", "<<EOF"]', 'y', '']],
    ['RUN echo $((1<<2))\nRUN y\n2))\n', ['echo $((1<<2))', 'y', '']],
    ['RUN cat << EOF\nRUN no\nEOF\nRUN y\n', ['cat << EOF', 'y']],
    ['RUN <<EOF "never closed\nRUN y\nEOF\n', ['<<EOF "never closed', 'y', '']],
    ['RUN <<EOF ${broken\nRUN y\nEOF\n', ['<<EOF ${broken', 'y', '']],
    [`RUN <<EOF $${'{X:-a b}'} $Y\nRUN no\nEOF\nRUN y\n`, [`<<EOF $${'{X:-a b}'} $Y`, 'y']],
    ['RUN <<E\\OF\nRUN no\nEOF\nRUN y\n', ['<<E\\OF', 'y']],
    ['RUN cat <<<EOF\nRUN y\nEOF\n', ['cat <<<EOF', 'y', '']],
    ['RUN echo "<<EOF"\nRUN y\nEOF\n', ['echo "<<EOF"', 'y', '']],
    ['ENV A=<<EOF\nRUN y\nEOF\n', ['A=<<EOF', 'y', '']],
    ['RUN <<EOF\nRUN never ended\n', ['<<EOF']],
  ])('take here-documents as content: %j', (text, args) => {
    expect(read(text).map((instruction) => instruction[2])).toEqual(args);
  });

  it.each([
    ['RUN --network=host x', ['--network=host'], 'x'],
    ['RUN --mount=type=bind,target=/a  --net"work"=ho\'st\' x', ['--mount=type=bind,target=/a', '--network=host'], 'x'],
    ['RUN --net\\work=host x', ['--network=host'], 'x'],
    ['RUN "--network=host" x', [], '"--network=host" x'],
    ['RUN -- --network=host', [], '--network=host'],
    ['RUN x --network=host', [], 'x --network=host'],
    ['RUN \\\n--network=host \\\n x', ['--network=host'], 'x'],
    ['ONBUILD RUN --device=a x', ['--device=a'], 'x'],
    ['\u3000RUN --network=host x', ['--network=host'], 'x'],
  ])('have their flags read as BuildKit does: %j', (text, flags, args) => {
    expect(read(text)).toEqual([['run', flags, args, 1, expect.any(Number)]]);
  });

  it('counts single bytes that BuildKit takes for white space', () => {
    const text = Buffer.concat([Buffer.from('RUN --network=host'), Buffer.from([0xa0]), Buffer.from('x\n')]);
    expect(readInstructions(text)[0]?.flags).toEqual(['--network=host']);
  });

  it('never throw, and their lines never go back or beyond the file', () => {
    const part = fc.constantFrom(
      'RUN ',
      'FROM ',
      '\\',
      '\n',
      '"',
      "'",
      '<<EOF',
      'EOF',
      '--x=',
      '#',
      ' ',
      '\t',
      'ONBUILD ',
      '`',
      'a',
      '[',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
        const text = parts.join('');
        let last = 0;
        for (const { startLine, endLine } of readInstructions(Buffer.from(text))) {
          expect(startLine).toBeGreaterThan(last);
          expect(endLine).toBeGreaterThanOrEqual(startLine);
          last = endLine;
        }
        expect(last).toBeLessThanOrEqual(text.split('\n').length);
      }),
    );
  });

  it.each([
    ['spaces', (n: number) => `RUN a${' '.repeat(n)}b`],
    ['directive', (n: number) => `# syntax=a${' '.repeat(n)}b`],
    ['quotes', (n: number) => `RUN ${'"'.repeat(n)}`],
    ['heredocs', (n: number) => `RUN ${'<<'.repeat(n)}`],
    ['expansions', (n: number) => `RUN <<A ${'${A:-'.repeat(n)}`],
    ['names', (n: number) => `RUN <<A ${'$A'.repeat(n)}`],
    ['backslashes', (n: number) => `RUN ${'\\ '.repeat(n)}`],
    ['flags', (n: number) => `RUN ${'--a '.repeat(n)}`],
    ['continuations', (n: number) => `RUN a \\\n${' \\\n'.repeat(n)}`],
    ['onbuild', (n: number) => `${'ONBUILD '.repeat(n)}RUN x`],
  ])('S-047 take linear time: %s', (_name, text) => {
    const timed = (n: number) => {
      const bytes = Buffer.from(text(n));
      const startedAt = performance.now();
      readInstructions(bytes);
      return performance.now() - startedAt;
    };
    timed(1_000);
    // Quadratic time would be minutes here.
    expect(timed(200_000)).toBeLessThan(5_000);
  });
});
