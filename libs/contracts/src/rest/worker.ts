import { z } from 'zod';
import { idSchema, timeSchema } from './common.js';

export const workerSchema = z.object({
  id: idSchema,
  name: z.string(),
  role: z.enum(['api', 'live', 'builder', 'control']),
  state: z.enum(['idle', 'busy', 'lost', 'ended']),
  startedAt: timeSchema,
  heartbeatAt: timeSchema,
  endedAt: timeSchema.nullable(),
  slots: z.number().int().nullable(),
  engine: z.string().nullable(),
  engineVersion: z.string().nullable(),
  platforms: z.array(z.string()),
  builds: z.array(z.object({ id: idSchema, number: z.number().int(), projectSlug: z.string() })),
  note: z.string().nullable(),
});
export type WorkerView = z.infer<typeof workerSchema>;
