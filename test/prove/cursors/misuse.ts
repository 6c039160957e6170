import type { PagedList } from './lists';
import { PageRefused, readPage, type Asker } from './paging';

/** Cursors that no list gave. The last ones have the right shape and wrong values. */
const MALFORMED = [
  '',
  'x',
  '%%%',
  'é',
  'a'.repeat(5_000),
  encode('null'),
  encode('[]'),
  encode('[1,2,3]'),
  encode('["x","y"]'),
  encode('["x\\u0000","y","z"]'),
  encode('{"a":1}'),
];

/** Uses cursors where they do not belong. @returns how many uses were tried, and which were not refused as they should */
export async function misuse(asker: Asker, list: PagedList): Promise<{ tried: number; problems: string[] }> {
  const problems: string[] = [];
  let tried = 0;
  const refused = async (what: string, field: string, sort: string, cursor: string, reason: string): Promise<void> => {
    tried += 1;
    const verdict = await readPage(asker, field, sort, { first: 5, after: cursor }).then(
      () => 'a page',
      (error: unknown) => (error instanceof PageRefused ? `${error.code} ${error.reason}` : String(error)),
    );
    if (verdict !== `BAD_USER_INPUT ${reason}`) problems.push(`${list.name}: ${what} got ${verdict}`);
  };
  for (const sort of list.sorts) {
    const { pageInfo } = await readPage(asker, list.field, sort, { first: 5 });
    const cursor = pageInfo.endCursor ?? '';
    for (const other of list.sorts.filter((each) => each !== sort)) {
      await refused(`a cursor of ${sort} under ${other}`, list.field, other, cursor, 'CURSOR_OF_ANOTHER_LIST');
    }
    await refused(`a cursor of ${sort} under another filter`, list.otherFilter, sort, cursor, 'CURSOR_OF_ANOTHER_LIST');
    for (const text of [...MALFORMED, ...forged(cursor)]) {
      await refused(`the cursor ${JSON.stringify(text.slice(0, 30))}`, list.field, sort, text, 'MALFORMED_CURSOR');
    }
  }
  return { tried, problems };
}

/** The fingerprint of the right list, with values that the columns cannot hold. */
function forged(cursor: string): string[] {
  const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as string[];
  const withLast = (value: string): string => encode(JSON.stringify([...parts.slice(0, -1), value]));
  return [
    withLast('no number'),
    withLast('99999999999999'),
    encode(JSON.stringify(parts.slice(0, -1))),
    encode(JSON.stringify([...parts, '1'])),
  ];
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64url');
}
