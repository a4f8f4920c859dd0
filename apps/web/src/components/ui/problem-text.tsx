import type { ProblemView } from '@/lib/api/problem';

/** Why a change was not made, beside what asked for it. */
export function ProblemText({ problem }: { problem: ProblemView }) {
  return (
    <div role="alert" className="rounded border border-bad bg-bad-bg px-3 py-2 text-sm">
      <p>
        <strong className="font-semibold text-bad">{problem.title}.</strong> {problem.detail}
      </p>
      {problem.fields.length > 0 && (
        <ul className="mt-1 list-disc pl-5">
          {problem.fields.map((field) => (
            <li key={`${field.path} ${field.message}`}>
              <code>{field.path || 'the whole'}</code>: {field.message}
            </li>
          ))}
        </ul>
      )}
      {problem.requestId && (
        <p className="mt-1 text-text-2">
          request <code>{problem.requestId}</code>
        </p>
      )}
    </div>
  );
}
