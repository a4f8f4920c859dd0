import 'server-only';
import { meSchema, pageOf, sessionSchema, setupStateSchema, signInWaysSchema } from '@cooperage/contracts';
import { cache } from 'react';
import { read, readOptional } from '@/lib/api/server';

/** Who asks for this page; once a request. */
export const loadMe = cache(() => read('/me', meSchema));

export const loadMeOptional = cache(() => readOptional('/me', meSchema));

export const loadSetupState = cache(() => readOptional('/setup', setupStateSchema));

export const loadSignInWays = cache(() => readOptional('/sign-in-ways', signInWaysSchema));

export const loadSessions = () => read('/me/sessions', pageOf(sessionSchema));
