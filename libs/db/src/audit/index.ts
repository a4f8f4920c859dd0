export type { AuditRecord } from './audit-record.js';
export { type AuditFilter, AuditRepository, type ChainCheck } from './audit-repository.js';
export type { AuditFacts } from './write-audit.js';
