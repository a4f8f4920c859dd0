import { isRepositoryPath } from '../path/repository-path.js';

/** A file of the repository that says how an image is built, and which of its targets is meant. */
export interface BuildDefinition {
  /** `docker-bake.hcl`, `docker-bake.json` or a compose file. */
  readonly path: string;
  /** One target of bake, or one service. */
  readonly target: string;
}

/** What one target of a definition says how an image is built. */
export interface ResolvedInputs {
  readonly contextPath: string;
  /** Relative to the repository; null where the definition holds the Dockerfile itself. */
  readonly dockerfilePath: string | null;
  readonly dockerfileInline: string | null;
  /** Stage of the Dockerfile. */
  readonly stage: string | null;
  /** Null where it names none. */
  readonly platform: string | null;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Name to what `parseBuildContext` reads. */
  readonly namedContexts: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly noCache: boolean;
  /** Its steps have no network. */
  readonly withoutNetwork: boolean;
}

/** Another target of the same definition, whose result is a named context. */
export interface ResolvedTarget extends ResolvedInputs {
  readonly name: string;
}

/** What a definition was resolved to at one commit. */
export interface ResolvedDefinition extends ResolvedInputs {
  /** Targets that it is made from, each behind those that it is made from itself; left out where there are none. */
  readonly targets?: readonly ResolvedTarget[];
  /** Fields that the definition has and the service decides by itself, each with the reason. */
  readonly ignored: readonly IgnoredField[];
}

export interface IgnoredField {
  readonly field: string;
  readonly why: string;
}

export function isDefinitionPath(path: string): boolean {
  // A colon would be a scheme to bake (`cwd://`), which reads other places than the repository.
  return isRepositoryPath(path) && !path.includes(':') && /[^/]\.(?:hcl|json|ya?ml)$/i.test(path);
}

export function isComposePath(path: string): boolean {
  return /\.ya?ml$/i.test(path);
}

/** Bake's own names; a service has a dot turned into `_`, so the name is given as bake prints it. */
export function isDefinitionTarget(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_-]{0,127}$/.test(name);
}

/**
 * Names that a program reads for itself. A definition's variables come from its environment, so a build argument with one
 * of these would tell the program something, and not the definition.
 */
const programs =
  /^(?:PATH|HOME|PWD|SHELL|USER|TERM|TMPDIR|TZ|LANG|LANGUAGE|NO_COLOR|SOURCE_DATE_EPOCH|(?:HTTPS?|FTP|ALL|NO)_PROXY|BASHOPTS|GO(?:DEBUG|GC|MAXPROCS|MEMLIMIT|TRACEBACK|COVERDIR|RACE|ROOT)|SHELLOPTS|(?:BASH|LC|LD|SSL|SSH|XDG|DOCKER|BUILDX|BUILDKIT|BAKE|COMPOSE|OTEL|GRPC|MALLOC|GLIBC)_.*)$/i;

/** Whether a build argument may be a variable of a definition. */
export function isDefinitionVariable(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !programs.test(name);
}
