export { childEnvironment } from './child-environment.js';
export { ConfigError, type Problem } from './config-error.js';
export { type DescribedSetting, describeConfig } from './describe-config.js';
export type { LogLevel } from './formats/plain.js';
export { loadConfig } from './load-config.js';
export { type Config, type ProcessRole, processRoles } from './process-roles.js';
export { type NamedRegistry, publicRegistry } from './public-registry.js';
export { Secret } from './secret.js';
export type { SmtpConfig } from './smtp.js';
