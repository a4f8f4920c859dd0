import 'server-only';
import { meSchema, setupStateSchema } from '@cooperage/contracts';
import { cache } from 'react';
import { read, readOptional } from '@/lib/api/server';

/** Who asks for this page; once a request. */
export const loadMe = cache(() => read('/me', meSchema));

export const loadMeOptional = cache(() => readOptional('/me', meSchema));

export const loadSetupState = cache(() => readOptional('/setup', setupStateSchema));
