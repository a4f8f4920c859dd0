import { expect, it } from 'vitest';
import { unconnectedApp } from '../../spec/unconnected-app.js';
import { describeApi } from './describe-api.js';
import { openApiFile } from './openapi-file.js';

it('is current: npm run openapi -w @cooperage/api writes it', async () => {
  const app = await unconnectedApp();
  const document = `${JSON.stringify(describeApi(app), null, 2)}\n`;
  await app.close();
  await expect(document).toMatchFileSnapshot(openApiFile.pathname);
});
