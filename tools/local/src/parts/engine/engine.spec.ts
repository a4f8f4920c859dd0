import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { BlockList } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { closedRanges, closedRanges6 } from './closed-ranges.ts';
import { groupFolders, isUnified } from './control-groups.ts';
import { ownLines, removals, restoreInput } from './firewall.ts';
import { chains, fetchChain } from './firewall-rules.ts';
import { mountsBelow } from './mounts.ts';
import { placesOf, proxies } from './reachable.ts';
import { nameServers } from './resolvers.ts';
import { bridgeAddress, chooseSubnet, takenNetworks } from './subnet.ts';

const network = { bridge: 'coop123456', subnet: '10.204.1.0/24', resolvers: ['10.0.0.53'] };

const fetches = {
  group: '/cooperage-123456-engine',
  places: [{ address: '127.0.0.1', port: 5000 }],
  resolvers: ['10.0.0.53', '::1'],
  mostBytes: 1000,
};

describe('firewall rules', () => {
  const [input, forward] = chains('123456', network);
  const forwardRules = (forward?.rules ?? []).map((rule) => rule.join(' '));

  it('refuse TCP by a reset before everything else is refused by ICMP', () => {
    expect(input?.rules.slice(-2)).toEqual([
      ['-p', 'tcp', '-j', 'REJECT', '--reject-with', 'tcp-reset'],
      ['-j', 'REJECT'],
    ]);
  });

  it('let steps ask the name server before its range is closed', () => {
    const allowed = forwardRules.indexOf('-d 10.0.0.53 -p udp --dport 53 -j ACCEPT');
    const closed = forwardRules.findIndex((rule) => rule.includes('-d 10.0.0.0/8'));
    expect(allowed).toBeGreaterThanOrEqual(0);
    expect(allowed).toBeLessThan(closed);
  });

  it('close metadata addresses and private ranges before they let anything out', () => {
    const out = forwardRules.indexOf('-i coop123456 -j ACCEPT');
    for (const range of ['169.254.0.0/16', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'])
      expect(forwardRules.indexOf(`-i coop123456 -d ${range} -j REJECT`)).toBeLessThan(out);
    expect(out).toBe(forwardRules.length - 1);
  });

  it('R6-A3 take nothing that a step sends for an answer to another step', () => {
    const [answers, ...others] = forwardRules;
    expect(answers).toBe('! -i coop123456 -o coop123456 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT');
    expect(others.filter((rule) => rule.includes('ctstate'))).toEqual([]);
    expect(others[0]).toBe('-o coop123456 -p tcp -j REJECT --reject-with tcp-reset');
  });

  it('keep chain names within 28 characters', () => {
    const all = [...chains('123456e', network), fetchChain('123456ef', 4, fetches)];
    for (const chain of all) expect(chain.name.length).toBeLessThanOrEqual(28);
  });

  it('R-C2 let an engine connect to exactly what it needs nearby, before everything near is refused', () => {
    const rules = fetchChain('123456f', 4, fetches).rules.map((rule) => rule.join(' '));
    const first = rules.findIndex((rule) => rule.includes('REJECT'));
    expect(rules.slice(0, first)).toEqual([
      '-d 127.0.0.1 -p tcp --dport 5000 -j ACCEPT',
      '-d 10.0.0.53 -p udp --dport 53 -j ACCEPT',
      '-d 10.0.0.53 -p tcp --dport 53 -j ACCEPT',
    ]);
    expect(rules[first]).toBe('-o lo -p tcp -j REJECT --reject-with tcp-reset');
    for (const range of ['169.254.0.0/16', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'])
      expect(rules).toContain(`-d ${range} -j REJECT`);
    expect(rules.at(-1)).toContain('--connbytes 1000: --connbytes-dir reply');
  });

  it('R-C2 refuse the same ranges where an address of version 6 carries one of version 4', () => {
    const { rules, jumps } = fetchChain('123456f', 6, fetches);
    const refused = rules.map((rule) => rule.join(' '));
    expect(refused[0]).toBe('-d ::1 -p udp --dport 53 -j ACCEPT');
    for (const range of ['::/127', 'fc00::/7', 'fe80::/10', '64:ff9b::a00:0/104', '2002:a9fe::/32', '64:ff9b:1::/48'])
      expect(refused).toContain(`-d ${range} -j REJECT`);
    expect(jumps).toEqual([{ from: 'OUTPUT', match: ['-m', 'cgroup', '--path', 'cooperage-123456-engine'] }]);
  });

  it('R-C2 S-040 close each range of version 4 also behind the prefixes that carry it in version 6', () => {
    const closed = new BlockList();
    for (const range of closedRanges6()) closed.addSubnet(range.split('/')[0]!, Number(range.split('/')[1]), 'ipv6');
    for (const range of closedRanges()) {
      const [a, b, c, d] = range.split(/[./]/).map(Number) as [number, number, number, number];
      const hex = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
      for (const address of [`::${hex}`, `64:ff9b::${hex}`, `2002:${hex}::1`])
        expect([range, address, closed.check(address, 'ipv6')]).toEqual([range, address, true]);
    }
    for (const open of ['2606:4700::1111', '64:ff9b::808:808', '2002:808:808::1'])
      expect([open, closed.check(open, 'ipv6')]).toEqual([open, false]);
  });

  it('are given to the kernel a table at a time, with the way into them first among its own', () => {
    const lines = restoreInput('nat', chains('123456', network)).split('\n');
    expect(lines).toEqual([
      '*nat',
      ':COOPERAGE-123456-NAT - [0:0]',
      '-A COOPERAGE-123456-NAT -s 10.204.1.0/24 ! -o coop123456 -j MASQUERADE',
      '-I POSTROUTING 1 -s 10.204.1.0/24 -j COOPERAGE-123456-NAT',
      'COMMIT',
      '',
    ]);
    expect(restoreInput('nat', [fetchChain('123456f', 4, fetches)])).toBe('');
  });

  it('S-039 S-040 replace in one step what is there of them, also chains that are made no more', () => {
    const listing = [
      '-P POSTROUTING ACCEPT',
      '-N COOPERAGE-123456-NAT',
      '-N COOPERAGE-123456-OLD',
      '-N COOPERAGE-abcdef-NAT',
      '-A POSTROUTING -s 10.9.0.0/24 -j COOPERAGE-123456-NAT',
      '-A POSTROUTING -s 10.8.0.0/24 -j COOPERAGE-abcdef-NAT',
      '-A COOPERAGE-123456-NAT -j MASQUERADE',
      '',
    ].join('\n');
    expect(restoreInput('nat', chains('123456', network), removals(listing, 'COOPERAGE-123456-')).split('\n')).toEqual([
      '*nat',
      ':COOPERAGE-123456-NAT - [0:0]',
      '-D POSTROUTING -s 10.9.0.0/24 -j COOPERAGE-123456-NAT',
      '-F COOPERAGE-123456-OLD',
      '-X COOPERAGE-123456-OLD',
      '-A COOPERAGE-123456-NAT -s 10.204.1.0/24 ! -o coop123456 -j MASQUERADE',
      '-I POSTROUTING 1 -s 10.204.1.0/24 -j COOPERAGE-123456-NAT',
      'COMMIT',
      '',
    ]);
  });

  it('R-C2 S-039 are not as they were where a rule of somebody else comes first', () => {
    const own = ['-N COOPERAGE-123456f-OUT', '-A OUTPUT -m cgroup --path x -j COOPERAGE-123456f-OUT'];
    const ofAnother = '-A OUTPUT -m cgroup --path y -j COOPERAGE-abcdeff-OUT';
    const lines = (...each: string[]) => ownLines(each.join('\n'), 'COOPERAGE-123456f-');
    const first = lines(...own, '-A OUTPUT -j ACCEPT');
    expect(first).toEqual(own);
    // Rules of the same sort let nothing through that these would refuse.
    expect(lines(own[0]!, ofAnother, own[1]!)).toEqual(first);
    expect(lines(own[0]!, '-A INPUT -j ACCEPT', own[1]!)).toEqual(first);
    expect(lines(own[0]!, '-A OUTPUT -j ACCEPT', own[1]!)).not.toEqual(first);
  });

  it('are taken out of what is really there, and nothing else is', () => {
    const listing = [
      '-P INPUT ACCEPT',
      '-N COOPERAGE-123456-IN',
      '-N COOPERAGE-abcdef-IN',
      '-A INPUT -i coop123456 -j COOPERAGE-123456-IN',
      '-A INPUT -i coopabcdef -j COOPERAGE-abcdef-IN',
      '-A COOPERAGE-123456-IN -j REJECT --reject-with icmp-port-unreachable',
      '',
    ].join('\n');
    expect(removals(listing, 'COOPERAGE-123456-')).toEqual([
      ['-D', 'INPUT', '-i', 'coop123456', '-j', 'COOPERAGE-123456-IN'],
      ['-F', 'COOPERAGE-123456-IN'],
      ['-X', 'COOPERAGE-123456-IN'],
    ]);
  });
});

describe('the subnet', () => {
  it('overlaps no network of the machine', () => {
    expect(chooseSubnet(0, [])).toBe('10.200.0.0/22');
    expect(chooseSubnet(0, ['10.200.0.7/32', '10.200.4.0/25'])).toBe('10.200.8.0/22');
    expect(chooseSubnet(5, ['10.200.0.0/16'])).toBe('10.201.0.0/22');
    expect(chooseSubnet(50 * 64 - 1, [])).toBe('10.249.252.0/22');
  });

  it('R7-C6 has an address for as many steps as its bridge has ports', () => {
    for (const seed of [0, 1, 2_000]) expect(2 ** (32 - Number(chooseSubnet(seed, []).split('/')[1]))).toBe(1_024);
  });

  it('says when there is none', () => {
    expect(() => chooseSubnet(1, ['10.0.0.0/8'])).toThrow('no free network');
  });

  it('gives the bridge its first address', () => {
    expect(bridgeAddress('10.204.4.0/22')).toBe('10.204.4.1/22');
  });

  it('leaves out default routes and the bridge that is about to be replaced', () => {
    const routes =
      'default via 192.0.2.1 dev eth0\n10.9.0.0/16 dev tun0 scope link\n10.204.1.0/24 dev coop123456 proto kernel\n';
    const taken = takenNetworks(routes, 'coop123456');
    expect(taken).toContain('10.9.0.0/16');
    expect(taken).not.toContain('10.204.1.0/24');
    expect(taken).not.toContain('default');
  });
});

describe('name servers of steps', () => {
  it('are those outside loopback', () => {
    expect(
      nameServers('# x\nnameserver 127.0.0.53\nnameserver 10.1.2.3\nnameserver fe80::1\noptions ndots:1\n'),
    ).toEqual(['10.1.2.3']);
  });
});

describe('what an engine may connect to', () => {
  it('is one port of one address, the ports of HTTP where none is named, or any', async () => {
    expect(await placesOf(['127.0.0.1:5000', '[::1]:80', '10.1.2.3', '127.88.0.1:*', 'nobody.invalid:1', ''])).toEqual([
      { address: '127.0.0.1', port: 5000 },
      { address: '::1', port: 80 },
      { address: '10.1.2.3', port: 80 },
      { address: '10.1.2.3', port: 443 },
      { address: '127.88.0.1' },
    ]);
  });

  it('is also the proxy that the environment names', () => {
    const environment = {
      http_proxy: 'http://user:pw@10.0.0.7:3128',
      HTTPS_PROXY: 'https://proxy.example',
      all_proxy: 'socks5://10.0.0.8',
      no_proxy: '127.0.0.1',
    };
    expect(proxies(environment)).toEqual(['10.0.0.7:3128', 'proxy.example:443', '10.0.0.8:1080']);
  });
});

describe('mounts', () => {
  it('come deepest first, with their spaces, and only below the folder', () => {
    const mountinfo = [
      '22 1 0:5 / / rw - ext4 /dev/vda rw',
      '30 22 0:6 / /data/engine rw - ext4 /dev/vda rw',
      '31 30 0:7 / /data/engine/a\\040b/rootfs rw - overlay overlay rw',
      '32 22 0:8 / /data/engineer rw - tmpfs tmpfs rw',
    ].join('\n');
    expect(mountsBelow('/data/engine', mountinfo)).toEqual(['/data/engine/a b/rootfs', '/data/engine']);
  });
});

describe('control groups', () => {
  it('are found in every v1 controller, or in the one tree of v2', () => {
    const root = mkdtempSync(path.join(tmpdir(), 'cooperage-cgroup-'));
    for (const controller of ['memory', 'pids', 'unified'])
      mkdirSync(path.join(root, controller, 'cooperage-1'), { recursive: true });
    mkdirSync(path.join(root, 'cpu'));
    expect(isUnified(root)).toBe(false);
    expect(groupFolders('/cooperage-1', root)).toHaveLength(3);
    writeFileSync(path.join(root, 'cgroup.controllers'), 'cpu memory pids');
    mkdirSync(path.join(root, 'cooperage-1'));
    expect(groupFolders('/cooperage-1', root)).toEqual([path.join(root, 'cooperage-1')]);
    rmSync(root, { recursive: true });
  });
});
