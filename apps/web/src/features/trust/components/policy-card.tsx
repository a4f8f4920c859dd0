import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { inputClass } from '@/components/ui/input-class';
import { ProblemPanel } from '@/components/ui/states';
import { CheckList } from '@/features/images/components/check-row';
import { verdictLooks } from '@/features/images/model/verdict';
import { classes } from '@/lib/classes';
import { visibleText } from '@/lib/format/names';
import { loadPolicy, testPolicy } from '../api/load-trust';

/** What a project demands of its images in sentences, and a box to try it on any image of this registry. */
export async function PolicyCard({ projectId, reference }: { projectId: string; reference: string | null }) {
  const policy = await loadPolicy(projectId);
  if (!policy.ok)
    return (
      <Card title="Policy">
        <ProblemPanel problem={policy.problem} what="The policy" />
      </Card>
    );
  return (
    <Card title="Policy">
      <ul className="list-disc space-y-1 py-3 pr-3 pl-8">
        {policy.value.sentences.map(({ id, text }) => (
          <li key={id} className="max-w-[78ch] break-words">
            {visibleText(text)}
          </li>
        ))}
      </ul>
      {!policy.value.satisfiable && (
        <p role="alert" className="mx-3 mb-3 rounded border border-bad bg-bad-bg px-3 py-2">
          No key counts, so no image satisfies this. The next build makes a key.
        </p>
      )}
      <form action="/trust" className="flex flex-wrap gap-2 border-t border-line p-3">
        <input type="hidden" name="project" value={projectId} />
        <input
          name="reference"
          defaultValue={reference ?? ''}
          placeholder="A tag, a digest, or host/organization/project:tag"
          aria-label="Image to test"
          maxLength={600}
          className={classes(inputClass, 'flex-1! basis-72 font-mono text-sm')}
        />
        <Button type="submit">Test</Button>
      </form>
      {reference && <TestResult projectId={projectId} reference={reference} />}
    </Card>
  );
}

async function TestResult({ projectId, reference }: { projectId: string; reference: string }) {
  const result = await testPolicy(projectId, reference);
  if (!result.ok) return <ProblemPanel problem={result.problem} what="The test" />;
  const look = verdictLooks[result.value.verdict];
  return (
    <div role="status" className="grid gap-2 px-3 pb-3">
      <p className={classes('rounded border px-3 py-2 font-semibold', look.tone)}>
        <span aria-hidden>{look.sign}</span> {look.words}
      </p>
      <p className="text-sm break-all text-text-2">
        <code>{result.value.digest}</code>
      </p>
      <CheckList checks={result.value.checks} />
    </div>
  );
}
