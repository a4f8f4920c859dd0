import { expect, it } from 'vitest';
import { bakeCommand } from './bake-command';

it('resolves a definition as the builder did, whatever its variables hold', () => {
  expect(bakeCommand({ path: 'ci/docker-bake.hcl', target: 'app', variables: { A: '1', B: "it's $(x)" } })).toBe(
    "A=1 B='it'\\''s $(x)' docker buildx bake --print --file=ci/docker-bake.hcl app",
  );
});
