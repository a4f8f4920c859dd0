/**
 * What this process has had of the processor, milliseconds. How much it grows by says what work costs: unlike a clock, it does
 * not go on while others have the machine.
 */
export function cpuTimeMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
