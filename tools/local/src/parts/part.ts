/** One thing that the system needs and the launcher can provide: a database, a queue store, a registry, an engine. */
export interface Part<Address> {
  readonly name: string;
  /** Starts it, or adopts the one that a killed launcher left running; what cannot be adopted is cleared away first. */
  start(): Promise<Address>;
  /** Stops it and clears away what it made on this machine. Its data stays. */
  stop(): Promise<void>;
  /** Whether it still runs. True for what somebody else runs: it is not ours to start again. */
  isRunning(): Promise<boolean>;
  /** While it runs: looks after what protects the machine from it. Left out where nothing does. */
  care?(): Promise<Care>;
  /** While it runs: ends it at once where the process that uses it asks for that. @returns why. Left out where nobody can ask */
  endIfAsked?(): Promise<string | undefined>;
}

/** How the network rules around a part stand. */
export interface Care {
  /** `unfiltered`: this machine allows no filter, which was known at the start. `missing`: they were taken away and cannot be set again. */
  readonly state: 'in-force' | 'unfiltered' | 'missing';
  /** Why they are not in force; else empty. */
  readonly detail: string;
  /** How often they had to be set again since the start. */
  readonly renewals: number;
  /** Limits of the kernel that one build can use up for the whole machine, since they could not be raised. */
  readonly unraised: readonly string[];
}

export interface PostgresAddress {
  /** A role that may create databases and roles. */
  readonly adminUrl: string;
}

export interface RedisAddress {
  readonly url: string;
  /** For builders: the queues of their pool and the channels of logs alone. Left out where somebody else made the Redis. */
  readonly builderUrl?: string;
}

export interface RegistryAddress {
  /** `127.0.0.1:PORT` */
  readonly host: string;
}

export interface EngineAddress {
  /** For example `unix:///run/…/engine.sock`. */
  readonly url: string;
  /** The control group that the engine is told for its steps, for example `/cooperage-1a2b3c`. */
  readonly cgroupParent: string;
  /** The control group below which the engine really puts what it is told; left out where it takes it from the root. */
  readonly cgroupBase?: string;
  /** Where it is noted whether the network rules of the engine are in force; left out for an engine of somebody else. */
  readonly rulesFile?: string;
  /** Where it keeps layers, for a builder that may delete what the engine cannot; left out for an engine that is not emptied. */
  readonly stateFolder?: string;
}
