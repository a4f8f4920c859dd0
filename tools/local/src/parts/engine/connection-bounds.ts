import { readFileSync } from 'node:fs';

/**
 * What the steps on one bridge may have open. The kernel's table of connections is one for the whole machine, and a connection
 * stays in it for days. `deploy/buildkit/network.sh` has the same numbers (ADR 65).
 */
export interface ConnectionBounds {
  /** Connections of all steps together. As many may begin at once. */
  readonly together: number;
  /** Connections of one address, which is one step. As many may begin at once. */
  readonly each: number;
  /**
   * Connections of one address that are not counted with those of all together: what begins little gets through beside a
   * step that begins too much. As many may begin at once.
   */
  readonly little: number;
}

const TABLE_SIZE = '/proc/sys/net/netfilter/nf_conntrack_max';
/** Of a machine with 2 GiB of memory. Before its first rule a kernel may have no table yet. */
const UNKNOWN_SIZE = 65_536;

/** @param tableSize connections that the kernel's table takes */
export function connectionBounds(tableSize = readTableSize()): ConnectionBounds {
  // The kernel goes through all of them when one more begins, so a large table is no reason for more.
  const together = Math.min(Math.max(Math.floor(tableSize / 32), 4096), 8192);
  return { together, each: together / 2, little: together / 512 };
}

/** How many may begin in each second, after as many as the bound at once: what is closed stays in the table for two minutes. */
export function beginningsPerSecond(bound: number): number {
  return Math.floor(bound / 40) + 1;
}

/** The pace of one address that begins little: some hundred steps in parallel are about as much as all together may begin. */
export function littlePerMinute(little: number): number {
  return Math.max(1, Math.floor((little * 3) / 4));
}

function readTableSize(): number {
  try {
    return Number(readFileSync(TABLE_SIZE, 'utf8')) || UNKNOWN_SIZE;
  } catch {
    return UNKNOWN_SIZE;
  }
}
