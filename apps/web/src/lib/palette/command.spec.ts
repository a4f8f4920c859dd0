import { describe, expect, it } from 'vitest';
import { byGroup, type Command, matchCommands } from './command';

function command(label: string, group: Command['group'] = 'Pages', hint?: string): Command {
  return { id: `${group} ${label}`, group, label, hint, act: { kind: 'go', href: '/' } };
}
const labels = (commands: readonly Command[]) => commands.map(({ label }) => label);

describe('matchCommands', () => {
  const all = [command('Builds'), command('Projects'), command('New project'), command('Theme: dark', 'Actions')];

  it('wants every word, wherever it stands', () => {
    expect(labels(matchCommands(all, 'dark theme'))).toEqual(['Theme: dark']);
    expect(labels(matchCommands(all, 'dark builds'))).toEqual([]);
  });

  it('puts first what begins with the word', () => {
    expect(labels(matchCommands(all, 'PROJ'))).toEqual(['Projects', 'New project']);
    expect(labels(matchCommands([command('rebuild'), command('the build')], 'build'))).toEqual([
      'the build',
      'rebuild',
    ]);
  });

  it('finds by the hint too', () => {
    expect(labels(matchCommands([command('#12', 'Builds', 'fix the date')], 'date'))).toEqual(['#12']);
  });

  it('shows a few of each group while nothing is typed, and all pages', () => {
    const many = Array.from({ length: 20 }, (_, index) => command(`p${index}`, 'Projects'));
    const pages = Array.from({ length: 12 }, (_, index) => command(`page ${index}`));
    expect(matchCommands([...many, ...pages], '  ')).toHaveLength(8 + 12);
  });
});

describe('byGroup', () => {
  it('keeps the order in which groups appear', () => {
    const list = [command('a', 'Builds'), command('b', 'Pages'), command('c', 'Builds')];
    expect(byGroup(list).map(({ group, commands }) => [group, labels(commands)])).toEqual([
      ['Builds', ['a', 'c']],
      ['Pages', ['b']],
    ]);
  });
});
