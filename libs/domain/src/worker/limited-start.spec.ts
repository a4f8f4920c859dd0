import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { isDefinitionVariable } from '../input/definition.js';
import { limitedStart } from './limited-start.js';

it('R18B-3 changes no variable that a definition may have', () => {
  const { file, args } = limitedStart({ addressBytes: 2 ** 30 }, '/usr/bin/env', []);
  const names = args.join(' ').match(/[A-Za-z_]+(?=[ =])/g) ?? [];
  const variables = Object.fromEntries(names.filter(isDefinitionVariable).map((name) => [name, 'mine']));
  expect(Object.keys(variables)).toContain('exec');
  const printed = execFileSync(file, args, { env: { ...variables, own: 'mine', score: 'mine' }, encoding: 'utf8' });
  for (const name of [...Object.keys(variables), 'own', 'score']) expect(printed.split('\n')).toContain(`${name}=mine`);
});
