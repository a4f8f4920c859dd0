import { BuildFailure, type FailurePlace } from '@cooperage/domain';

/** This engine does not build this; another does. Thrown before anything runs. */
export class EngineLacks extends BuildFailure {
  constructor(message: string, options: { readonly place: FailurePlace }) {
    super('InvalidBuildConfig', message, options);
  }
}
