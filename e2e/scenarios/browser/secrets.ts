import type { Repository } from '@cooperage/e2e';
import { type BrowserSuite, patience } from '@cooperage/e2e/browser';
import { beforeAll, describe, expect, it } from 'vitest';

const secrets = { build: 'the-build-secret-7f3a', registry: 'the-registry-password-91c2', git: 'the-git-token-44de' };

/** What goes in never comes out. */
export function secretsInPages(suite: BrowserSuite): void {
  describe('the settings of a project', () => {
    let repository: Repository;
    beforeAll(async () => {
      repository = await suite.product.repository();
    });

    it('S-058 take secrets and credentials and never show them again', async () => {
      const visitor = await suite.visitor();
      const { page } = visitor;
      const address = `/p/${repository.project.organizationSlug}/${repository.project.slug}/settings`;
      const bodies: Promise<string>[] = [];
      page.on('response', (response) => bodies.push(response.text().catch(() => '')));
      await visitor.open(address);
      const part = (name: string) => page.getByRole('region', { name, exact: true });
      const build = part('Build secrets');
      await build.getByLabel('Name').fill('NPM_TOKEN');
      await build.getByLabel('Value').fill(secrets.build);
      await visitor.press(build.getByRole('button', { name: 'Set' }));
      await build.getByRole('listitem').filter({ hasText: 'NPM_TOKEN' }).waitFor();
      await expect.poll(() => build.getByLabel('Value').inputValue(), patience).toBe('');
      const registries = part('Registries for base images');
      await registries.getByLabel('Host').fill('registry.example.test');
      await registries.getByLabel('User name').fill('robot');
      await registries.getByLabel('Password or token').fill(secrets.registry);
      await visitor.press(registries.getByRole('button', { name: 'Set' }));
      await registries.getByRole('listitem').filter({ hasText: 'registry.example.test' }).waitFor();
      const git = part('Credentials of the git host');
      await git.getByLabel('User name').fill('robot');
      await git.getByLabel('Token', { exact: true }).fill(secrets.git);
      await visitor.press(git.getByRole('button', { name: 'Set the credentials' }));
      await git.getByText('None are set').waitFor({ state: 'detached' });
      await visitor.open(address);
      await build.getByText('NPM_TOKEN', { exact: true }).waitFor();

      const everything = (await Promise.all([page.content(), ...bodies])).join('\n');
      expect(everything).toContain('NPM_TOKEN');
      for (const secret of Object.values(secrets)) expect(everything).not.toContain(secret);
    });
  });
}
