import { EvaluationRepository, SilenceRepository } from '@cooperage/db';
import type { Source } from '@cooperage/source';
import type { Logger } from '@cooperage/telemetry';
import type { Provider } from '@nestjs/common';
import { MirrorKeeper } from '../../shared/mirror-keeper.js';
import { SourceProjects } from '../../shared/source-projects.js';
import { LOGGER, SOURCE } from '../../shared/tokens.js';
import { EvaluateService } from '../evaluate/evaluate.service.js';
import { ReadHead } from '../evaluate/read-head.js';
import { HeadWatch } from '../head-watch/head-watch.js';

export function evaluation(): Provider[] {
  return [
    {
      provide: HeadWatch,
      inject: [SilenceRepository, SourceProjects, SOURCE, LOGGER],
      useFactory: (silences: SilenceRepository, projects: SourceProjects, source: Source, logger: Logger) =>
        new HeadWatch(silences, projects, source, logger),
    },
    {
      provide: ReadHead,
      inject: [EvaluationRepository, SOURCE],
      useFactory: (rows: EvaluationRepository, source: Source) => new ReadHead(rows, source),
    },
    {
      provide: EvaluateService,
      inject: [EvaluationRepository, ReadHead, SourceProjects, MirrorKeeper, LOGGER],
      useFactory: (...parts: ConstructorParameters<typeof EvaluateService>) => new EvaluateService(...parts),
    },
  ];
}
