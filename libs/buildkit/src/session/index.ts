export { authMethods, type RegistryAuth } from './auth.js';
export { contentMethods } from './content/content.js';
export type { ContentStore, ContentWriter, OpenBlob } from './content/content-store.js';
export { fileSyncMethod, fileSyncPath } from './file-sync.js';
export { secretsMethod } from './secrets.js';
export { SessionFault, type SessionMethod } from './service.js';
export { openSession, type Session, type SessionOptions, sessionFaultMessage } from './session.js';
export { type SyncFile, SyncTree } from './sync-tree.js';
