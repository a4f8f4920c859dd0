import { hostname } from 'node:os';
import { optional, optionalGroup, required, type Shape, type ValueOf, withDefault } from './setting.js';
import { smtp } from './smtp.js';
import { variables as v } from './variables.js';

/** The kinds of process, each with all that it may know. What a process does not list it cannot leak. */
export const processRoles = [
  'api',
  'live',
  'registry-proxy',
  'builder-proxy',
  'builder',
  'control',
  'supervisor',
  'web',
] as const;
export type ProcessRole = (typeof processRoles)[number];

const listen = (defaultPort: string) => ({
  host: withDefault(v.host, '127.0.0.1'),
  port: withDefault(v.port, defaultPort),
  bindAll: withDefault(v.bindAll, 'false'),
});
const everyProcess = {
  logLevel: withDefault(v.logLevel, 'info'),
  release: { commit: withDefault(v.commit, 'unknown'), builtAt: optional(v.builtAt) },
};
const registry = {
  host: required(v.registryHost),
  insecure: withDefault(v.registryInsecure, 'false'),
  publicHost: optional(v.publicRegistry),
};
const registryToken = {
  key: required(v.registryTokenKey),
  certificate: required(v.registryTokenCertificate),
  service: withDefault(v.registryService, 'cooperage-registry'),
  issuer: withDefault(v.registryIssuer, 'cooperage'),
};
const stores = { databaseUrl: required(v.databaseUrl), redisUrl: required(v.redisUrl) };
const storesOfAll = { ...stores, untrustedRedisUrl: optional(v.untrustedRedisUrl) };
const allowPlainHttp = withDefault(v.allowPlainHttp, '');
const innerRegistries = withDefault(v.innerRegistries, '');
const workerName = withDefault(v.workerName, nameOfThisMachine(), 'the host name');
const lease = withDefault(v.leaseMs, '15000');
const engine = withDefault(v.engine, 'buildkit');
const buildah = optionalGroup({
  program: required(v.buildahProgram),
  runc: required(v.runcProgram),
  stateFolder: required(v.buildahRoot),
  mirror: optional(v.buildahMirror),
});
const localCaches = optionalGroup({
  root: required(v.localCacheRoot),
  budgetBytes: withDefault(v.localCacheBytes, '21474836480'),
});
const retention = {
  buildDays: withDefault(v.retentionBuildDays, '400'),
  logDays: withDefault(v.retentionLogDays, '90'),
  deliveryDays: withDefault(v.retentionDeliveryDays, '30'),
  graceDays: withDefault(v.retentionGraceDays, '7'),
};
const maxAttempts = withDefault(v.maxAttempts, '3');
const instanceId = optional(v.instanceId);
const blockedLoops = withDefault(v.blockedLoops, '0');
const oidc = optionalGroup({
  issuerUrl: required(v.oidcIssuerUrl),
  clientId: required(v.oidcClientId),
  clientSecret: required(v.oidcClientSecret),
  allowedGroups: withDefault(v.oidcAllowedGroups, ''),
  sessionHours: withDefault(v.oidcSessionHours, '12'),
});

export const shapes = {
  api: {
    ...everyProcess,
    http: {
      ...listen('8080'),
      publicUrl: required(v.publicUrl),
      trustProxy: withDefault(v.trustProxy, 'false'),
      webUrl: required(v.webUrl),
      liveUrl: required(v.liveUrl),
    },
    ...storesOfAll,
    secretKeys: required(v.secretKeys),
    encryptionKeys: required(v.encryptionKeys),
    registry,
    registryToken,
    allowPlainHttp,
    innerRegistries,
    initialAdminEmail: optional(v.initialAdminEmail),
    setupToken: optional(v.setupToken),
    organizationCreation: withDefault(v.organizationCreation, 'administrators'),
    oidc,
    smtp,
    retention,
  },
  live: {
    ...everyProcess,
    http: {
      ...listen('8081'),
      publicUrl: required(v.publicUrl),
      trustProxy: withDefault(v.trustProxy, 'false'),
    },
    ...storesOfAll,
    secretKeys: required(v.secretKeys),
  },
  'registry-proxy': {
    ...everyProcess,
    http: { ...listen('8085'), trustProxy: withDefault(v.trustProxy, 'false') },
    registry: { host: required(v.registryHost), insecure: withDefault(v.registryInsecure, 'false') },
  },
  'builder-proxy': {
    ...everyProcess,
    http: listen('8086'),
    registry: { host: required(v.registryHost), insecure: withDefault(v.registryInsecure, 'false') },
    postgresServer: required(v.postgresServer),
    postgresPort: withDefault(v.postgresPort, '5432'),
  },
  builder: {
    ...everyProcess,
    http: listen('8082'),
    publicUrl: required(v.publicUrl),
    ...stores,
    encryptionKeys: required(v.encryptionKeys),
    registry,
    engine,
    engineAddress: required(v.engineAddress),
    buildah,
    localCaches,
    buildxProgram: optional(v.buildxProgram),
    cgroupParent: optional(v.cgroupParent),
    cgroupBase: optional(v.cgroupBase),
    engineRules: optional(v.engineRules),
    engineState: optional(v.engineState),
    mirrorRoot: required(v.mirrorRoot),
    mirrorBytes: withDefault(v.mirrorBytes, '21474836480'),
    allowPlainHttp,
    lane: withDefault(v.lane, 'trusted'),
    buildSlots: withDefault(v.buildSlots, '2'),
    leaseMs: lease,
    maxAttempts,
    instanceId,
    blockedLoops,
    instanceKey: optional(v.instanceKey),
    workerName,
  },
  control: {
    ...everyProcess,
    http: listen('8083'),
    publicUrl: required(v.publicUrl),
    ...storesOfAll,
    encryptionKeys: required(v.encryptionKeys),
    signingEncryptionKeys: required(v.signingEncryptionKeys),
    registry,
    registryToken,
    bases: { mirror: optional(v.baseMirror), innerRegistries },
    mirrorRoot: required(v.mirrorRoot),
    mirrorBytes: withDefault(v.mirrorBytes, '21474836480'),
    allowPlainHttp,
    leaseMs: lease,
    engine,
    organizationsTrustEachOther: withDefault(v.organizationsTrustEachOther, 'false'),
    publishLeaseMs: withDefault(v.publishLeaseMs, '30000'),
    maxAttempts,
    instanceId,
    blockedLoops,
    smtp,
    retention,
  },
  supervisor: {
    ...everyProcess,
    http: listen('8084'),
    databaseUrl: required(v.databaseUrl),
    keyFolder: optional(v.keyFolder),
    workerName,
  },
  web: { ...everyProcess, http: listen('3000'), publicUrl: required(v.publicUrl), apiUrl: required(v.apiUrl) },
} as const satisfies Record<ProcessRole, Shape>;

/** A supervisor starts its child with its own environment, so it may hold what that child may hold. */
export const passesOn: Partial<Record<ProcessRole, readonly ProcessRole[]>> = { supervisor: ['builder', 'control'] };

export type Config<R extends ProcessRole> = ValueOf<(typeof shapes)[R]>;

/** A host name may hold what a worker's name may not. */
function nameOfThisMachine(): string {
  return (
    hostname()
      .replace(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(0, 63) || 'worker'
  );
}
