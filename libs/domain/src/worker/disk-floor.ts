import type { Space } from './space.js';

const gibibyte = 1024 ** 3;
const floorPart = 0.05;
const mostFloorBytes = 4 * gibibyte;
/** The cache of an engine gives way before builds have to, and leaves more than builds start again with. */
const roomyFloors = 2;
/** More than a machine makes while builds are ended. On ext4 it is 5 % of a disk of 340 GB. */
const mostFloorFiles = 1024 ** 2;
/** What a look at a step counts for each name beside what is in it (docs/adr/0012). */
const fileBytes = 4_096;

/** What a disk has. Each file and folder takes an inode; 0 of 0 where the file system has no number of them, as btrfs. */
export interface DiskSpace extends Space {
  /** Free, and for root alone: ext4 keeps 5 % so. They are not among `freeBytes`. */
  readonly reservedBytes: number;
  readonly freeFiles: number;
  readonly totalFiles: number;
}

/** One of the two things that a disk runs out of, and how much of it has to stay free. */
export interface DiskRoom {
  readonly of: 'bytes' | 'files';
  readonly free: number;
  readonly floor: number;
  /** Bytes that one of it counts as, where it is compared with what a build wrote. */
  readonly bytesOfOne: number;
}

/** Bytes that have to stay free on a disk of `totalBytes`: 5 % of it, at most 4 GiB. */
export function diskFloorBytes(totalBytes: number): number {
  return Math.min(mostFloorBytes, totalBytes * floorPart);
}

/** Bytes, and inodes where the file system has a number of them: 5 % of either, at most 4 GiB and a million. */
export function diskRooms({
  freeBytes,
  totalBytes,
  freeFiles,
  totalFiles,
}: Omit<DiskSpace, 'reservedBytes'>): [DiskRoom, ...DiskRoom[]] {
  const bytes: DiskRoom = { of: 'bytes', free: freeBytes, floor: diskFloorBytes(totalBytes), bytesOfOne: 1 };
  if (totalFiles <= 0) return [bytes];
  const floor = Math.floor(Math.min(mostFloorFiles, totalFiles * floorPart));
  return [bytes, { of: 'files', free: freeFiles, floor, bytesOfOne: fileBytes }];
}

/** Free bytes below which the cache of an engine gives way, and up to which it does: twice the floor. */
export function roomyBytes(totalBytes: number): number {
  return roomyFloors * diskFloorBytes(totalBytes);
}

/** The rest of a sentence that begins with the disk. */
export function diskRoomText({ of, free, floor }: DiskRoom): string {
  if (of === 'bytes') return `has ${inGibibytes(free)} left, and keeps ${inGibibytes(floor)} free`;
  return `has ${inFull(free)} inodes left for files and folders, and keeps ${inFull(floor)} free`;
}

function inGibibytes(bytes: number): string {
  return `${(bytes / gibibyte).toFixed(1)} GiB`;
}

function inFull(number: number): string {
  return number.toLocaleString('en-US');
}
