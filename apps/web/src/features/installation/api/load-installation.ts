import 'server-only';
import { pageOf, settingSchema } from '@cooperage/contracts';
import { read } from '@/lib/api/server';

export const loadInstallationSettings = () => read('/settings', pageOf(settingSchema));
