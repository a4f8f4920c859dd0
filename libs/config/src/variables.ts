import * as network from './formats/network.js';
import * as text from './formats/plain.js';
import * as secrets from './formats/secrets.js';
import { plain, secret } from './setting.js';

/** Every variable that some process of the product reads. Names without our prefix follow the field's habits. */
export const variables = {
  databaseUrl: secret('DATABASE_URL', secrets.databaseUrl, 'PostgreSQL, as a postgresql:// address.'),
  redisUrl: secret('REDIS_URL', secrets.redisUrl, 'Redis, as a redis:// or rediss:// address.'),
  untrustedRedisUrl: secret(
    'COOPERAGE_UNTRUSTED_REDIS_URL',
    secrets.redisUrl,
    'Another Redis, which builders for untrusted code have as their REDIS_URL: one that was taken over stops and fills no other. Without it both pools share one.',
  ),

  logLevel: plain('LOG_LEVEL', text.logLevel, 'What the process writes to its own log.'),
  commit: plain(
    'COOPERAGE_COMMIT',
    text.pattern(/^[0-9a-zA-Z._-]{1,64}$/, 'is a commit id'),
    'Commit that this release was built from, shown by /version.',
  ),
  builtAt: plain(
    'COOPERAGE_BUILT_AT',
    text.pattern(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/, 'is a time in ISO 8601, UTC'),
    'When this release was built, shown by /version.',
  ),
  host: plain(
    'HOST',
    network.listenHost,
    'Address to listen on. For api, live and both proxies localhost is 127.0.0.1 alone.',
  ),
  port: plain('PORT', text.port, 'Port to listen on; 0 takes a free one.'),
  postgresServer: plain(
    'COOPERAGE_POSTGRES_SERVER',
    network.exactHostAndPort,
    'PostgreSQL, to which connections of builders are passed on.',
  ),
  postgresPort: plain('COOPERAGE_POSTGRES_PORT', text.port, 'Port to listen on for connections to PostgreSQL.'),
  bindAll: plain(
    'COOPERAGE_BIND_ALL',
    text.yesOrNo,
    'Allows a HOST that means every interface, for containers whose own network is the fence.',
  ),
  publicUrl: plain('PUBLIC_URL', network.publicOrigin, 'The one address that people and forges use, without a path.'),
  trustProxy: plain(
    'TRUST_PROXY',
    network.trustProxy,
    "Proxies whose word about a client's address is taken: false, a number of them, or addresses and networks.",
  ),
  webUrl: plain('COOPERAGE_WEB_URL', network.origin, 'Inner address of the web process.'),
  liveUrl: plain('COOPERAGE_LIVE_URL', network.origin, 'Inner address of the live process.'),
  apiUrl: plain('COOPERAGE_API_URL', network.origin, 'Inner address of the api process.'),

  secretKeys: secret(
    'SECRET_KEY',
    secrets.secretList,
    'Signs sessions and cursors: at least 32 characters. A list for rotation; the first writes.',
  ),
  encryptionKeys: secret(
    'ENCRYPTION_KEY',
    secrets.keyList,
    'Seals stored credentials and secrets: 32 bytes in base64 or hex. A list for rotation: the first writes, all read. Put a new key last everywhere, then first; what the old one sealed is sealed again, and the log of api says how many and whether any is lost.',
  ),
  signingEncryptionKeys: secret(
    'SIGNING_ENCRYPTION_KEY',
    secrets.keyList,
    'Seals signing keys: 32 bytes in base64 or hex. A list for rotation: the first writes, all read; what an older one sealed is sealed again when control starts.',
  ),

  registryHost: plain('COOPERAGE_REGISTRY', network.hostAndPort, 'The registry that images are published to.'),
  publicRegistry: plain(
    'COOPERAGE_PUBLIC_REGISTRY',
    network.hostAndPort,
    'The name by which people and clusters reach that registry, where it is another one: pages and signatures show it. Spoken to by TLS unless it is on this machine.',
  ),
  registryInsecure: plain('COOPERAGE_REGISTRY_INSECURE', text.yesOrNo, 'Speaks plain http to the registry.'),
  registryTokenKey: secret(
    'COOPERAGE_REGISTRY_TOKEN_KEY',
    secrets.p256PrivateKey,
    'Private EC P-256 key in PEM that signs registry tokens.',
  ),
  registryTokenCertificate: {
    ...plain(
      'COOPERAGE_REGISTRY_TOKEN_CERT',
      secrets.certificate,
      'Certificate in PEM of that key, which the registry trusts.',
    ),
    fromFile: true,
  },
  registryService: plain(
    'COOPERAGE_REGISTRY_SERVICE',
    text.pattern(/^[\x21-\x7e]{1,255}$/, 'is printable text without spaces'),
    'Name that the registry gives as its service when it asks for a token.',
  ),
  registryIssuer: plain(
    'COOPERAGE_REGISTRY_ISSUER',
    text.pattern(/^[\x21-\x7e]{1,255}$/, 'is printable text without spaces'),
    'Issuer of registry tokens, as the registry expects it.',
  ),

  engine: plain(
    'COOPERAGE_ENGINE',
    text.engine,
    'What builds: buildkit, or buildah with BuildKit for what buildah cannot do. The same for control and all builders.',
  ),
  engineAddress: plain(
    'BUILDKIT_HOST',
    network.engineAddress,
    'The BuildKit engine, 0.17 or later, or Docker 28 or later: unix:///path or tcp://host:port.',
  ),
  buildahProgram: plain('COOPERAGE_BUILDAH', text.absolutePath, 'The program buildah.'),
  runcProgram: plain('COOPERAGE_RUNC', text.absolutePath, 'The program runc, with which buildah starts steps.'),
  buildahRoot: plain(
    'COOPERAGE_BUILDAH_ROOT',
    text.absolutePath,
    'Folder that keeps what buildah has built; for each builder one of its own.',
  ),
  buildahMirror: plain(
    'COOPERAGE_BUILDAH_MIRROR',
    network.exactHostAndPort,
    'Registry without TLS that buildah asks before Docker Hub: exact host:port.',
  ),
  buildxProgram: plain(
    'COOPERAGE_BUILDX',
    text.absolutePath,
    'The program docker-buildx, with which definitions of builds (bake, compose) are read. Without it no build may have one.',
  ),
  cgroupParent: plain(
    'COOPERAGE_CGROUP_PARENT',
    text.absolutePath,
    'Control group under which the engine runs its steps; limits per build are set below it. The same for all builders: the engine counts it into the keys of steps, and finds nothing of a builder that has another.',
  ),
  cgroupBase: plain(
    'COOPERAGE_CGROUP_BASE',
    text.absolutePath,
    'Control group below which the engine really puts the groups that it is told, COOPERAGE_CGROUP_PARENT among them; needed where two engines of one machine are told the same. `./cooperage` sets it for its engine for strangers.',
  ),
  engineRules: plain(
    'COOPERAGE_ENGINE_RULES',
    text.absolutePath,
    'File in which the one who started the engine notes whether its network rules are in force; while they are not, no build starts. `./cooperage` and docker-compose.yml set it for their engines.',
  ),
  engineState: plain(
    'COOPERAGE_ENGINE_STATE',
    text.absolutePath,
    'Folder in which the engine keeps its layers, where the builder may delete in it: it removes those that the engine cannot, which are folders in folders, deeper than the engine may open files. `./cooperage` sets it for its engine for strangers.',
  ),
  mirrorRoot: plain(
    'COOPERAGE_MIRROR_ROOT',
    text.absolutePath,
    'Folder that keeps the bare git mirrors. Builders of one pool may share it.',
  ),
  keyFolder: plain(
    'COOPERAGE_KEY_FOLDER',
    text.absolutePath,
    'Folder of this builder alone, for the key by which the database knows it: the next supervisor then notes at once what a killed one left. Without it the key is in memory alone, and that is found by its lease.',
  ),
  mirrorBytes: plain(
    'COOPERAGE_MIRROR_BYTES',
    text.whole(1_048_576, Number.MAX_SAFE_INTEGER),
    'Bytes of that folder: beyond them the mirrors go that the organization with the most has not used for longest.',
  ),
  localCacheRoot: plain(
    'COOPERAGE_LOCAL_CACHE_ROOT',
    text.absolutePath,
    'Folder for caches that projects keep on the worker’s disk; for each builder one of its own. Without it builds go without.',
  ),
  localCacheBytes: plain(
    'COOPERAGE_LOCAL_CACHE_BYTES',
    text.whole(1_048_576, Number.MAX_SAFE_INTEGER),
    'Bytes of that folder, 4,096 more for each file: beyond them, or beyond 200,000 files, what was longest unused is removed.',
  ),
  allowPlainHttp: plain(
    'COOPERAGE_ALLOW_PLAIN_HTTP',
    text.list(network.exactHostAndPort),
    'Git hosts that may be reached by plain http and on inner addresses: exact host:port, between commas.',
  ),
  baseMirror: plain(
    'COOPERAGE_BASE_MIRROR',
    network.exactHostAndPort,
    'Registry without TLS that is asked in place of Docker Hub whether a base image has moved: exact host:port.',
  ),
  innerRegistries: plain(
    'COOPERAGE_INNER_REGISTRIES',
    text.list(network.exactHostAndPort),
    'Registries of base images that may be asked on inner addresses, and without TLS where they have none: exact host:port.',
  ),
  lane: plain(
    'COOPERAGE_LANE',
    text.lane,
    'Which builds a builder takes: trusted, or strangers (forks, and all of organizations that do not trust each other). It has to be the pool of its logins: cooperage_builder and cooperage-builder, or cooperage_builder_untrusted and cooperage-builder-untrusted.',
  ),
  organizationsTrustEachOther: plain(
    'COOPERAGE_ORGANIZATIONS_TRUST_EACH_OTHER',
    text.yesOrNo,
    'Whether organizations may build on one engine of any version; otherwise the trusted builders take builds of the first organization alone, and those of all others need a builder for untrusted code.',
  ),
  organizationCreation: plain(
    'COOPERAGE_ORGANIZATION_CREATION',
    text.organizationCreation,
    'Who may make organizations: administrators (of the installation), or everybody who can sign in.',
  ),
  buildSlots: plain('COOPERAGE_BUILD_SLOTS', text.whole(1, 64), 'Builds that one builder runs at the same time.'),
  leaseMs: plain(
    'COOPERAGE_LEASE_MS',
    text.whole(2_000, 600_000),
    'Milliseconds without a heartbeat after which an attempt counts as lost.',
  ),
  publishLeaseMs: plain(
    'COOPERAGE_PUBLISH_LEASE_MS',
    text.whole(2_000, 600_000),
    'Milliseconds for which one publisher holds a repository; its registry token lives no longer.',
  ),
  retentionBuildDays: plain(
    'COOPERAGE_RETENTION_BUILD_DAYS',
    text.whole(0, 3_650),
    'Days after which a build is deleted that nothing refers to; 0 keeps for ever. Organizations may set their own.',
  ),
  retentionLogDays: plain(
    'COOPERAGE_RETENTION_LOG_DAYS',
    text.whole(0, 3_650),
    'Days after which the log of a build is deleted; 0 keeps for ever. The last successful build of a ref keeps its log.',
  ),
  retentionDeliveryDays: plain(
    'COOPERAGE_RETENTION_DELIVERY_DAYS',
    text.whole(0, 3_650),
    'Days after which a webhook delivery is deleted with its body; 0 keeps for ever.',
  ),
  retentionGraceDays: plain(
    'COOPERAGE_RETENTION_GRACE_DAYS',
    text.whole(0, 365),
    'Days between the scheduling of a deletion and the deletion, in which a person can undo it.',
  ),
  maxAttempts: plain('COOPERAGE_MAX_ATTEMPTS', text.whole(1, 10), 'Attempts of a build when its worker is lost.'),
  workerName: plain(
    'COOPERAGE_WORKER_NAME',
    text.pattern(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'is letters, digits, dots, dashes, at most 63'),
    'Name of this worker on the workers page.',
  ),

  instanceId: plain(
    'COOPERAGE_INSTANCE_ID',
    text.pattern(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/, 'is a UUIDv7 in lower case'),
    'Id of this process, given by its supervisor so that it can note the death of exactly this one.',
  ),

  blockedLoops: plain(
    'COOPERAGE_BLOCKED_LOOPS',
    text.whole(0, 1_000_000_000),
    'Lives of this process that a blocked event loop has ended, given by its supervisor.',
  ),

  instanceKey: secret(
    'COOPERAGE_INSTANCE_KEY',
    secrets.longSecret(32),
    'What the database knows this builder by, given by its supervisor; a builder without one makes its own.',
  ),

  initialAdminEmail: plain('INITIAL_ADMIN_EMAIL', text.email, 'Mail address of the first administrator.'),
  setupToken: secret(
    'COOPERAGE_SETUP_TOKEN',
    secrets.longSecret(16),
    'One-time token that makes the first administrator; printed to the log when it is not set.',
  ),

  oidcIssuerUrl: plain('OIDC_ISSUER_URL', network.httpsUrl, 'Issuer of the OpenID provider.'),
  oidcClientId: plain('OIDC_CLIENT_ID', text.pattern(/^[\x21-\x7e]+$/, 'is printable text'), 'Client id there.'),
  oidcClientSecret: secret('OIDC_CLIENT_SECRET', secrets.secretText, 'Client secret there.'),
  oidcAllowedGroups: plain(
    'OIDC_ALLOWED_GROUPS',
    text.list(text.pattern(/./, 'is text')),
    'Groups that may sign in, between commas; everyone of the provider when it is not set.',
  ),
  oidcSessionHours: plain(
    'OIDC_SESSION_HOURS',
    text.whole(1, 720),
    'Longest session of a sign-in by the OpenID provider. After it the provider is asked again, its groups included.',
  ),

  smtpUrl: secret('SMTP_URL', secrets.smtpUrl, 'Mail server, as smtp:// or smtps:// with its credentials.'),
  smtpHost: plain('SMTP_HOST', network.listenHost, 'Mail server, where SMTP_URL is not used.'),
  smtpPort: plain('SMTP_PORT', text.whole(1, 65_535), 'Its port.'),
  smtpUser: plain('SMTP_USER', text.pattern(/./, 'is text'), 'Its user name.'),
  smtpPassword: secret('SMTP_PASSWORD', secrets.secretText, 'Its password.'),
  smtpFrom: plain('SMTP_FROM', text.email, 'Sender of all mail.'),
} as const;

/** Variables with our prefix that only the launcher and the tests read; a process may inherit them. */
export const toolVariables = {
  COOPERAGE_CACHE:
    'Folder for what checkouts share: downloads, unpacked tools, base images. Else below XDG_CACHE_HOME.',
  COOPERAGE_STATE: 'Folder for the state of one installation. Else `.cooperage` in the checkout.',
  COOPERAGE_TEST_SERVICES: 'File with the addresses of the services that integration tests use.',
} as const;

export const prefix = 'COOPERAGE_';
