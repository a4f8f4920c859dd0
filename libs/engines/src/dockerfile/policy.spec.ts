import { BuildFailure } from '@cooperage/domain';
import { describe, expect, it } from 'vitest';
import { checkDockerfile } from './policy.js';

const check = (text: string) => checkDockerfile('docker/Dockerfile', Buffer.from(text));
const refusal = (text: string) => {
  try {
    check(text);
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
    expect(() => checkDockerfile('Dockerfile', Buffer.from(text), true)).toThrow(
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
      expect(() => checkDockerfile('Dockerfile', Buffer.from(`FROM x\n${line}\n`), true)).not.toThrow();
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

  it('sees whether a Dockerfile wants the commit’s time', () => {
    expect(check('FROM x\nARG A SOURCE_DATE_EPOCH=0\n').wantsSourceDateEpoch).toBe(true);
    expect(check('FROM x\nARG MY_SOURCE_DATE_EPOCH\nENV SOURCE_DATE_EPOCH=1\n').wantsSourceDateEpoch).toBe(false);
  });
});
