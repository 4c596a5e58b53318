import { EXIT, type ExitCode, Failure } from '../../failure.ts';
import { hostsOf } from '../../inventory/cluster.ts';
import { digestPages } from '../../pipeline/digest.ts';
import { type CheckedPage, type PageDigest, checkedPages } from '../../verify/digest.ts';
import type { Context, HostFlags } from '../context.ts';
import { withCluster } from '../open-cluster.ts';
import { openInventory } from '../open-inventory.ts';
import type { Screen } from '../screen.ts';

export interface DigestFlags extends HostFlags {
  readonly path?: readonly string[];
}

/** Pages of one run. */
const MOST_PAGES = 200;

/** Shows the digest of each page that a health check asks, as HTTP_GET and SSL_GET compare it. */
export async function digest(context: Context, argument: string | undefined, flags: DigestFlags): Promise<ExitCode> {
  const opened = await openInventory(context, { argument, flags, afterDeploy: true });
  if (typeof opened === 'number') return opened;
  const { cluster } = opened;
  const pages = checkedPages(cluster, flags.path).slice(0, MOST_PAGES);
  if (pages.length === 0)
    throw new Failure('inventory', 'No health check of the inventory asks for a page.', {
      hint: 'Name one with --path, as in `lvsctl digest --path /health`.',
    });
  const directors = hostsOf(cluster).filter(({ role }) => role === 'director');
  const { screen, signal } = context;
  const work = async ({ session, progress }: Parameters<Parameters<typeof withCluster>[3]>[0]): Promise<ExitCode> => {
    const { host, digests } = await digestPages(session, pages, signal);
    await progress.settle();
    for (const [path, some] of byPath(pages)) {
      screen.line(`${path}  asked from ${host}`, 'title');
      for (const page of some) showPage(screen, host, page, digests.get(page) ?? { error: 'no answer' });
      showKeys(screen, some, digests);
    }
    const exitCode = [...digests.values()].some((one) => 'error' in one) ? EXIT.failed : EXIT.done;
    screen.emit({ type: 'result', command: 'digest', exitCode });
    return exitCode;
  };
  return withCluster(context, cluster, flags, work, directors);
}

function byPath(pages: readonly CheckedPage[]): ReadonlyMap<string, readonly CheckedPage[]> {
  const keys = new Set(pages.map(({ scheme, path }) => `${scheme} ${path}`));
  return new Map([...keys].map((key) => [key, pages.filter(({ scheme, path }) => `${scheme} ${path}` === key)]));
}

function showPage(screen: Screen, host: string, page: CheckedPage, found: PageDigest): void {
  const { place, scheme, path, digest: configured } = page;
  const url = `${scheme}://${place}${path}`;
  const differs = configured !== undefined && 'digest' in found && found.digest !== configured;
  screen.emit({ type: 'digest', host, url, configured: configured ?? null, ...found });
  const text = 'error' in found ? found.error : [found.digest, ...(found.status === undefined ? [] : [found.status])];
  const note = differs ? `  the inventory has ${configured}` : '';
  screen.line(`  ${place}  ${[text].flat().join('  ')}${note}`, differs || 'error' in found ? 'bad' : undefined);
}

/** A page that differs from server to server, or an error page, is no good to compare with. */
function showKeys(screen: Screen, pages: readonly CheckedPage[], digests: ReadonlyMap<CheckedPage, PageDigest>): void {
  const found = pages.flatMap((page) => digests.get(page) ?? []).filter((one) => 'digest' in one);
  const [first] = found;
  const [page] = pages;
  if (first === undefined || page === undefined) return;
  if (new Set(found.map((one) => one.digest)).size > 1) {
    screen.line('  The real servers have different pages: choose a page that is the same on all of them.', 'bad');
    return;
  }
  if (found.some(({ status }) => status !== undefined && (status < 200 || status > 299))) {
    screen.line('  The page is an error or a redirect: choose one that answers with 200.', 'bad');
    return;
  }
  const checker = page.scheme === 'https' ? 'ssl_get' : 'http_get';
  const virtualhost = page.host === page.place ? '' : `virtualhost: ${page.host}, `;
  screen.line(`  ${checker}: {url: {path: ${JSON.stringify(page.path)}, ${virtualhost}digest: ${first.digest}}}`);
}
