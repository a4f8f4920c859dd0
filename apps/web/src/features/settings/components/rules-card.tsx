import type { Project } from '@cooperage/contracts';
import { Card } from '@/components/ui/card';
import { Pager } from '@/components/ui/pager';
import { ProblemPanel } from '@/components/ui/states';
import { projectPath } from '@/lib/address/paths';
import { one, type PageQuery } from '@/lib/address/query';
import { loadRules } from '../api/load-settings';
import { EditRule } from './edit-rule';
import { RuleRow } from './rule-row';

/** Which pushes start a build, and which tags it gets. */
export async function RulesCard({ project, query }: { project: Project; query: PageQuery }) {
  const rules = await loadRules(project.id, one(query, 'rules'));
  const defaultBranch = project.defaultBranch ?? 'main';
  return (
    <Card
      id="rules"
      title="Rules"
      aside={<EditRule projectId={project.id} defaultBranch={defaultBranch} rule={null} />}
    >
      {!rules.ok ? (
        <ProblemPanel problem={rules.problem} what="The rules" />
      ) : rules.value.items.length === 0 ? (
        <p className="px-3 py-3 text-text-2">Without a rule no push starts a build.</p>
      ) : (
        <ul className="divide-y divide-line">
          {rules.value.items.map((rule) => (
            <RuleRow key={rule.id} rule={rule} defaultBranch={defaultBranch} />
          ))}
        </ul>
      )}
      {rules.ok && (
        <Pager
          path={`${projectPath(project)}/settings`}
          query={query}
          next={rules.value.next}
          name="rules"
          label="Pages of rules"
          place="#rules"
          words={{ back: 'First', on: 'Next' }}
        />
      )}
    </Card>
  );
}
