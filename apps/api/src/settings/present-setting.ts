import type { DescribedSetting } from '@cooperage/config';
import type { SettingView } from '@cooperage/contracts';

export function presentSetting({ name, summary, value, origin, file, secret }: DescribedSetting): SettingView {
  return { name, summary, value: secret ? null : value, origin, file, secret };
}

/** As an environment file: what is set stands, what is a default or hidden is a comment. */
export function settingsFile(settings: readonly DescribedSetting[]): string {
  return settings.map((setting) => `# ${setting.summary}\n${assignment(setting)}\n`).join('\n');
}

function assignment({ name, value, origin, file, secret }: DescribedSetting): string {
  if (origin === 'file') return `${name}_FILE=${quoted(file ?? '')}`;
  if (origin === 'not set') return `#${name}=`;
  if (secret) return `#${name}=  (a secret that is set, and not shown)`;
  const line = `${name}=${quoted(value ?? '')}`;
  return origin === 'default' ? `#${line}  (default)` : line;
}

/** Values of one line without quotes, others as JSON, which shells and compose files read alike. */
function quoted(value: string): string {
  return /^[\w./:@,+-]*$/.test(value) ? value : JSON.stringify(value);
}
