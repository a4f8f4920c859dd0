import 'server-only';
import { projectGlanceSchema } from '@cooperage/contracts';
import { cache } from 'react';
import { read } from '@/lib/api/server';

/** What a project's first page shows beside its list of builds. */
export const loadGlance = cache((projectId: string) => read(`/projects/${projectId}/glance`, projectGlanceSchema));
