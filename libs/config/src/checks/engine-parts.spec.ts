import { expect, it } from 'vitest';
import { problems } from '../../spec/environments.js';

const program = { COOPERAGE_BUILDAH: '/usr/bin/buildah', COOPERAGE_RUNC: '/usr/bin/runc' };

it('a builder with buildah knows where it is, and where it keeps its layers', () => {
  const buildah = { COOPERAGE_ENGINE: 'buildah' };
  expect(problems('builder', buildah).map(({ name }) => name)).toEqual(['COOPERAGE_BUILDAH']);
  expect(problems('builder', { ...buildah, ...program }).map(({ name }) => name)).toEqual(['COOPERAGE_BUILDAH_ROOT']);
  expect(problems('builder', { ...buildah, ...program, COOPERAGE_BUILDAH_ROOT: '/var/lib/buildah' })).toEqual([]);
  expect(problems('control', buildah)).toEqual([]);
});

it('there is no third engine', () => {
  expect(problems('builder', { COOPERAGE_ENGINE: 'kaniko' }).map(({ name }) => name)).toEqual(['COOPERAGE_ENGINE']);
});

it('a builder for strangers has BuildKit, and builds one at a time: its engine is emptied in between', () => {
  const strangers = { COOPERAGE_LANE: 'strangers' };
  const one = { ...strangers, COOPERAGE_BUILD_SLOTS: '1' };
  expect(problems('builder', strangers).map(({ name }) => name)).toEqual(['COOPERAGE_BUILD_SLOTS']);
  expect(problems('builder', one)).toEqual([]);
  const buildah = { ...one, ...program, COOPERAGE_ENGINE: 'buildah', COOPERAGE_BUILDAH_ROOT: '/var/lib/buildah' };
  expect(problems('builder', buildah).map(({ name }) => name)).toEqual(['COOPERAGE_ENGINE']);
});
