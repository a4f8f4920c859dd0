/**
 * Work that is done one at a time and begins at most once in `everyMs`. While it waits or runs it may be asked for any number of
 * times: it is done once more then, so the last time is never lost.
 */
export class Pace {
  private isAsked = false;
  private isBusy = false;

  constructor(
    private readonly everyMs: number,
    private readonly work: () => Promise<void> | void,
    private readonly onError: (error: unknown) => void,
  ) {}

  ask(): void {
    this.isAsked = true;
    if (!this.isBusy) void this.run();
  }

  private async run(): Promise<void> {
    this.isBusy = true;
    while (this.isAsked) {
      this.isAsked = false;
      const rest = new Promise<void>((resolve) => void setTimeout(resolve, this.everyMs).unref());
      try {
        await this.work();
      } catch (error) {
        this.onError(error);
      }
      await rest;
    }
    this.isBusy = false;
  }
}
