import 'reflect-metadata';
import { loadConfig } from '@cooperage/config';
import { guardLoop } from '@cooperage/telemetry';
import { createApi } from './app/create-api.js';
import { refuseUnsafeStart, startLife } from './app/process-life.js';
import { closeOnSignal } from './app/shutdown.js';
import { listenOptions } from './http/listen.js';

guardLoop({ process: 'api' });
const config = loadConfig('api');
const api = await createApi(config);
await refuseUnsafeStart(api.database, api.logger);
await api.app.listen(listenOptions(config.http));
const life = startLife('api', api.database, api.logger);
closeOnSignal(api.logger, [life, api]);
api.logger.info({ address: await api.app.getUrl() }, 'listening');
