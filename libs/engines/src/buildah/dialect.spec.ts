import { BuildFailure, readInstructions } from '@cooperage/domain';
import { describe, expect, it } from 'vitest';
import { EngineLacks } from '../engine-lacks.js';
import { trialRequest } from '../testing/trial-request.js';
import { trialTarget } from '../testing/trial-target.js';
import {
  refuseForeignCache,
  refuseForeignDialect,
  refuseNamedContexts,
  refuseStrangers,
  refuseTriggers,
} from './dialect.js';
import { imagesAmong, sourcesNamed } from './named-sources.js';

function refusal(dockerfile: string, buildArgs: Record<string, string> = {}): BuildFailure | null {
  try {
    const content = Buffer.from(dockerfile);
    const request = { dockerfile: { path: 'Dockerfile', content }, buildArgs, platform: 'linux/amd64' };
    refuseForeignDialect(request, readInstructions(content));
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(BuildFailure);
    return error as BuildFailure;
  }
}

describe('what buildah is not given', () => {
  it('code of strangers', () => {
    expect(() => refuseStrangers('Dockerfile', true)).toThrow(EngineLacks);
    expect(() => refuseStrangers('Dockerfile', false)).not.toThrow();
  });

  it('a cache that is no repository', () => {
    expect(() => refuseForeignCache('Dockerfile', { inlineCache: true })).toThrow(EngineLacks);
    expect(() => refuseForeignCache('Dockerfile', { localCaches: [] })).toThrow(EngineLacks);
    expect(() => refuseForeignCache('Dockerfile', { inlineCache: false })).not.toThrow();
  });

  it('named contexts', () => {
    expect(() => refuseNamedContexts(trialRequest('FROM x\n'))).not.toThrow();
    const namedContexts = [{ name: 'lib', kind: 'folder', files: [] }] as const;
    expect(() => refuseNamedContexts(trialRequest('FROM x\n', { namedContexts }))).toThrow(EngineLacks);
    const targets = [trialTarget('base', 'FROM x\n')];
    expect(() => refuseNamedContexts(trialRequest('FROM x\n', { targets }))).toThrow('targets that feed each other');
  });

  it.each([
    ['here-documents', 'RUN <<EOT\necho hi\nEOT'],
    ['here-documents', 'COPY <<a.txt /a\nhi\na.txt'],
    ['the flag "--link"', 'COPY --link a /b'],
    ['the flag "--exclude=x"', 'COPY --exclude=x a /b'],
    ['the flag "--checksum=sha256:0"', 'ADD --checksum=sha256:0 a /b'],
    ['HEALTHCHECK in images', 'HEALTHCHECK CMD true'],
    ['ONBUILD in images', 'ONBUILD RUN true'],
    ['SHELL in images', 'SHELL ["/bin/bash", "-c"]'],
    ['steps with a network', 'RUN --network=default true'],
    ['RUN --mount=type=ssh', 'RUN --mount=type=ssh true'],
    ['ADD from an address', 'ADD https://example.com/x /x'],
    ['ADD from an address', 'ADD $WHERE /x'],
    ['ADD from an address', 'ADD ["ht$REST", "/x"]'],
  ])('%s: %s', (lack, line) => {
    const found = refusal(`FROM busybox\n${line}\n`);
    expect(found?.report()).toMatchObject({ code: 'InvalidBuildConfig', place: { file: 'Dockerfile', line: 2 } });
    expect(found?.message).toContain(`buildah does not do ${lack}`);
    expect(found?.message).toContain('buildkit');
  });

  it.each([
    ['a bind mount, which follows links of the context (CVE-2024-1753)', 'RUN --mount=source=link,target=/m true'],
    ['a bind mount from an image', 'RUN --mount=type=bind,from=busybox,source=/x,target=/m true'],
    ['a cache mount whose id is a path (CVE-2024-9675)', 'RUN --mount=type=cache,id=../../etc,target=/m true'],
    ['a cache mount with a source', 'RUN --mount=type=cache,source=x,target=/m true'],
    ['R15C-1 a cache mount, which lies where another has left a link', 'RUN --mount=type=cache,target=/a/b true'],
    ['R15C-1 a cache mount by its id', 'RUN --mount=type=cache,id=npm,target=/c --network=none true'],
    ['R15C-1 a variable that becomes a mount', 'RUN --mount=type=secret,$M true'],
    ['R15C-1 a space within a flag', 'RUN --mount=type=secret,id="x --mount=type=bind" true'],
    ['R15C-1 two types', 'RUN --mount=type=secret,id=x,type=bind,source=/ true'],
    ['R15C-2 quotes within an address', 'ADD h"ttp://169.254.169.254/x" /x'],
    ['R15C-2 empty quotes within an address', "ADD h''ttp://169.254.169.254/x /x"],
    ['R15C-2 quotes around a part of an address', 'ADD "h"ttp://169.254.169.254/x /x'],
    ['R16C-1 a space within a flag of FROM', 'FROM --platform="$BUILDPLATFORM docker.io/a/evil AS" busybox'],
    ['R16C-1 a space within a flag of ADD', 'ADD --chown="0:0 http://169.254.169.254/x" x /c/'],
    ['R16C-1 a space within a flag of COPY', 'COPY --chown="0 --from=docker.io/a/b" /x /y'],
    ['R16C-1 another white space within a flag', 'COPY --chown="0\u00a0--from=docker.io/a/b" /x /y'],
    ['R16C-1 flags behind the end of flags', 'RUN -- --mount=type=bind,source=/ true'],
    ['R16C-3 a line that goes on for its parser', 'RUN true \\\\\nLABEL a=b'],
    ['R16C-3 a flag that ends in an escape', 'COPY --chown=0\\\\ a /b'],
    ['a platform of its own', 'FROM --platform=linux/arm64 busybox'],
    ['an instruction that it may read in another way', 'RUNX true'],
    ['a second source of COPY', 'COPY --from=one --from=dir:/etc passwd /p'],
    ['a line that is too long for its parser', `RUN ${'x'.repeat(60_001)}`],
    ['a path behind COPY --from', 'COPY --from=dir:/etc passwd /p'],
    ['a variable behind COPY --from', 'COPY --from=$X passwd /p'],
  ])('%s', (_, line) => {
    expect(refusal(`FROM busybox\n${line}\n`)?.code).toBe('InvalidBuildConfig');
  });

  it.each([
    'dir:/etc',
    'oci:layout',
    'docker-archive:/etc/passwd',
    'containers-storage:x',
    'docker://x',
    '/etc',
    '$NONE',
  ])('an image by the name %s', (name) => {
    expect(refusal(`FROM ${name}\n`)?.code).toBe('InvalidBuildConfig');
    expect(refusal(`ARG X=${name}\nFROM \${X}\n`)?.code).toBe('InvalidBuildConfig');
    expect(refusal('ARG X=busybox\nFROM $X\n', { X: name })?.code).toBe('InvalidBuildConfig');
  });
});

describe('what buildah is given', () => {
  it.each([
    'RUN --mount=type=secret,id=x true',
    'RUN --mount=type=tmpfs,target=/t --network=none true',
    'RUN echo "<<EOT"',
    'RUN echo `date`',
    'FROM --platform=$BUILDPLATFORM busybox AS two',
    'FROM --platform=linux/amd64 busybox',
    `FROM --platform=\${TARGETPLATFORM} busybox`,
    'COPY --from=one --chown=1:1 a /b',
    'COPY --from=docker:27-cli /a /b',
    'ADD --chmod=600 app-$VERSION.tar /x',
    'ENV A=$X',
  ])('%s', (line) => {
    expect(refusal(`FROM busybox AS one\nFROM one\n${line}\n`)).toBeNull();
  });

  const sourcesOf = (file: string, args: Record<string, string> = {}) =>
    sourcesNamed(readInstructions(Buffer.from(file)), args);

  it('R16C-3 lines that end in what escapes in other files', () => {
    expect(refusal('# escape=`\nFROM busybox\nRUN dir C:\\\n')).toBeNull();
    expect(refusal('# escape=`\nFROM busybox\nRUN dir ``\n')?.message).toContain('escape character');
  });

  it('names the images that are fetched, variables filled in, and the stages that are none', () => {
    const file = `ARG V=1
FROM ghcr.io/a/b:\${V} AS One
ARG V=9
COPY --from=quay.io/x /a /b
FROM \${W:-debian}:\${V}
COPY --from=one /a /b
COPY --from=0 /a /b
FROM one
FROM scratch
`;
    const sources = sourcesOf(file, { V: '2' });
    expect(imagesAmong(sources).map(({ name, isBase, instruction }) => [name, isBase, instruction.startLine])).toEqual([
      ['ghcr.io/a/b:2', true, 2],
      ['quay.io/x', false, 4],
      ['debian:2', true, 5],
    ]);
    expect(sources.map(({ stage }) => stage)).toEqual([null, null, null, 0, 0, 0, null]);
  });

  it.each([
    ['a variable of the builder', `\${TARGETARCH:+docker.io/attacker/}evil`],
    ['a variable of the builder alone', 'evil-$TARGETARCH'],
    ['a variable that is declared twice', `\${X}evil`],
    ['a variable without a value', `\${NONE}evil`],
  ])('R16C-2 finds no base image by %s', (_, name) => {
    const file = `ARG X=docker.io/attacker/\nARG X\nFROM busybox AS evil\nFROM ${name}\n`;
    expect(refusal(file)?.report()).toMatchObject({ place: { line: 4 } });
  });

  it('R15C-1 no base image that adds instructions', () => {
    const [from] = readInstructions(Buffer.from('FROM busybox\n'));
    expect(() => refuseTriggers('Dockerfile', from!, [])).not.toThrow();
    expect(() => refuseTriggers('Dockerfile', from!, ['RUN true'])).toThrow('ONBUILD of a base image');
  });
});
