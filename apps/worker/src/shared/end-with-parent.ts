/**
 * Ends this process at once when its supervisor does. The two are joined by a channel that the kernel closes with the
 * supervisor, whatever ends it. Nobody would note the death of a child that lives on, and its port would be taken for its successor.
 */
export function endWithParent(): void {
  if (process.channel === undefined) return;
  process.once('disconnect', () => process.exit(70));
  // The channel alone keeps no process alive that is done.
  process.channel?.unref();
}
