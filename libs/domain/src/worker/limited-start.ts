/**
 * The words behind the script are arguments, never script. `command` keeps the shell alive when a limit cannot be set: then
 * it is lower already, or this system does not have it. The score is above the one that holds here, up to 1,000. Its variables have names that
 * no definition may use: one that is in the environment too reaches the program with what the shell put into it.
 */
const script = `{
  command ulimit -v "$1"
  command ulimit -t "$2"
  command ulimit -c 0
  BASH_SCORE=1000
  read -r BASH_OWN </proc/self/oom_score_adj && [ "$BASH_OWN" -lt 500 ] && BASH_SCORE=500
  echo "$BASH_SCORE" >/proc/self/oom_score_adj
} 2>/dev/null
shift 2
exec "$@"`;

export interface StartLimits {
  readonly addressBytes: number;
  /** Of processor time; none is any. */
  readonly cpuSeconds?: number;
}

/**
 * A command that sets limits, which Node cannot do, and becomes the program: address space, processor time, no core dumps, and that
 * the kernel ends the program before the process that started it when memory runs out.
 * @returns exit code 126 when the program cannot be run, and 127 when there is none
 */
export function limitedStart({ addressBytes, cpuSeconds }: StartLimits, program: string, args: readonly string[]) {
  const limits = [String(Math.floor(addressBytes / 1024)), String(cpuSeconds ?? 'unlimited')];
  return { file: '/bin/sh', args: ['-c', script, 'sh', ...limits, program, ...args] };
}
