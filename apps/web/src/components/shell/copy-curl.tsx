import { CopyButton } from '@/components/ui/copy-button';
import { publicOrigin } from '@/lib/address/public-origin';
import { curlCommand } from '@/lib/format/shell';

/** The page's data as a command for a terminal. */
export async function CopyCurl({ path }: { path: string }) {
  return (
    <span className="hidden md:contents" data-curl={path}>
      <CopyButton
        text={curlCommand(await publicOrigin(), path)}
        label="curl"
        what="command"
        name="Copy as command: curl for what this page shows"
        shortcut="c"
        always
      />
    </span>
  );
}
