import type { FailureCode } from '@cooperage/domain';

const mebibyte = 1024 * 1024;

/** What each build may take, the honest one as well: as an operator sets it who has several on one machine. */
export const limits = {
  timeoutMs: 600_000,
  logBytes: 2048 * mebibyte,
  memoryBytes: 256 * mebibyte,
  pids: 64,
  cpus: 1,
  diskBytes: 256 * mebibyte,
};

export interface Hog {
  readonly id: string;
  readonly what: string;
  /** A shell command that takes all it may, on and on: one that meets a limit for good would be gone too soon to slow anybody. */
  readonly run: string;
  /** The word with which it is ended for going on at its limit; it need not be there until the end then. */
  readonly endsAs?: FailureCode;
}

/** No hog, and the measure of what is one: on two processors a build that only takes its share leaves less to others too. */
export const computing: Hog = {
  id: 'computing',
  what: 'a build that computes, with the one processor that it may have',
  run: 'while :; do :; done',
};

export const hogs: readonly Hog[] = [
  {
    id: 'forks',
    what: 'a bomb of forks: 64 processes that try to be more, in one processor’s time',
    run: `perl -e 'while (1) { fork }'`,
    endsAs: 'StepProcessLimit',
  },
  {
    id: 'memory',
    what: 'a memory hog: a process that grows to 256 MiB and is killed for it, again and again',
    run: `while :; do perl -e 'push @all, "x" x 1048576 while 1'; done`,
    endsAs: 'StepOutOfMemory',
  },
  {
    id: 'disk',
    what: 'a disk filler: 192 MiB written and brought to the disk, deleted, again and again',
    run: 'while :; do dd if=/dev/zero of=/fill bs=1M count=192 conv=fsync status=none; rm /fill; done',
  },
  { id: 'output', what: 'an output flood: a step that prints as fast as it is read', run: 'exec yes' },
];
