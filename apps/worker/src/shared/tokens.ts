/** Injection tokens of what is not a class of ours. */
export const CONFIG = Symbol('config');
export const LOGGER = Symbol('logger');
export const METRICS = Symbol('metrics');
export const MASTER_KEYS = Symbol('master keys');
export const SIGNING_MASTER_KEYS = Symbol('signing master keys');
/** Answers asks whether what this process stands on works. */
export const CHECK_ANSWERER = Symbol('CheckAnswerer');
export const SOURCE = Symbol('source');
export const ENGINE = Symbol('engine');
/** Of a builder: that of its pool. Control and whoever serves logs have `PoolRedis`, and this is the one of the trusted pool. */
export const REDIS = Symbol('redis');
export const LIVE_BUS = Symbol('live bus');
