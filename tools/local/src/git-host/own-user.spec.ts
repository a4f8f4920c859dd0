import { describe, expect, it } from 'vitest';
import { ownerOf } from './own-user.ts';

const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';

function table(...rows: readonly [from: string, to: string, state: string, uid: number][]): string {
  const lines = rows.map(
    ([from, to, state, uid], index) =>
      `   ${index}: ${from} ${to} ${state} 00000000:00000000 00:00000000 00000000 ${uid} 0 1`,
  );
  return [HEAD, ...lines, ''].join('\n');
}

// 0xC001 = 49153, 0x4E20 = 20000
const client = '0100007F:C001';
const server = '0100007F:4E20';

describe('the owner of a connection', () => {
  it('is the user at the other end, never the one at our own', () => {
    expect(ownerOf(table([server, client, '01', 0], [client, server, '01', 1000]), 49_153, 20_000)).toBe(1000);
  });

  it('is nobody for a connection of another machine, another port, or none', () => {
    expect(ownerOf(table(['0200000A:C001', server, '01', 0]), 49_153, 20_000)).toBeUndefined();
    expect(ownerOf(table([client, '0100007F:4E21', '01', 0]), 49_153, 20_000)).toBeUndefined();
    expect(ownerOf('', 49_153, 20_000)).toBeUndefined();
  });

  it('is nobody once its program has let go of it: the kernel lists such for root', () => {
    for (const state of ['04', '05', '06', '08', '0A'])
      expect(ownerOf(table([client, server, state, 0]), 49_153, 20_000)).toBeUndefined();
  });
});
