/** What pages and contracts may import: names, schemas' predicates and codecs, without any use of Node. */
export * from './account/role.js';
export * from './build/build-machine.js';
export * from './build/phase.js';
export * from './cache/zone.js';
export * from './failure/catalogue.js';
export * from './image/digest.js';
export * from './image/repository-name.js';
export * from './image/tag.js';
export * from './log/log-codec.js';
export * from './log/log-entry.js';
export * from './log/log-notice.js';
export * from './path/repository-path.js';
export * from './rule/glob.js';
export * from './rule/parse-ref.js';
export * from './rule/rule.js';
export * from './rule/tag-template.js';
export * from './trigger/push-event.js';
