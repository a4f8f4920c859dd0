import 'server-only';
import { checksSchema, firstStepsSchema } from '@cooperage/contracts';
import { readOptional } from '@/lib/api/server';

/** How the installation's parts stand; refused to whoever is neither an administrator nor holds the set-up token. */
export const loadChecks = () => readOptional('/setup/checks', checksSchema);

/** How far the installation has come, for administrators. */
export const loadFirstSteps = () => readOptional('/first-steps', firstStepsSchema);
