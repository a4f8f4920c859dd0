import { readInstructions } from '@cooperage/domain';
import { describe, expect, it } from 'vitest';
import { canonicalDockerfile, type SourcePlace, upToTarget } from './canonical-dockerfile.js';
import { sourcesNamed } from './named-sources.js';

const ids: Readonly<Record<string, string>> = { busybox: 'aa', 'busybox:1': 'bb', 'quay.io/x': 'cc' };

/** What buildah is given, where each image that is named is in the store. */
function given(dockerfile: string): string {
  const content = Buffer.from(dockerfile);
  const instructions = readInstructions(content);
  const places = sourcesNamed(instructions, {}).flatMap(
    ({ name, stage, instruction }): [typeof instruction, SourcePlace][] => {
      if (stage !== null) return [[instruction, { stage }]];
      return ids[name] === undefined ? [] : [[instruction, { id: ids[name] }]];
    },
  );
  return canonicalDockerfile(content, instructions, new Map(places)).toString();
}

describe('R15C-1 the Dockerfile that buildah is given', () => {
  it('has each instruction in one line, where it begins', () => {
    const written = '\ufeff# comment\r\nFROM busybox\r\nrun a \\\n  # comment\n\n  b\nCMD ["é"]';
    expect(given(written)).toBe('\nFROM aa AS s0\nRUN a   b\n\n\n\nCMD ["é"]\n');
  });

  it('keeps the character that escapes', () => {
    expect(given('# escape=`\nFROM busybox\nRUN a `\n b\n')).toBe('# escape=`\nFROM aa AS s0\nRUN a  b\n');
  });

  it('has the flags that were checked', () => {
    expect(given('FROM busybox\nRUN --mount=type=secret,i"d"=x   true\n')).toBe(
      'FROM aa AS s0\nRUN --mount=type=secret,id=x true\n',
    );
  });

  it('R16C-2 names images by their ids and stages by names of ours', () => {
    const written = `FROM --platform=$BUILDPLATFORM busybox:1 AS Docker.io/attacker/evil
FROM docker.io/attacker/evil
COPY --from=quay.io/x --chown=1 /a /b
COPY --from=0 /a /b
FROM busybox AS bb
FROM scratch
COPY --from=bb /a /b
`;
    expect(given(written)).toBe(`FROM bb AS s0
FROM s0 AS s1
COPY --from=cc --chown=1 /a /b
COPY --from=s0 /a /b
FROM aa AS s2
FROM scratch AS s3
COPY --from=s2 /a /b
`);
  });
});

describe('a target of a Dockerfile', () => {
  const instructions = readInstructions(
    Buffer.from('ARG A\nFROM a AS One\nRUN x\nFROM b\nFROM c AS one\nRUN y\nFROM d\n'),
  );
  const lastLine = (target?: string) => upToTarget(instructions, target)?.at(-1)?.startLine;

  it('is the last stage of that name, or of that number', () => {
    expect([undefined, 'ONE', '0', '1', '3'].map(lastLine)).toEqual([7, 6, 3, 4, 7]);
  });

  it('is none where no stage has it', () => {
    expect([lastLine('two'), lastLine('4'), lastLine('s0')]).toEqual([undefined, undefined, undefined]);
  });
});
