import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BuildFailure, type Instruction } from '@cooperage/domain';
import type { BuildRequest } from '../build-request.js';
import { checkRequest } from '../buildkit/args.js';
import type { GroupLease, GroupUsage, StepGroups } from '../cgroup/step-groups.js';
import { type CheckedDockerfile, checkDockerfile } from '../dockerfile/policy.js';
import type { EngineEvent } from '../engine.js';
import { LimitGuard } from '../limits/limit-guard.js';
import { StepWatch } from '../limits/step-watch.js';
import { WritePace } from '../limits/write-pace.js';
import { type BuildSide, buildArgs, pullArgs, pushArgs, storeArgs } from './args.js';
import { canonicalDockerfile, type SourcePlace, upToTarget } from './canonical-dockerfile.js';
import type { Programs } from './check.js';
import { writeContext } from './context-folder.js';
import {
  placeOf,
  refuseForeignCache,
  refuseForeignDialect,
  refuseNamedContexts,
  refuseStrangers,
  refuseTriggers,
} from './dialect.js';
import { buildFailure, pullFailure, pushFailure } from './failure.js';
import type { PushedManifest } from './manifest.js';
import { imagesAmong, type NamedImage, type NamedSource, sourcesNamed } from './named-sources.js';
import { ProgressReader } from './progress.js';
import { authFile, registriesConf } from './registries.js';
import { GatePass, type RegistryGate } from './registry-gate.js';
import { checkSecretNames, RunFolder } from './run-folder.js';
import { readStep } from './step-output.js';
import { type FetchedImage, readStoredImage, type StoredImage } from './stored-image.js';
import type { Store } from './stores.js';
import { type Command, type Ended, output, Tool } from './tool.js';

/** What all runs of an engine have in common. */
export interface RunSetting {
  readonly programs: Programs;
  readonly stateFolder: string;
  readonly cgroupRoot: string;
  readonly cgroupParent: string;
  /** Null where none can be made: nothing is built there. */
  readonly groups: StepGroups | null;
  /** Of this engine below the parent; each run has one of its own in it. */
  readonly groupName: string;
  readonly searchPath: string;
  readonly mirror: string | undefined;
}

type Emit = (event: EngineEvent) => void | Promise<void>;

/** One build, or one export of a cache: a folder, a pass for the gate, a group for its steps, and the tool. */
export class Run {
  readonly progress: ProgressReader;
  private readonly mark = randomBytes(16).toString('hex');
  private readonly pass: GatePass;
  private readonly path: string;
  /** Up to the end of the target. */
  private readonly instructions: readonly Instruction[];
  private readonly sources: readonly NamedSource[];
  private images: readonly FetchedImage[] = [];
  private folder: RunFolder | null = null;
  private lease: GroupLease | undefined;
  private guard: LimitGuard | undefined;
  private writes: WritePace | undefined;
  private tool: Tool | null = null;
  private stopping: Promise<void> | null = null;

  constructor(
    private readonly request: BuildRequest,
    private readonly dockerfile: CheckedDockerfile,
    private readonly store: Store,
    private readonly setting: RunSetting,
    private readonly gate: RegistryGate,
    cacheRepository: string | null,
    private signal: AbortSignal,
  ) {
    this.instructions = upToTarget(dockerfile.instructions, request.target) ?? [];
    this.sources = sourcesNamed(this.instructions, request.buildArgs);
    this.progress = new ProgressReader(dockerfile, this.mark);
    this.pass = new GatePass(request, cacheRepository);
    this.path = join(setting.stateFolder, 'runs', this.pass.id);
  }

  /** @throws {BuildFailure} before anything runs */
  static check(request: BuildRequest): CheckedDockerfile {
    checkRequest(request);
    checkSecretNames(request);
    const { buildArgs } = request;
    const dockerfile = checkDockerfile(request.dockerfile.path, request.dockerfile.content, { buildArgs });
    refuseStrangers(request.dockerfile.path, request.strangers);
    refuseForeignCache(request.dockerfile.path, request);
    refuseNamedContexts(request);
    refuseForeignDialect(request, dockerfile.instructions);
    if (!upToTarget(dockerfile.instructions, request.target))
      throw new BuildFailure('InvalidBuildConfig', `The target ${request.target} was not found in the Dockerfile.`);
    return dockerfile;
  }

  async prepare(): Promise<void> {
    const { request, store } = this;
    const registry = { gate: await this.gate.host(), mirror: this.setting.mirror };
    this.gate.open(this.pass);
    this.lease = this.acquire();
    this.guard = new LimitGuard(this.lease, request.limits, request.noteWritten);
    this.writes = new WritePace(this.lease);
    this.signal = AbortSignal.any([this.signal, this.guard.signal]);
    this.folder = RunFolder.make({
      ...{ path: this.path, request, store, runc: this.setting.programs.runc, mark: this.mark },
      auth: authFile(
        this.pass,
        registry,
        imagesAmong(this.sources).map(({ name }) => name),
      ),
      registries: registriesConf(request, registry),
    });
    await writeContext(this.folder.context, request.context.files, this.signal);
    await this.fetchImages(this.folder);
  }

  /** What the Dockerfile names is looked at before it is used: an image can bring instructions of its own. @throws {BuildFailure} */
  private async fetchImages(folder: RunFolder): Promise<void> {
    const { content, path } = this.request.dockerfile;
    const stored = new Map<string, StoredImage>();
    for (const image of imagesAmong(this.sources)) {
      const known = stored.get(image.name) ?? (await this.inspect(await this.pull(image)));
      stored.set(image.name, known);
      if (image.isBase) refuseTriggers(path, image.instruction, known.triggers);
    }
    this.images = imagesAmong(this.sources).map((image) => ({ ...image, ...stored.get(image.name)! }));
    this.progress.startFrom(this.images);
    const stages = this.sources.flatMap(({ instruction, stage }) =>
      stage === null ? [] : [[instruction, { stage }] as const],
    );
    const images = this.images.map((image) => [image.instruction, image] as const);
    folder.writeDockerfile(
      canonicalDockerfile(content, this.instructions, new Map<Instruction, SourcePlace>([...stages, ...images])),
    );
  }

  /** @returns the id in the store */
  private async pull({ name, instruction }: NamedImage): Promise<string> {
    let printed = '';
    const ended = await this.use(pullArgs(this.request, this.side(), name), (tool) =>
      tool.eachLine(async (line) => {
        printed = line.trim();
      }),
    );
    this.signal.throwIfAborted();
    if (ended.code === 0) return printed;
    throw pullFailure(ended, name, this.pass, placeOf(this.request.dockerfile.path, instruction));
  }

  /** @throws {BuildFailure} `EngineUnavailable` when the store does not know it */
  private async inspect(image: string): Promise<StoredImage> {
    const { text } = await output(this.command([...storeArgs(this.store), 'inspect', '--type', 'image', image]));
    return readStoredImage(image, text);
  }

  /** Images that the build has used, with their digests. */
  imagesUsed(): readonly FetchedImage[] {
    return this.images.filter(({ instruction }) => this.progress.saw(instruction));
  }

  /** @throws {BuildFailure} after the last event */
  async build(emit: Emit, cache: { cacheFrom?: string; cacheTo?: string }): Promise<void> {
    const watch = new StepWatch(this.lease);
    const tell = async (events: readonly EngineEvent[]) => {
      for (const event of events) {
        watch.note(event);
        await emit(event);
      }
    };
    const gate = await this.gate.host();
    const at = (repository: string | undefined) => repository && `${gate}/${repository}`;
    const side = { ...this.side(), cacheFrom: at(cache.cacheFrom), cacheTo: at(cache.cacheTo) };
    const ended = await this.use(buildArgs(this.request, side), (tool) =>
      tool.eachLine(async (line) => {
        const { events, pipes } = this.progress.read(line);
        await tell(events);
        if (pipes !== undefined) await this.listen(pipes, tell);
      }),
    );
    if (ended.code === 0 && !this.signal.aborted) return tell(this.progress.end());
    const failure =
      this.guard?.failure ??
      buildFailure(ended, {
        ...{ file: this.request.dockerfile.path, pass: this.pass, progress: this.progress },
        limitMet: (stepId, exitCode) => watch.limitMet(stepId, exitCode),
      });
    await tell(this.progress.end(this.signal.aborted ? 'The build was stopped.' : failure.message));
    throw failure;
  }

  /** @throws {BuildFailure} */
  async push(): Promise<PushedManifest> {
    const side = this.side();
    const image = readFileSync(side.folder.imageIdFile, 'utf8').trim();
    const args = pushArgs(this.request, side, image, await this.gate.host());
    const ended = await this.use(args, (tool) => tool.eachLine(async () => {}));
    if (ended.code !== 0 || !this.pass.pushed) throw pushFailure(ended, this.pass);
    return this.pass.pushed;
  }

  usage(): GroupUsage | null {
    return this.lease?.usage() ?? null;
  }

  /** Ends the tool and what a step has started: a step may outlive the tool, and is read until it ends. */
  private stop(): Promise<void> {
    this.stopping ??= (async () => {
      this.guard?.stop();
      this.writes?.stop();
      await this.tool?.stop();
      await this.lease?.release({ kill: true });
    })();
    return this.stopping;
  }

  /** Nothing of the run is left: no process, no folder, no right. */
  async end(): Promise<void> {
    await this.stop();
    this.gate.end(this.pass);
    await this.folder?.remove();
  }

  private async listen(pipes: string, tell: (events: readonly EngineEvent[]) => Promise<void>): Promise<void> {
    const stepId = this.progress.running?.state.id;
    await readStep(pipes, async ({ stream, data }) => {
      if (stepId) await tell([{ type: 'log', stepId, stream, data, at: new Date() }]);
    });
  }

  /** Runs the tool to its end, or until the signal aborts. */
  private async use(args: readonly string[], read: (tool: Tool) => Promise<void>): Promise<Ended> {
    this.signal.throwIfAborted();
    const tool = new Tool(this.command(args));
    this.tool = tool;
    const stop = () => void this.stop();
    this.signal.addEventListener('abort', stop, { once: true });
    try {
      await read(tool);
      return await tool.ended;
    } finally {
      this.signal.removeEventListener('abort', stop);
      await tool.stop();
    }
  }

  private command(args: readonly string[]): Command {
    const { programs, searchPath } = this.setting;
    const { folder } = this.side();
    return { program: programs.buildah, args, env: folder.environment(searchPath, this.store), cwd: folder.home };
  }

  private side(): BuildSide {
    if (!this.folder) throw new TypeError('the run was not prepared');
    const { wantsSourceDateEpoch } = this.dockerfile;
    // The runtime removes the group of each step when it ends, and would remove the one that holds the limits too.
    const stepGroup = this.lease && `${this.lease.path}/step`;
    return { folder: this.folder, store: this.store, stepGroup, wantsSourceDateEpoch };
  }

  private acquire(): GroupLease {
    const { groups, cgroupParent, groupName } = this.setting;
    const { limits } = this.request;
    const parent = (limits.cgroupParent ?? cgroupParent).replace(/\/+$/, '');
    try {
      if (!groups) throw new Error('control groups cannot be made');
      return groups.acquire(`${parent}/${groupName}/${this.pass.id}`, limits);
    } catch (error) {
      throw new BuildFailure('EngineUnavailable', 'The limits of the build cannot be enforced here.', { cause: error });
    }
  }
}

export function stopped(cause?: unknown): BuildFailure {
  return new BuildFailure('EngineUnavailable', 'The build was stopped.', { cause });
}
