export * from './api-client.js';
export * from './child.js';
export * from './cut-proxy.js';
export * from './launcher.js';
export * from './log-viewer.js';
export * from './product.js';
export * from './registry-tap.js';
export * from './until.js';
