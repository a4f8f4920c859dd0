import { describe, expect, it } from 'vitest';
import { excerptTitle, markdownExcerpt } from './markdown-excerpt';

const href = 'https://builds.example/p/acme/api/b/7#s3:L1-2';

describe('an excerpt as Markdown', () => {
  it('has a link and the lines', () => {
    const title = excerptTitle('RUN npm ci', 1, 2);
    expect(markdownExcerpt({ title, href, lines: ['one', 'two'] })).toBe(
      `[Lines 1 to 2 of RUN npm ci](${href})\n\n\`\`\`text\none\ntwo\n\`\`\`\n`,
    );
  });

  it('S-087 lets no line end the block and no name end the link', () => {
    const text = markdownExcerpt({ title: 'RUN x](javascript:alert(1))', href, lines: ['```` <script>', '```'] });
    expect(text).toContain('RUN x\\]\\(javascript:alert\\(1\\)\\)');
    expect(text).toContain('\n`````text\n');
    expect(text.endsWith('\n`````\n')).toBe(true);
  });
});
