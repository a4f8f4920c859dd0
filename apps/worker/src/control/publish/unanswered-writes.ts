import type { WriteWatch } from '@cooperage/oci';

/** Whether a session's writes have all been answered: one that was not may still reach the registry. */
export class UnansweredWrites implements WriteWatch {
  private underWay = 0;
  private lost = 0;

  get none(): boolean {
    return this.underWay === 0 && this.lost === 0;
  }

  begin(): (answered: boolean) => void {
    this.underWay++;
    return (answered) => {
      this.underWay--;
      if (!answered) this.lost++;
    };
  }
}
