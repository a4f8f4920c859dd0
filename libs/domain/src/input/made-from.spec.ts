import { expect, it } from 'vitest';
import type { ResolvedDefinition } from './definition.js';
import { dockerfilePaths, madeFrom } from './made-from.js';

const settings = {
  ...{ contextPath: '.', dockerfilePath: 'Dockerfile', target: 'dev' },
  ...{ buildArgs: { V: '1' }, namedContexts: { lib: 'a' } },
};
const resolved: ResolvedDefinition = {
  ...{ contextPath: 'app', dockerfilePath: 'app/Dockerfile', dockerfileInline: null, stage: null, platform: null },
  ...{ buildArgs: { A: '2' }, namedContexts: {}, labels: {}, noCache: false, withoutNetwork: false, ignored: [] },
};
const definition = { path: 'docker-bake.hcl', target: 'app' };

it('is what the settings say, until a definition is read that says it in their place', () => {
  expect(madeFrom({ ...settings, definition: null, resolved: null })).toEqual(settings);
  expect(madeFrom({ ...settings, definition, resolved: null })).toEqual(settings);
  expect(madeFrom({ ...settings, definition, resolved })).toEqual({
    ...{ contextPath: 'app', dockerfilePath: 'app/Dockerfile', target: null, buildArgs: { A: '2' }, namedContexts: {} },
  });
  const inline = { ...resolved, dockerfilePath: null, dockerfileInline: 'FROM a', stage: 'x' };
  expect(madeFrom({ ...settings, definition, resolved: inline })).toMatchObject({
    ...{ dockerfilePath: 'docker-bake.hcl (app)', target: 'x' },
  });
});

it('says of each target of a definition where its Dockerfile is', () => {
  const { ignored: _, ...inputs } = resolved;
  const targets = [
    { ...inputs, name: 'base', dockerfilePath: 'base/Dockerfile' },
    { ...inputs, name: 'tool', dockerfilePath: null, dockerfileInline: 'FROM a' },
  ];
  const pathOf = dockerfilePaths({ ...settings, definition, resolved: { ...resolved, targets } });
  expect([null, 'base', 'tool', 'gone'].map(pathOf)).toEqual([
    ...['app/Dockerfile', 'base/Dockerfile', 'docker-bake.hcl (tool)', 'app/Dockerfile'],
  ]);
  expect(dockerfilePaths({ ...settings, definition: null, resolved: null })(null)).toBe('Dockerfile');
});
