import { expect, it } from 'vitest';
import { renderReference } from './reference.js';

it('docs/configuration.md is what the variables say', async () => {
  await expect(renderReference()).toMatchFileSnapshot('../../../docs/configuration.md');
});

it('does not depend on the machine that renders it', () => {
  expect(renderReference()).toContain('| the host name |');
});
