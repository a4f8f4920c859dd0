export * from './fresh-database.js';
export * from './git/git-host.js';
export * from './git/git-http-server.js';
export * from './git/git-repository.js';
export * from './git/git-ssh-server.js';
export * from './git/lying-git-server.js';
export * from './query.js';
export * from './services.js';
