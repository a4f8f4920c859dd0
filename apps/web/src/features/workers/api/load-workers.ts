import 'server-only';
import { queueSchema, workerSchema } from '@cooperage/contracts';
import { readPage } from '@/lib/api/list';
import { read } from '@/lib/api/server';

export const loadWorkers = () => readPage('/workers', workerSchema);

export const loadQueue = () => read('/queue', queueSchema);
