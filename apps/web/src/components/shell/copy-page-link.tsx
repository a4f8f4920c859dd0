import { CopyButton } from '@/components/ui/copy-button';

/** The address of what is on screen, filters and lines included. */
export function CopyPageLink() {
  return (
    <span className="hidden lg:contents">
      <CopyButton label="Link" what="to this page" name="Copy link to this page" shortcut="y" always />
    </span>
  );
}
