import { BuildFailure, readInstructions } from '@cooperage/domain';
import { describe, expect, it } from 'vitest';
import { EngineLacks } from '../engine-lacks.js';
import { trialRequest } from '../testing/trial-request.js';
import { trialTarget } from '../testing/trial-target.js';
import {
  imagesNamed,
  refuseForeignCache,
  refuseForeignDialect,
  refuseNamedContexts,
  refuseStrangers,
  refuseTriggers,
} from './dialect.js';

function refusal(dockerfile: string, buildArgs: Record<string, string> = {}): BuildFailure | null {
  try {
    refuseForeignDialect('Dockerfile', readInstructions(Buffer.from(dockerfile)), buildArgs);
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
    'COPY --from=one --chown=1:1 a /b',
    'COPY --from=docker:27-cli /a /b',
    'ADD --chmod=600 app-$VERSION.tar /x',
    'ENV A=$X',
  ])('%s', (line) => {
    expect(refusal(`FROM busybox AS one\nFROM one\n${line}\n`)).toBeNull();
  });

  it('names the images that are fetched, variables filled in, and no stages', () => {
    const file = `ARG V=1
FROM ghcr.io/a/b:\${V} AS One
ARG V=9
COPY --from=quay.io/x /a /b
FROM \${W:-debian}:\${V}
COPY --from=one --from=0 /a /b
FROM one
FROM scratch
`;
    const images = imagesNamed(readInstructions(Buffer.from(file)), { V: '2' });
    expect(images.map(({ name, isBase, instruction }) => [name, isBase, instruction.startLine])).toEqual([
      ['ghcr.io/a/b:2', true, 2],
      ['quay.io/x', false, 4],
      ['debian:2', true, 5],
    ]);
  });

  it('R15C-1 no base image that adds instructions', () => {
    const [from] = readInstructions(Buffer.from('FROM busybox\n'));
    expect(() => refuseTriggers('Dockerfile', from!, [])).not.toThrow();
    expect(() => refuseTriggers('Dockerfile', from!, ['RUN true'])).toThrow('ONBUILD of a base image');
  });
});
