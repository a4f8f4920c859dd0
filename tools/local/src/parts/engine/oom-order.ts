/**
 * `oom_score_adj` (proc(5)), which what is started inherits: where memory runs out, the kernel ends a step first, then an engine. What
 * has none, our services and the databases, comes after them. That of a step is written by `deploy/buildkit/step-runtime.sh`.
 */
export const oomScores = { step: 1000, engine: 500 } as const;
