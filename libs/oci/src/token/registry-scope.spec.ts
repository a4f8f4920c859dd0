import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatScope,
  grantScopes,
  mergeScopes,
  parseScope,
  parseScopes,
  type RegistryScope,
  registryActions,
  withinScopes,
} from './registry-scope.js';

const scopes = fc.array(
  fc.record({
    repository: fc.constantFrom('a', 'org/app', 'staging/1/fork'),
    actions: fc.subarray([...registryActions], { minLength: 1 }),
  }),
  { maxLength: 6 },
);

describe('parseScope', () => {
  it('reads repository, name and actions', () => {
    expect(parseScope('repository:org/app:push,pull')).toEqual({ repository: 'org/app', actions: ['pull', 'push'] });
  });

  it('drops actions that it does not know', () => {
    expect(parseScope('repository:a:pull,admin')).toEqual({ repository: 'a', actions: ['pull'] });
  });

  it.each([
    '',
    'repository',
    'repository:a',
    'repository:a:',
    'repository::pull',
    'repository:a:admin',
    'registry:catalog:*',
    'repository(plugin):a:pull',
    'repository:A:pull',
    'repository:../a:pull',
    'repository:a/*:pull',
    'repository:host:5000/a:pull',
    'repository:a:pull:push',
  ])('S-107 makes no scope of %j', (text) => {
    expect(parseScope(text)).toBeNull();
  });

  it.each(['repository:a:*', 'repository:a:pull,*', 'repository:*:pull'])('S-107 grants no wildcard: %s', (text) => {
    expect(parseScope(text)).toBeNull();
  });

  it('reads back what formatScope writes', () => {
    fc.assert(
      fc.property(scopes, (list) => {
        const merged = mergeScopes(list);
        expect(parseScopes(merged.map(formatScope))).toEqual(merged);
      }),
    );
  });
});

describe('parseScopes', () => {
  it('takes several parameters and several scopes in one, and merges what is named twice', () => {
    expect(parseScopes(['repository:a:pull repository:b:pull', 'repository:a:push', 'nonsense'])).toEqual([
      { repository: 'a', actions: ['pull', 'push'] },
      { repository: 'b', actions: ['pull'] },
    ]);
  });

  it('asks for nothing when asked for too much at once', () => {
    expect(parseScopes('repository:a:pull '.repeat(65))).toEqual([]);
    expect(parseScopes(`repository:a:pull ${'x'.repeat(9_000)}`)).toEqual([]);
  });
});

describe('grantScopes', () => {
  it('S-107 never gives what is not asked and not allowed, whatever the lists are', () => {
    fc.assert(
      fc.property(scopes, scopes, (asked, allowed) => {
        const granted = grantScopes(asked, allowed);
        expect(withinScopes(granted, asked) && withinScopes(granted, allowed)).toBe(true);
      }),
    );
  });

  it('gives all that is both asked and allowed', () => {
    const asked: RegistryScope[] = [{ repository: 'a', actions: ['pull', 'push', 'delete'] }];
    const allowed: RegistryScope[] = [
      { repository: 'a', actions: ['push'] },
      { repository: 'a', actions: ['pull'] },
    ];
    expect(grantScopes(asked, allowed)).toEqual([{ repository: 'a', actions: ['pull', 'push'] }]);
  });

  it('leaves out repositories of which nothing is left', () => {
    expect(grantScopes([{ repository: 'a', actions: ['push'] }], [{ repository: 'a', actions: ['pull'] }])).toEqual([]);
  });
});
