import { expect, it } from 'vitest';
import { isOfTarget } from './file-of-target';

const target = { name: 'base', contextPath: 'base', target: null, buildArgs: {}, namedContexts: {} };
const of = (...paths: string[]) => ({
  inputs: {
    dockerfilePath: 'app/Dockerfile',
    definition: {
      ...{ path: 'docker-bake.hcl', target: 'app', variables: {}, resolved: true, ignored: [] },
      targets: paths.map((dockerfilePath) => ({ ...target, dockerfilePath })),
    },
  },
});

it('is told from the file of the build itself, which a target may share', () => {
  expect(isOfTarget(of('base/Dockerfile'), 'base/Dockerfile')).toBe(true);
  expect(isOfTarget(of('app/Dockerfile'), 'app/Dockerfile')).toBe(false);
  expect(isOfTarget(of(), 'base/Dockerfile')).toBe(false);
  expect(isOfTarget(of('base/Dockerfile'), null)).toBe(false);
});
