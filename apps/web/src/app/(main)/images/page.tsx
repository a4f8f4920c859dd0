import type { Metadata } from 'next';
import { Page, PageTitle } from '@/components/shell/page';
import { buttonClass } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Link } from '@/components/ui/link';
import { Pager } from '@/components/ui/pager';
import { Empty, ProblemPanel } from '@/components/ui/states';
import { loadMe } from '@/features/account/api/load-me';
import { LiveRefresh } from '@/features/builds/components/live-refresh';
import { allImagesAddress, loadAllImages } from '@/features/images/api/load-images';
import { FoundImageTable } from '@/features/images/components/found-image-table';
import { ImageSearch } from '@/features/images/components/image-search';
import { one, type PageQuery } from '@/lib/address/query';

export const metadata: Metadata = { title: 'Images' };

export default async function AllImagesPage({ searchParams }: { searchParams: Promise<PageQuery> }) {
  const [query, me] = await Promise.all([searchParams, loadMe()]);
  const wanted = { q: one(query, 'q'), cursor: one(query, 'cursor') };
  const images = await loadAllImages(wanted);
  const scopes = me.ok ? me.value.organizations.map(({ organizationId }) => ({ organizationId })) : [];
  return (
    <Page crumbs={[{ label: 'Images' }]} curl={allImagesAddress(wanted)}>
      <PageTitle title="Images">Of all projects, newest first.</PageTitle>
      <LiveRefresh scopes={scopes} />
      <ImageSearch path="/images" words={wanted.q} />
      <Card>
        {!images.ok ? (
          <ProblemPanel problem={images.problem} what="The images" />
        ) : images.value.items.length === 0 ? (
          <NoImages searched={wanted.q !== null} />
        ) : (
          <>
            <FoundImageTable images={images.value.items} />
            <Pager path="/images" query={query} next={images.value.next} />
          </>
        )}
      </Card>
    </Page>
  );
}

function NoImages({ searched }: { searched: boolean }) {
  if (searched)
    return (
      <Empty
        title="No tag or digest begins with this."
        action={
          <Link href="/images" className={buttonClass('primary')}>
            Show all images
          </Link>
        }
        command={{ path: '/images' }}
      />
    );
  return (
    <Empty
      title="No build has published an image yet."
      action={
        <Link href="/projects" className={buttonClass('primary')}>
          Choose a project to build
        </Link>
      }
      command={{ path: '/projects' }}
    >
      <p>An image appears here when its build is signed, verified and published.</p>
    </Empty>
  );
}
