import { readInstructions } from '@cooperage/domain';
import { describe, expect, it } from 'vitest';
import { canonicalDockerfile } from './canonical-dockerfile.js';

describe('R15C-1 the Dockerfile that buildah is given', () => {
  const given = (dockerfile: string, ids: readonly string[] = []) => {
    const content = Buffer.from(dockerfile);
    const instructions = readInstructions(content);
    const froms = instructions.filter(({ keyword }) => keyword === 'from');
    const bases = new Map(ids.map((id, at) => [froms[at]!, id]));
    return canonicalDockerfile(content, instructions, bases).toString();
  };

  it('has each instruction in one line, where it begins', () => {
    const written = '\ufeff# comment\r\nFROM busybox\r\nRUN a \\\n  # comment\n\n  b\nCMD ["é"]';
    expect(given(written)).toBe('\nFROM busybox\nRUN a   b\n\n\n\nCMD ["é"]\n');
  });

  it('keeps the character that escapes', () => {
    expect(given('# escape=`\nFROM x\nRUN a `\n b\n')).toBe('# escape=`\nFROM x\nRUN a  b\n');
  });

  it('has the flags that were checked', () => {
    expect(given('FROM x\nRUN --mount=type=secret,i"d"=x   true\n')).toBe(
      'FROM x\nRUN --mount=type=secret,id=x true\n',
    );
  });

  it('starts from what was looked at', () => {
    const written = 'FROM --platform=linux/amd64 busybox:1 AS one\nFROM one\nFROM "x"\n';
    expect(given(written, ['aa'])).toBe('FROM --platform=linux/amd64 aa AS one\nFROM one\nFROM "x"\n');
  });
});
