import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { attempt, run } from '../../processes/command.ts';
import { findTools } from '../../toolchain/find-tools.ts';
import type { Tools } from '../../toolchain/tools.ts';
import { Bridge } from './bridge.ts';

describe('the bridge of an engine', () => {
  const seed = randomBytes(3);
  const id = seed.toString('hex');
  let tools: Tools;
  let bridge: Bridge;
  beforeAll(async () => {
    tools = await findTools();
    bridge = new Bridge(`coop${id}`, tools);
  });
  afterEach(() => bridge.remove());
  // Of a bridge that left them there, too.
  afterAll(async () => {
    for (const end of ['a', 'c', 'o']) await attempt(tools.path('ip'), ['link', 'delete', `${end}${id}`]);
  });

  const ip = (...parameters: readonly string[]) => run(tools.path('ip'), parameters);
  const links = (...names: readonly string[]) => names.map((name) => existsSync(`/sys/class/net/${name}${id}`));

  it('goes with the wires that a killed engine left in it, and leaves those of others', async () => {
    await bridge.create(seed.readUIntBE(0, 3));
    await ip('link', 'add', `o${id}`, 'type', 'veth', 'peer', 'name', `p${id}`);
    for (const [outer, inner] of ['ab', 'cd']) {
      await ip('link', 'add', `${outer}${id}`, 'type', 'veth', 'peer', 'name', `${inner}${id}`);
      await ip('link', 'set', `${outer}${id}`, 'master', bridge.name);
    }
    expect(links('a', 'b', 'c', 'd', 'o', 'p')).toEqual([true, true, true, true, true, true]);
    await bridge.remove();
    expect([bridge.exists(), ...links('a', 'b', 'c', 'd', 'o', 'p')]).toEqual([
      false,
      false,
      false,
      false,
      false,
      true,
      true,
    ]);
  });

  it('S-039 S-040 keeps what is plugged into it apart, and its packets pass the rules of the firewall, whatever the machine does', async () => {
    await bridge.create(seed.readUIntBE(0, 3));
    for (const [outer, inner] of ['ab', 'cd']) {
      await ip('link', 'add', `${outer}${id}`, 'type', 'veth', 'peer', 'name', `${inner}${id}`);
      await ip('link', 'set', `${outer}${id}`, 'master', bridge.name);
    }
    bridge.keepApart();
    const of = (file: string) => readFileSync(`/sys/class/net/${file}`, 'utf8').trim();
    expect([of(`a${id}/brport/isolated`), of(`c${id}/brport/isolated`)]).toEqual(['1', '1']);
    const calls = ['iptables', 'ip6tables', 'arptables'].map((name) => `${bridge.name}/bridge/nf_call_${name}`);
    const there = calls.filter((file) => existsSync(`/sys/class/net/${file}`));
    expect(there.map(of)).toEqual(there.map(() => '1'));
  });

  it('R6-A3 takes no packet with an address that is not of its network', async () => {
    await bridge.create(seed.readUIntBE(0, 3));
    expect(readFileSync(`/proc/sys/net/ipv4/conf/${bridge.name}/rp_filter`, 'utf8').trim()).toBe('1');
  });

  it('is made anew where one is there already', async () => {
    await bridge.create(seed.readUIntBE(0, 3));
    await ip('link', 'add', `a${id}`, 'type', 'veth', 'peer', 'name', `b${id}`);
    await ip('link', 'set', `a${id}`, 'master', bridge.name);
    await bridge.create(seed.readUIntBE(0, 3));
    expect([bridge.exists(), ...links('a', 'b')]).toEqual([true, false, false]);
  });
});
