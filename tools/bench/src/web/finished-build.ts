import type { Product } from '@cooperage/e2e';

export interface FinishedBuild {
  readonly buildId: string;
  readonly number: number;
  /** Address of its project's page. */
  readonly home: string;
}

const dockerfile = 'FROM busybox:latest\nRUN for i in $(seq 1 40); do echo "line $i"; done\n';

/** A project with one build that has ended. */
export async function aFinishedBuild(product: Product): Promise<FinishedBuild> {
  const repository = await product.repository();
  const { commit } = await product.push(repository, { Dockerfile: dockerfile });
  const { id, number } = await product.finished(repository, commit);
  return { buildId: id, number, home: `/p/${repository.project.organizationSlug}/${repository.project.slug}` };
}
