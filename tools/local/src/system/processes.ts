import path from 'node:path';
import { CHECKOUT } from '../checkout.ts';
import { say } from '../output.ts';
import { httpStatus } from '../parts/http-probe.ts';
import type { Instance } from '../parts/instance.ts';
import { Daemon } from '../processes/daemon.ts';
import { SupervisedProcess } from '../processes/supervised-process.ts';

/** A builder's running build is given up, its heartbeats end in order. */
export const STOP_WITHIN_MS = 30_000;

export interface NodeProcess {
  readonly key: string;
  /** Below the checkout. */
  readonly script: string;
  readonly parameters?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly healthPath: string;
  readonly port: number;
}

/** A process of ours: started with exactly the settings given, nothing of the launcher's own environment but the PATH. */
export function superviseNode(instance: Instance, spec: NodeProcess, changed: () => void): SupervisedProcess {
  const daemon = new Daemon({
    name: spec.key,
    program: process.execPath,
    parameters: ['--enable-source-maps', path.join(CHECKOUT, spec.script), ...(spec.parameters ?? [])],
    cwd: CHECKOUT,
    env: {
      PATH: [path.dirname(process.execPath), process.env.PATH].join(path.delimiter),
      HOME: process.env.HOME,
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      ...spec.environment,
    },
    pidFile: instance.pidFile(spec.key),
    logFile: instance.logFile(spec.key),
    port: spec.port,
    isReady: async () => ((await httpStatus({ port: spec.port }, spec.healthPath)) ?? 500) < 400,
    readyWithinMs: 60_000,
    stopSignal: 'SIGTERM',
    stopWithinMs: STOP_WITHIN_MS,
  });
  return new SupervisedProcess(daemon, (line) => say(`! ${line}`), changed);
}
