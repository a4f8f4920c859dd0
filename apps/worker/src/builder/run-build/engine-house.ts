import { BuildFailure, houseOf, type Lane, type Zone } from '@cooperage/domain';
import type { Engine } from '@cooperage/engines';

/**
 * Whose results are in this builder's engine. In the lane of strangers it is emptied before the next one's build begins: what
 * is left in between nobody can read, and the export of a cache still finds it.
 */
export class EngineHouse {
  /** Undefined: nobody knows, as after a start. */
  private owner: string | null | undefined;

  constructor(
    private readonly engine: Pick<Engine, 'wipe'>,
    private readonly lane: Lane,
  ) {}

  /** @throws {BuildFailure} `PolicyRefused` for code of strangers in the other lane, and where the engine cannot be emptied; `EngineUnavailable` */
  async enter(build: { readonly organizationId: string; readonly zone: Zone }): Promise<void> {
    if (this.lane === 'trusted') {
      if (build.zone === 'fork') throw new BuildFailure('PolicyRefused', 'This builder takes no code of strangers.');
      return;
    }
    const house = houseOf(build);
    if (house !== null && house === this.owner) return;
    this.owner = undefined;
    if (!this.engine.wipe)
      throw new BuildFailure('PolicyRefused', 'This builder cannot empty its engine for strangers.');
    await this.engine.wipe();
    this.owner = house;
  }
}
