import { redisAgeProblem } from '../parts/redis/redis-age.ts';
import type { ComposeModel, ComposeService } from './compose-model.ts';

type Services = readonly (readonly [name: string, service: ComposeService])[];

const STORES = ['postgres', 'redis', 'redis-untrusted'];
const SOCKET_FOLDER = '/run/buildkit';
const BUILDER_PROXY = 'apps/api/dist/main.builder-proxy.js';
/** Makes BuildKit with our edits. */
const ENGINE_RECIPE = 'deploy/docker/buildkit.Dockerfile';

/** What of a Compose file is less safe than it has to be, one sentence each. */
export function composeFaults(model: ComposeModel): string[] {
  const services: Services = Object.entries(model.services);
  const engines = services.filter(([, service]) => isEngine(service));
  return [
    ...(engines.length === 0
      ? ['No service is an engine.']
      : engines.flatMap((engine) => engineFaults(engine, services))),
    ...poolFaults(services),
    ...services.flatMap((service) => storeFaults(service, model)),
    ...services.flatMap(registryFaults),
    ...services.flatMap(hardeningFaults),
  ];
}

/** An engine starts other people's code: nobody but its own builder may speak to it, and it sees the registry alone. */
function engineFaults([name, engine]: Services[number], services: Services): string[] {
  const words = [...(engine.command ?? []), ...(engine.entrypoint ?? [])].join(' ');
  const socket = engine.volumes?.find(({ target }) => target === SOCKET_FOLDER)?.source;
  const others = services.filter(([other]) => other !== name);
  const speakers = others.filter(([, service]) => socket && service.volumes?.some(({ source }) => source === socket));
  const near = others.filter(([, service]) =>
    networksOf(service).some((network) => networksOf(engine).includes(network)),
  );
  const strangers = near.map(([other]) => other).filter((other) => other !== 'registry');
  return faults(name, {
    'listens on TCP': words.includes('tcp://'),
    'is privileged': engine.privileged === true,
    'shares the network of another': engine.network_mode !== undefined,
    'publishes a port': (engine.ports ?? []).length > 0,
    [`is on a network with ${strangers.join(', ')}`]: strangers.length > 0,
    'has no socket on a volume': socket === undefined,
    'reads without a bound what images say': engine.build?.dockerfile !== ENGINE_RECIPE || !!engine.build.target,
    [`can be spoken to by ${speakers.map(([other]) => other).join(', ') || 'nobody'}, and not by one builder`]:
      socket !== undefined && !(speakers.length === 1 && speakers[0]?.[1].environment?.BUILDKIT_HOST),
  });
}

/** Both pools are there without a profile, and each builder has an engine of its own. */
function poolFaults(services: Services): string[] {
  const builders = services.filter(([, service]) => service.environment?.BUILDKIT_HOST && !service.profiles?.length);
  const pools = builders.map(([, { environment }]) => environment?.COOPERAGE_LANE ?? 'trusted');
  return [
    ...['trusted', 'strangers']
      .filter((pool) => !pools.includes(pool))
      .map((pool) => `No builder of the default takes ${pool} builds.`),
    ...builders
      .filter(([, { environment }]) => !environment?.BUILDKIT_HOST?.startsWith('unix://'))
      .map(([name]) => `${name} speaks to its engine by TCP.`),
    ...builders
      .filter(([, { environment }]) => !environment?.COOPERAGE_CGROUP_PARENT)
      .map(([name]) => `${name} limits no build.`),
    ...['DATABASE_URL', 'REDIS_URL'].flatMap((name) => sharedFaults(name, services)),
    ...sharedRedisFaults(builders),
    ...builders.flatMap((builder) => builderNetworkFaults(builder, services)),
    ...builders.flatMap((builder) => userFaults(builder, builders, services)),
    ...builders
      .filter(([, { environment }]) => !environment?.COOPERAGE_ENGINE_RULES?.startsWith(`${SOCKET_FOLDER}/`))
      .map(([name]) => `${name} does not know whether the network rules of its engine are in force.`),
    // Its user may write to one folder there, which the start of the engine gives it.
    ...builders
      .filter(([, { volumes }]) => volumes?.some(({ target, read_only }) => target === SOCKET_FOLDER && read_only))
      .map(([name]) => `${name} cannot ask for the end of its engine.`),
  ];
}

/** Builders are what falls first: whoever takes one over has the login of its pool and no other. */
function sharedFaults(name: string, services: Services): string[] {
  const logins = services.flatMap(([service, { environment }]) =>
    environment?.[name] ? [{ service, login: environment[name], isBuilder: !!environment.BUILDKIT_HOST }] : [],
  );
  return logins
    .filter(({ isBuilder }) => isBuilder)
    .flatMap(({ service, login }) => {
      const sharers = logins.filter((other) => other.service !== service && other.login === login);
      return sharers.length > 0
        ? [`${service} shares its ${name} with ${sharers.map((each) => each.service).join(', ')}.`]
        : [];
    });
}

/** A login bounds what is read. Time and memory of a Redis are shared by all that may log in. */
function sharedRedisFaults(builders: Services): string[] {
  const hosts = builders.map(([name, { environment }]) => ({
    name,
    pool: environment?.COOPERAGE_LANE ?? 'trusted',
    host: environment?.REDIS_URL?.replace(/^.*@/, ''),
  }));
  return hosts.flatMap(({ name, pool, host }) => {
    const sharers = hosts.filter((other) => other.pool !== pool && other.host === host).map((other) => other.name);
    return sharers.length > 0 ? [`${name} shares its Redis with ${sharers.join(', ')}, of another pool.`] : [];
  });
}

/**
 * What takes connections without a login, and what the other pool has, is out of reach for a builder that was taken over (R20C-5 to R20C-7).
 * PostgreSQL and the registry are behind a proxy with bounds (R20C-3, R20C-4).
 */
function builderNetworkFaults([name, builder]: Services[number], services: Services): string[] {
  const redis = builder.environment?.REDIS_URL?.replace(/^.*@/, '').replace(/[:/].*$/, '') ?? '';
  const near = services
    .filter(([other, service]) => {
      const shared = networksOf(service).some((network) => networksOf(builder).includes(network));
      return shared && other !== name && other !== redis && !service.command?.includes(BUILDER_PROXY);
    })
    .map(([other]) => other);
  return faults(name, { [`is on a network with ${near.join(', ')}`]: near.length > 0 });
}

/** All see the same control groups: as which user it runs decides which builds it may limit, and end. */
function userFaults(
  [name, { user = '', volumes }]: Services[number],
  builders: Services,
  services: Services,
): string[] {
  const [, uid] = /^(\d+):\1$/.exec(user) ?? [];
  if (uid === undefined) return [`${name} runs as no user and group that are said by number.`];
  const alike = builders.filter(([other, service]) => other !== name && service.user === user).map(([other]) => other);
  const socket = volumes?.find(({ target }) => target === SOCKET_FOLDER)?.source;
  const engine = services.find(([, each]) => isEngine(each) && each.volumes?.some(({ source }) => source === socket));
  const given = engine?.[1].environment?.BUILDER_UID;
  return [
    ...(alike.length > 0 ? [`${name} runs as the same user as ${alike.join(', ')}.`] : []),
    ...(engine && given !== uid
      ? [`${engine[0]} gives its socket and its control group to ${given}, and ${name} runs as ${user}.`]
      : []),
  ];
}

function storeFaults([name, service]: Services[number], model: ComposeModel): string[] {
  if (!STORES.includes(name)) return [];
  const ageProblem = redisAgeProblem(/(?:^|\/)redis:([\d.]+)/.exec(service.image ?? '')?.[1] ?? '');
  const open = networksOf(service).filter((network) => model.networks[network]?.internal !== true);
  return faults(name, {
    'publishes a port': (service.ports ?? []).length > 0,
    [`is on ${open.join(', ')}, which has a way out`]: open.length > 0,
    [`has an image of an old version: ${ageProblem}`]: ageProblem !== undefined,
  });
}

/** What callers make the registry hold in its memory is bounded before it, so they reach it by that process alone. */
function registryFaults([name, service]: Services[number]): string[] {
  if (name !== 'registry') return [];
  return faults(name, {
    'publishes a port': (service.ports ?? []).length > 0,
    'is on outside, from where it can be reached past its proxy': networksOf(service).includes('outside'),
  });
}

function hardeningFaults([name, service]: Services[number]): string[] {
  const mayMount = isEngine(service);
  const runsOnce = service.restart === 'no';
  return faults(name, {
    'may write to its root file system': service.read_only !== true,
    'keeps capabilities': !service.cap_drop?.includes('ALL'),
    'may gain privileges': !mayMount && !service.security_opt?.includes('no-new-privileges:true'),
    'has no limit of memory': !service.mem_limit,
    'has a log without a bound': !isBounded(service.logging),
    'does not come back after a crash': !runsOnce && service.restart !== 'unless-stopped',
    'does not say whether it is healthy': !runsOnce && service.healthcheck === undefined,
    'is published beyond this machine': (service.ports ?? []).some((port) => port.host_ip !== '127.0.0.1'),
    'holds the socket of Docker': (service.volumes ?? []).some(({ source }) => source?.includes('docker.sock')),
  });
}

/** Docker's own drivers cut a log only where both are said: one file may grow for ever. */
function isBounded(logging: ComposeService['logging']): boolean {
  const { 'max-size': size = '', 'max-file': files = '' } = logging?.options ?? {};
  return /^[1-9]\d*[kmg]$/.test(size) && /^[1-9]\d*$/.test(files);
}

function isEngine({ image, environment }: ComposeService): boolean {
  return /buildkit/.test(image ?? '') || environment?.POOL !== undefined;
}

function networksOf({ networks }: ComposeService): string[] {
  return Object.keys(networks ?? {});
}

function faults(name: string, found: Readonly<Record<string, boolean>>): string[] {
  return Object.entries(found).flatMap(([fault, isThere]) => (isThere ? [`${name} ${fault}.`] : []));
}
