import { loadConfig } from '@cooperage/config';
import { createLogger, guardLoop } from '@cooperage/telemetry';
import { closeOnSignal } from './app/shutdown.js';
import { PostgresProxy } from './builder-proxy/postgres-proxy.js';
import { RegistryProxy } from './registry-proxy/registry-proxy.js';

guardLoop({ process: 'builder-proxy' });
const { registry, postgresServer, postgresPort, http, logLevel } = loadConfig('builder-proxy');
const logger = createLogger({ process: 'builder-proxy', level: logLevel });
const toPostgres = new PostgresProxy({ server: postgresServer, logger });
const toRegistry = new RegistryProxy({ registry, trustProxy: false, logger });
// Health is asked at the registry's port, so PostgreSQL's has to listen first.
const postgresAddress = await toPostgres.listen({ host: http.host, port: postgresPort });
const address = await toRegistry.listen(http);
closeOnSignal(logger, [toRegistry, toPostgres]);
logger.info({ address, postgresAddress }, 'listening');
