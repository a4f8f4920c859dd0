// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles are full of them.
import { BuildFailure } from '@cooperage/domain';
import { describe, expect, it } from 'vitest';
import { checkDockerfile } from './policy.js';

const check = (text: string, scene?: Parameters<typeof checkDockerfile>[2]) =>
  checkDockerfile('docker/Dockerfile', Buffer.from(text), scene);
const refusal = (text: string, scene?: Parameters<typeof checkDockerfile>[2]) => {
  try {
    check(text, scene);
  } catch (error) {
    if (error instanceof BuildFailure) return error.report();
    throw error;
  }
  return null;
};

describe('the policy for Dockerfiles', () => {
  it.each([
    'docker/dockerfile:1',
    'docker/dockerfile:1.7',
    'docker/dockerfile:1.7.0-labs',
    'docker/dockerfile',
    'docker.io/docker/dockerfile:latest',
    `docker/dockerfile:1@sha256:${'a'.repeat(64)}`,
  ])('S-033 takes Docker’s own frontend %s', (image) => {
    expect(refusal(`# syntax=${image}\nFROM x\n`)).toBeNull();
  });

  it.each([
    ['# syntax=evil/frontend\nFROM x\n', 1],
    ['# Syntax = evil/frontend:1 --opt\nFROM x\n', 1],
    ['# escape=`\n# syntax=evil/frontend\nFROM x\n', 2],
    ['#!/usr/bin/env x\n# syntax=evil/frontend\nFROM x\n', 2],
    ['\ufeff#syntax=evil/frontend\nFROM x\n', 1],
    ['// syntax=evil/frontend\nFROM x\n', 1],
    ['{"syntax": "evil/frontend"}', 1],
    ['# syntax=docker/dockerfile-upstream:master\n', 1],
    ['# syntax=docker/dockerfile:1.evil.example/x\n', 1],
    ['# syntax=evil.example/docker/dockerfile:1\n', 1],
    ['# syntax=docker/dockerfile:2\n', 1],
  ])('S-033 refuses a foreign frontend: %j', (text, line) => {
    expect(refusal(text)).toMatchObject({ code: 'PolicyRefused', place: { file: 'docker/Dockerfile', line } });
  });

  it.each([
    'FROM x\n# syntax=evil/frontend\n',
    '# a comment\n# syntax=evil/frontend\nFROM x\n',
    '# unknown=1\n# syntax=evil/x\nFROM x\n',
  ])('S-033 a line that BuildKit does not take for a syntax line is none: %j', (text) => {
    expect(refusal(text)).toBeNull();
  });

  it.each([
    ['FROM x\nRUN --network=host y\n', 2],
    ['FROM x\nRUN --security=insecure y\n', 2],
    ['FROM x\nRUN --device=vendor.com/gpu y\n', 2],
    ['FROM x\nRUN --mount=type=cache,target=/c \\\n --network=host y\n', 2],
    ['FROM x\nONBUILD RUN --network=host y\n', 2],
    ['FROM x\nRUN <<EOF\nx\nEOF\nRUN --network=host y\n', 5],
  ])('S-034 refuses privileges: %j', (text, line) => {
    expect(refusal(text)).toMatchObject({ code: 'PolicyRefused', place: { line } });
  });

  it.each([
    'FROM x\nRUN --network=none y\n',
    'FROM x\nRUN --network=default y\n',
    'FROM x\nRUN --security=sandbox y\n',
    'FROM x\nRUN echo --network=host\n',
    'FROM x\nRUN <<EOF\nRUN --network=host y\nEOF\n',
    'FROM x\nCOPY --device=no a b\n',
  ])('S-034 lets pass what asks for nothing: %j', (text) => {
    expect(refusal(text)).toBeNull();
  });

  it.each([
    'ADD https://example.test/x /x',
    'add --chown=1 HTTP://example.test/x /x',
    'ADD ["https://example.test/x", "/x"]',
    'ADD a.txt git@example.test:x/y.git /x',
    'ADD ssh://git@example.test/x.git /x',
  ])('S-120 refuses an address where only images are fetched: %j', (line) => {
    const text = `FROM x\n${line}\n`;
    expect(() => checkDockerfile('Dockerfile', Buffer.from(text), { onlyImages: true })).toThrow(
      expect.objectContaining({ code: 'PolicyRefused', place: expect.objectContaining({ line: 2 }) }),
    );
    expect(refusal(text)).toBeNull();
  });

  it('S-120 takes files, and what only looks like an address', () => {
    for (const line of [
      'ADD a.tar.gz /',
      'ADD https.txt /',
      'COPY https://example.test/x /x',
      'RUN wget https://x.test',
    ])
      expect(() => checkDockerfile('Dockerfile', Buffer.from(`FROM x\n${line}\n`), { onlyImages: true })).not.toThrow();
  });

  it('S-047 refuses files beyond all measure', () => {
    expect(refusal('#'.repeat(1024 * 1024 + 1))).toMatchObject({ code: 'DockerfileInvalid' });
  });

  it('R4-P10 refuses more instructions than a Dockerfile may have, with their number and the first that is too many', () => {
    const withSteps = (count: number) => `FROM x\n${'RUN :\n'.repeat(count - 1)}`;
    expect(refusal(withSteps(2_000))).toBeNull();
    expect(refusal(withSteps(100_000))).toMatchObject({
      code: 'DockerfileInvalid',
      message: expect.stringMatching(/100000 instructions; at most 2000 .*Join/),
      place: { file: 'docker/Dockerfile', line: 2_001, endLine: 2_001 },
    });
  });

  const tenfold = (keyword: string) =>
    `${keyword} a=0123456789\n${[...'abcdefghi'].map((name, at) => `${keyword} ${'bcdefghij'[at]}=${`$${name}`.repeat(10)}\n`).join('')}`;
  const big = `ENV big=${'x'.repeat(60_000)}\n`;
  const bigs = Array.from({ length: 15 }, (_, at) => `ENV X${at}=${'x'.repeat(60_000)}\n`).join('');

  it.each([
    ['arguments before FROM', `${tenfold('ARG')}FROM scratch\n`, 7, 'g'],
    ['arguments of a stage', `FROM scratch\n${tenfold('ARG')}`, 8, 'g'],
    ['variables', `FROM scratch\n${tenfold('ENV')}`, 8, 'g'],
    ['variables for other builds', `FROM scratch\n${tenfold('ONBUILD ENV')}`, 5, 'd'],
    ['a replacement', `FROM scratch\n${big}ENV b=\${big//x/$big}\n`, 3, 'b'],
    ['a value under a name of variables', `FROM x\n${big}ARG n=v\nENV $n=$big\nENV b=${'$v'.repeat(20)}\n`, 5, 'b'],
    ['words in words', `FROM x\nENV b=${'${a:-'.repeat(200)}${'}'.repeat(200)}\n`, 2, 'b'],
    ['a name of the step', `FROM x\n${big}RUN echo ${'$big '.repeat(20)}\n`, 3, 'RUN'],
    ['a list', `FROM x\n${big}COPY ["${'\\u0024big'.repeat(20)}", "/"]\n`, 3, 'COPY'],
    ['a mount', `FROM x\n${big}RUN --mount=type=cache,"target=/${'$big'.repeat(20)}" true\n`, 3, 'RUN'],
    ['a here-document', `FROM x\n${big}COPY <<E /x\n'${'$big\n'.repeat(20)}E\n`, 3, 'the here-document'],
    ['a stage that variables name', `FROM x AS s\n${big}FROM \${a:-s}\nLABEL l=${'$big'.repeat(20)}\n`, 4, 'l'],
    [
      'a trigger of a stage',
      `ARG a=s\nFROM x AS s\n${big}ONBUILD ENV c=${'$b'.repeat(20)}\nENV b=$big\nFROM $a\n`,
      6,
      'c',
    ],
    ['another escape character', `# escape=\`\nFROM x\n${big}USER ${'\\$big'.repeat(20)}\n`, 4, 'USER'],
  ])('R7-C2 ends a build whose variables become too long in one text: %s', (_, text, line, name) => {
    expect(refusal(text)).toMatchObject({
      code: 'DockerfileInvalid',
      message: `With its variables put in place, "${name}" can become longer than 1 MiB. Let it name fewer or shorter variables, or COPY a file that holds the text.`,
      place: { file: 'docker/Dockerfile', line },
    });
  });

  it.each([
    ['variables in each step', `FROM scratch\n${bigs}${'RUN :\n'.repeat(1_900)}`],
    ['arguments in each step', `ARG a=${'x'.repeat(60_000)}\nFROM scratch\nARG a\n${'RUN :\n'.repeat(1_900)}`],
    ['the shell in each step', `FROM x\nSHELL ["${'x'.repeat(500_000)}"]\n${'RUN :\n'.repeat(1_900)}`],
    ['the user in each step', `FROM x\nUSER ${'x'.repeat(60_000)}\n${'RUN :\n'.repeat(1_900)}`],
    ['the folder in each step', `FROM x\n${`WORKDIR ${'x'.repeat(6_000)}\n`.repeat(100)}${'RUN :\n'.repeat(1_800)}`],
    [
      'many long values',
      `FROM x\nENV a=${'x'.repeat(60_000)}\nENV ${Array.from({ length: 2_000 }, (_, at) => `b${at}=$a`).join(' ')}\n`,
    ],
    [
      'copies of a here-document',
      `FROM x\nCOPY ${'<<E '.repeat(400)}/x/\n${'x\n'.repeat(100_000)}${'E\n'.repeat(400)}`,
    ],
    ['a pattern that is searched for', `FROM x\n${big}ENV b=\${big//${'a*'.repeat(1_000)}/y}\n`],
    ['the shell in each command', `FROM x\nSHELL ["${'x'.repeat(500_000)}"]\n${'CMD :\n'.repeat(1_900)}`],
    ['folders in folders', `FROM x\n${`WORKDIR ${'x'.repeat(450)}\n`.repeat(1_990)}`],
    ['many names', `FROM x\nENV ${Array.from({ length: 60_000 }, (_, at) => `b${at}=`).join(' ')}\n`],
    ['a long name that nobody sets', `FROM x\nENV ${'n'.repeat(30_000)}=\nLABEL l=$${'m'.repeat(30_000)}\n`],
    ['triggers of many stages', `FROM x AS s\n${'ONBUILD RUN :\n'.repeat(900)}${'FROM s\n'.repeat(900)}`],
    [
      'stages that take over variables',
      `FROM x AS s\nENV ${Array.from({ length: 50_000 }, (_, at) => `b${at}=`).join(' ')}\n${'FROM s\n'.repeat(900)}`,
    ],
  ])('R7-C2 ends a build whose variables take too much in all: %s', (_, text) => {
    expect(refusal(text)).toMatchObject({
      code: 'DockerfileInvalid',
      message: expect.stringMatching(
        /can become longer than 64 MiB: each RUN has .*Use shorter values, or fewer RUN\.$/,
      ),
      place: { file: 'docker/Dockerfile', line: expect.any(Number) },
    });
  });

  it('R7-C2 counts build arguments by the values that are given', () => {
    const text = `FROM x\nARG a\nENV b=${'$a'.repeat(20)}\n`;
    expect(refusal(text, { buildArgs: { a: 'short' } })).toBeNull();
    expect(refusal(text, { buildArgs: { a: 'x'.repeat(60_000) } })).toMatchObject({ place: { line: 3 } });
    // Also what is written is put in place, before it is known what is given.
    const given = { buildArgs: Object.fromEntries([...'bcdefghij'].map((name) => [name, ''])) };
    expect(refusal(`${tenfold('ARG')}FROM x\n`, given)).toMatchObject({ place: { line: 7 } });
    expect(refusal(`FROM x\n${tenfold('ARG')}`, given)).toBeNull();
  });

  it('R7-C2 counts the Dockerfiles of one build together, and what one takes over from another', () => {
    const base = check(`FROM x\nENV a=${'x'.repeat(60_000)}\n${'RUN :\n'.repeat(400)}`);
    const next = `FROM base\nENV b=${'$a'.repeat(20)}\n`;
    expect(refusal(next)).toBeNull();
    expect(refusal(next, { from: [base] })).toMatchObject({ code: 'DockerfileInvalid', place: { line: 2 } });
    const steps = `FROM x\nENV a=${'x'.repeat(60_000)}\n${'RUN :\n'.repeat(800)}`;
    expect(refusal(steps)).toBeNull();
    expect(refusal(steps, { before: base })).toMatchObject({ code: 'DockerfileInvalid' });
    expect(refusal(`FROM base\n${'RUN :\n'.repeat(1_500)}`, { from: [base] })).toMatchObject({
      code: 'DockerfileInvalid',
    });
  });

  it('R7-C2 lets pass what people write, also much of it', () => {
    const script = Array.from(
      { length: 300 },
      (_, at) => `  test "$x${at % 7}" = "\${y%%.*}" || dir="\${z//-/_}$(pwd)";`,
    ).join(' \\\n');
    const stage = [
      'FROM $BASE AS s',
      'ARG TARGETARCH VERSION=1.2.3 PATCH=${VERSION##*.}',
      'ENV PATH=/opt/bin:$PATH LD_LIBRARY_PATH="/opt/lib:${LD_LIBRARY_PATH}" HOME=/home/me',
      ...Array.from(
        { length: 20 },
        (_, at) => `ENV PATH=/opt/${at}/bin:$PATH\nLABEL l${at}="\${VERSION//./-}" m=$TARGETARCH`,
      ),
      'WORKDIR $HOME/src',
      'USER ${USER:-me}',
      'COPY --chown=$USER <<EOF /run.sh',
      'echo $VERSION',
      'EOF',
      `RUN set -eux; \\\n${script} \\\n true`,
      ...Array.from(
        { length: 30 },
        () => 'RUN --mount=type=cache,target=$HOME/.cache,id=c-$TARGETARCH make "$VERSION"',
      ),
    ].join('\n');
    expect(refusal(`ARG BASE=debian\n${`${stage}\n`.repeat(20)}`)).toBeNull();
    expect(refusal(`FROM x\nENV PATH=/a:$PATH\n${`RUN echo '${'é'.repeat(200)}' $PATH\n`.repeat(1_990)}`)).toBeNull();
    expect(refusal(`FROM x\nCOPY <<'EOF' /x\n${'echo $a \\\n'.repeat(50_000)}EOF\n`)).toBeNull();
    expect(refusal(`FROM x\nCOPY <<EOF /x\n${'é '.repeat(300_000)}\nEOF\n`)).toBeNull();
  });

  it('sees whether a Dockerfile wants the commit’s time', () => {
    expect(check('FROM x\nARG A SOURCE_DATE_EPOCH=0\n').wantsSourceDateEpoch).toBe(true);
    expect(check('FROM x\nARG MY_SOURCE_DATE_EPOCH\nENV SOURCE_DATE_EPOCH=1\n').wantsSourceDateEpoch).toBe(false);
  });
});
