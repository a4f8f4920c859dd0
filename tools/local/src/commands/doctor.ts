import { parseArgs } from 'node:util';
import { examine } from '../doctor/examine.ts';
import { findingLines } from '../doctor/finding.ts';
import { choose, lookAround } from '../parts/choice.ts';

/** `./cooperage doctor [--json]`: what is where. The exit code is 1 when a person has to do something. */
export async function doctor(parameters: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...parameters], options: { json: { type: 'boolean' } } });
  const around = await lookAround();
  const findings = await examine(around, choose(around));
  const text = values.json ? JSON.stringify({ parts: findings }) : findingLines(findings).join('\n');
  process.stdout.write(`${text}\n`);
  return findings.some((finding) => finding.state === 'missing') ? 1 : 0;
}
