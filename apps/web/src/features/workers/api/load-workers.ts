import 'server-only';
import { workerSchema } from '@cooperage/contracts';
import { readPage } from '@/lib/api/list';

export const loadWorkers = () => readPage('/workers', workerSchema);
