import type { CheckCode, CheckName } from './installation-check.js';

/** What most likely lies behind a finding, and the one command that leads on. */
export interface CheckAdvice {
  readonly cause: string;
  readonly command: string;
}

/** What of the installation's own settings a command is filled in with. */
export interface CheckSettings {
  readonly publicUrl: string;
  /** `host` or `host:port`, with how it is spoken to. */
  readonly registry: { readonly host: string; readonly insecure: boolean };
}

type Advice = (settings: CheckSettings) => CheckAdvice;
const advice =
  (cause: string, command: string | ((settings: CheckSettings) => string)): Advice =>
  (settings) => ({ cause, command: typeof command === 'string' ? command : command(settings) });

const pingRegistry = ({ registry }: CheckSettings): string =>
  `curl -i ${registry.insecure ? 'http' : 'https'}://${registry.host}/v2/`;
const askPublicUrl = ({ publicUrl }: CheckSettings): string => `curl -i ${publicUrl}/healthz`;

const control = advice(
  'Nobody with the right to write to the registry is listening. Is the control process running?',
  'docker compose up -d control && docker compose logs --tail 20 control',
);
const builder = advice(
  'No worker is listening for work. Is the builder running, with the DATABASE_URL of this installation?',
  'docker compose up -d builder && docker compose logs --tail 20 builder',
);
const redis = advice(
  'Redis is not running, or REDIS_URL names another address.',
  'docker compose up -d redis && docker compose logs --tail 20 redis',
);
const registryRefuses = advice(
  'The registry does not trust our tokens: its certificate bundle, service or issuer is another than ours.',
  'docker compose logs --tail 20 registry',
);

const known: Readonly<Record<CheckName, Partial<Record<CheckCode, Advice>>>> = {
  database: {
    unreachable: advice(
      'PostgreSQL is not running, or DATABASE_URL names another address.',
      'docker compose up -d postgres && docker compose logs --tail 20 postgres',
    ),
    not_migrated: advice('The tables are of another version of Cooperage.', 'docker compose run --rm migrate'),
  },
  redis: {
    unreachable: redis,
    refused: advice('REDIS_URL holds another password than Redis does.', 'docker compose logs --tail 20 redis'),
    evicts: advice(
      'Redis is set up as a cache, and may throw jobs away when its memory is full.',
      'redis-cli -u "$REDIS_URL" CONFIG SET maxmemory-policy noeviction',
    ),
  },
  builder: {
    no_answer: builder,
    too_slow: advice(
      'The machine is overloaded, or the builder ended in between.',
      'docker compose logs --tail 40 builder',
    ),
    engine_unreachable: advice(
      'The builder runs, and its BuildKit does not answer: BUILDKIT_HOST names another address, or BuildKit is down.',
      'docker compose up -d buildkit && docker compose logs --tail 20 buildkit',
    ),
    build_failed: advice(
      'BuildKit answers and cannot build; its log says why.',
      'docker compose logs --tail 40 buildkit',
    ),
  },
  registry: {
    no_answer: control,
    too_slow: advice(
      'The registry is very slow, or control ended in between.',
      'docker compose logs --tail 40 control',
    ),
    unreachable: advice('The registry is not running, or COOPERAGE_REGISTRY names another address.', pingRegistry),
    refused: registryRefuses,
    deletes_nothing: advice(
      'The registry does not delete images, so that nothing can ever be cleaned up.',
      'REGISTRY_STORAGE_DELETE_ENABLED=true docker compose up -d registry',
    ),
  },
  public_address: {
    unresolvable: advice(
      'PUBLIC_URL has a name that this machine cannot look up.',
      ({ publicUrl }) => `getent hosts ${hostOf(publicUrl)}`,
    ),
    unreachable: advice(
      'PUBLIC_URL names an address where nobody listens, or a firewall keeps this machine from it.',
      askPublicUrl,
    ),
    untrusted_certificate: advice(
      'The certificate is self-made or for another name. Forges would refuse it too.',
      askPublicUrl,
    ),
    redirected: advice('PUBLIC_URL is not the address at its end: another scheme, host or path.', askPublicUrl),
    somebody_else: advice('Another service answers at PUBLIC_URL, or the proxy leads elsewhere.', askPublicUrl),
    too_slow: advice('The api process ended while it looked.', 'docker compose logs --tail 20 api'),
    no_answer: advice('The api process ended while it looked.', 'docker compose logs --tail 20 api'),
  },
};

/** What to do about a finding that is not `ok`. */
export function checkAdvice(name: CheckName, code: CheckCode, settings: CheckSettings): CheckAdvice {
  const make =
    known[name][code] ?? advice('This was not foreseen; the log has the details.', 'docker compose logs --tail 40');
  return make(settings);
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : url;
}
