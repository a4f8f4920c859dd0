import { loadConfig } from '@cooperage/config';
import { createLogger, guardLoop } from '@cooperage/telemetry';
import { closeOnSignal } from './app/shutdown.js';
import { RegistryProxy } from './registry-proxy/registry-proxy.js';

guardLoop({ process: 'registry-proxy' });
const { registry, http, logLevel } = loadConfig('registry-proxy');
const logger = createLogger({ process: 'registry-proxy', level: logLevel });
const proxy = new RegistryProxy({ registry, trustProxy: http.trustProxy, logger });
const address = await proxy.listen(http);
closeOnSignal(logger, [proxy]);
logger.info({ address }, 'listening');
