import 'reflect-metadata';
import { loadConfig } from '@cooperage/config';
import { createApi } from './app/create-api.js';
import { refuseUnsafeStart, startLife } from './app/process-life.js';
import { closeOnSignal } from './app/shutdown.js';

const config = loadConfig('api');
const api = await createApi(config);
await refuseUnsafeStart(api.database, api.logger);
const { host, port } = config.http;
await api.app.listen({ host, port });
const life = startLife('api', api.database, api.logger);
closeOnSignal(api.logger, [life, api]);
api.logger.info({ address: await api.app.getUrl() }, 'listening');
