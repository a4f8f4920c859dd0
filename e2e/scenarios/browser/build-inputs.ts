import type { Build, Project } from '@cooperage/contracts';
import type { Repository } from '@cooperage/e2e';
import type { BrowserSuite } from '@cooperage/e2e/browser';
import { beforeAll, describe, expect, it } from 'vitest';

const dockerfile = `# syntax=docker/dockerfile:1
from busybox:latest
ARG WOOD
COPY --from=hoops hoop.txt /hoop.txt
RUN echo "made of $WOOD" && false
`;

const bake = `variable "WOOD" { default = "oak" }
target "keg" {
  args = { WOOD = upper(WOOD) }
  contexts = { hoops = "./hoops" }
  tags = ["example.test/keg:1"]
}
`;

/** What a build is made from, set in the settings and seen on its page, with the real builder and the real bake. */
export function buildInputs(suite: BrowserSuite): void {
  describe('the inputs of a build', () => {
    let repository: Repository;
    const home = () => `/p/${repository.project.organizationSlug}/${repository.project.slug}`;
    const project = () => suite.product.api.json<Project>('GET', `/api/v1/projects/${repository.project.id}`);

    beforeAll(async () => {
      repository = await suite.product.repository();
    });

    it('are a definition and named contexts, which settings take and refuse by their name', async () => {
      const { page, open, press, provokes } = await view();
      provokes(/400/);
      await open(`${home()}/settings`);
      const form = page.locator('#general form');
      await form.getByLabel('Named contexts').fill('hoops=../hoops');
      await press(form.getByRole('button', { name: 'Save' }));
      await form.getByText('a folder of the repository, or an image as docker-image://name', { exact: true }).waitFor();
      await form.getByLabel('Named contexts').fill('hoops=hoops');
      await form.getByLabel('Definition file').fill('docker-bake.hcl');
      await press(form.getByRole('button', { name: 'Save' }));
      await form.getByText('letters, digits, dashes and underscores', { exact: true }).waitFor();
      await form.getByLabel('Target of the definition').fill('keg');
      await form.getByLabel('Build arguments').fill('WOOD=acacia');
      await press(form.getByRole('button', { name: 'Save' }));
      await form.getByText('Saved').waitFor();
      expect(await project()).toMatchObject({
        ...{ namedContexts: { hoops: 'hoops' }, buildArgs: { WOOD: 'acacia' } },
        definition: { path: 'docker-bake.hcl', target: 'keg' },
      });
    });

    it('are shown as the definition stands for them, and the Dockerfile with what became of its lines', async () => {
      const files = { Dockerfile: dockerfile, 'docker-bake.hcl': bake, 'hoops/hoop.txt': 'iron' };
      const { commit } = await suite.product.push(repository, files);
      const build: Build = await suite.product.finished(repository, commit);
      expect(build).toMatchObject({ status: 'failed', failure: { code: 'StepFailed', place: { line: 5 } } });
      const { page, open } = await view();
      await open(`${home()}/b/${build.number}?view=inputs`);
      const main = page.locator('#main');
      await main.getByText('docker-bake.hcl keg', { exact: true }).waitFor();
      await main.getByText('WOOD=ACACIA', { exact: true }).waitFor();
      await main.getByText('WOOD=acacia', { exact: true }).waitFor();
      await main.getByText('hoops=hoops', { exact: true }).waitFor();
      await main.getByText('because tags are given by the rules of the project').waitFor();
      await open(`${home()}/b/${build.number}?view=dockerfile`);
      await page
        .locator('#D1')
        .getByText(/^docker\/dockerfile:1 is the reader that is built into buildkit .*no image was loaded/)
        .waitFor();
      await page.locator('#D2').getByText('ConsistentInstructionCasing').waitFor();
      const failing = page.getByLabel('The line that failed');
      await failing.getByText('StepFailed').waitFor();
      await failing.getByText('made of ACACIA', { exact: true }).waitFor();
      await failing.getByRole('link', { name: /^Log of this step, / }).waitFor();
    });

    async function view() {
      const visitor = await suite.visitor();
      return {
        page: visitor.page,
        open: visitor.open.bind(visitor),
        press: visitor.press.bind(visitor),
        provokes: visitor.provokes.bind(visitor),
      };
    }
  });
}
