export const METRICS = Symbol('Metrics');
