import { describe, expect, it, vi } from 'vitest';
import type { Chain } from './chain.ts';
import { beginningsPerSecond, connectionBounds, littlePerMinute } from './connection-bounds.ts';
import { restoreInput } from './firewall.ts';
import { chains } from './firewall-rules.ts';
import { applyWhatHolds } from './step-network.ts';

const network = { bridge: 'coop123456', subnet: '10.204.1.0/24', resolvers: ['10.0.0.53'] };
const bounds = { together: 8192, each: 4096, little: 16 };
const rulesOf = (name: string, all = chains('123456', { ...network, bounds })) =>
  all.find((chain) => chain.name === `COOPERAGE-123456-${name}`)?.rules.map((rule) => rule.join(' ')) ?? [];

describe('the rules for connections of steps', () => {
  it('R6-A2 are passed by each packet of a step before anything is let through', () => {
    const way = '-i coop123456 -j COOPERAGE-123456-STEP';
    expect(rulesOf('IN')[0]).toBe(way);
    const forward = rulesOf('FWD');
    const first = forward.findIndex((rule) => rule.endsWith('ACCEPT') && !rule.includes('-o coop123456'));
    expect(forward).toContain(way);
    expect(forward.indexOf(way)).toBeLessThan(first);
  });

  it('R6-A2 refuse addresses of others, what belongs to no connection, and TCP that begins without SYN', () => {
    expect(rulesOf('STEP')).toEqual([
      '! -s 10.204.1.0/24 -j DROP',
      '-m conntrack --ctstate INVALID -j DROP',
      '-p tcp ! --syn -m conntrack --ctstate NEW -j REJECT --reject-with tcp-reset',
    ]);
  });

  it('R6-A2 bound the connections of one address and of all together, and how fast they begin', () => {
    const begins = '-m conntrack --ctstate NEW -m';
    expect(rulesOf('COUNT').filter((rule) => !rule.endsWith('-j RETURN'))).toEqual([
      `${begins} hashlimit --hashlimit-name coop123456a --hashlimit-mode srcip --hashlimit-above 103/sec --hashlimit-burst 4096 --hashlimit-htable-expire 60000 -j DROP`,
      `${begins} hashlimit --hashlimit-name coop123456t --hashlimit-above 205/sec --hashlimit-burst 8192 --hashlimit-htable-expire 60000 -j DROP`,
      `${begins} connlimit --connlimit-above 4096 --connlimit-mask 32 -j COOPERAGE-123456-FULL`,
      `${begins} connlimit --connlimit-above 8192 --connlimit-mask 0 -j COOPERAGE-123456-FULL`,
    ]);
    expect(rulesOf('FULL')).toEqual(['-p tcp -j REJECT --reject-with tcp-reset', '-j REJECT']);
  });

  it('R7-C6 count only what a step may reach: what is refused for where it goes uses up nothing', () => {
    const count = (rule: string) => rule.endsWith('-j COOPERAGE-123456-COUNT');
    for (const name of ['IN', 'FWD']) {
      const rules = rulesOf(name);
      // Before each rule that lets something out stands one for the same packets that counts them.
      const out = rules.flatMap((rule, at) => (at > 0 && rule.endsWith('-j ACCEPT') ? [at] : []));
      expect(out.map((at) => rules[at - 1])).toEqual(
        out.map((at) => rules[at]?.replace('ACCEPT', 'COOPERAGE-123456-COUNT')),
      );
      expect(rules.filter(count)).toHaveLength(out.length);
    }
    const forward = rulesOf('FWD');
    expect(forward.findLastIndex((rule) => rule.endsWith('-j REJECT'))).toBe(forward.findLastIndex(count) - 1);
    expect(rulesOf('STEP').join()).not.toMatch(/limit|COUNT/);
  });

  it('R7-C6 let an address that begins little through before all together are counted', () => {
    const rules = rulesOf('COUNT');
    expect(rules[1]).toBe(
      '-m conntrack --ctstate NEW -m hashlimit --hashlimit-name coop123456l --hashlimit-mode srcip --hashlimit-upto 12/min --hashlimit-burst 16 --hashlimit-htable-expire 120000 -m connlimit --connlimit-upto 16 --connlimit-mask 32 -j RETURN',
    );
    // One that begins too much for one address does not get so far.
    expect(rules[0]).toContain('--hashlimit-above 103/sec');
    expect(rules[2]).toContain('--hashlimit-above 205/sec');
    // A /22 of addresses, each with little, is a part of the table all the same.
    for (const size of [65_536, 131_072, 262_144, 4_000_000]) {
      const { little } = connectionBounds(size);
      expect(1_020 * little).toBeLessThanOrEqual(size / 8);
      expect(1_020 * littlePerMinute(little) * 2).toBeLessThanOrEqual(size / 5);
    }
  });

  it('R6-A2 stay some per cent of the table, and some thousands of connections', () => {
    expect(connectionBounds(262_144)).toEqual(bounds);
    expect(connectionBounds(65_536)).toEqual({ together: 4096, each: 2048, little: 8 });
    expect(connectionBounds(4_000_000)).toEqual(bounds);
    for (const size of [65_536, 131_072, 262_144, 4_000_000]) {
      const { together } = connectionBounds(size);
      expect(together).toBeLessThanOrEqual(size / 16);
      // What was closed stays in the table for two minutes.
      expect(beginningsPerSecond(together) * 120).toBeLessThanOrEqual(size / 5);
    }
  });

  it('R6-A2 have names of their own in each engine that the kernel takes', () => {
    const name = /--hashlimit-name (\S+)/;
    const names = ['123456', '123456e'].flatMap((id) =>
      chains(id, { ...network, bounds }).flatMap(({ rules }) =>
        rules.flatMap((rule) => name.exec(rule.join(' '))?.[1] ?? []),
      ),
    );
    expect(new Set(names).size).toBe(6);
    for (const each of names) expect(each.length).toBeLessThanOrEqual(15);
  });

  it('R6-A2 keep all but the bounds where the kernel cannot count', () => {
    const all = chains('123456', network);
    expect(rulesOf('STEP', all)).toHaveLength(3);
    expect(restoreInput('filter', all)).not.toMatch(/connlimit|hashlimit|FULL|COUNT/);
  });
});

describe('a kernel that cannot count connections', () => {
  /** Takes only what has none of these words. */
  const firewallWithout = (...words: readonly string[]) => {
    const applied: string[] = [];
    const apply = async (all: readonly Chain[]) => {
      const input = restoreInput('filter', all);
      if (words.some((word) => input.includes(word))) throw new Error('Extension connlimit is not supported');
      applied.push(input);
    };
    return { apply, applied };
  };

  it('R6-A2 gets all other rules, and it is said', async () => {
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const firewall = firewallWithout('connlimit');
    const made = await applyWhatHolds(firewall, '123456', { ...network, bounds });
    expect(said.mock.calls.flat().join('')).toMatch(/connections of steps is not bounded: .*not supported/);
    said.mockRestore();
    expect(made).toEqual(network);
    expect(firewall.applied).toEqual([restoreInput('filter', chains('123456', network))]);
  });

  it('R6-A2 is not where no rule at all can be set', async () => {
    await expect(applyWhatHolds(firewallWithout('REJECT'), '123456', { ...network, bounds })).rejects.toThrow(
      'not supported',
    );
  });
});
