import { queryOnce } from '../../test/support/database';
import { add, place } from '../../test/order/support/operations';
import { guest, newKey, openShop } from '../../test/order/support/shop';
import type { Run } from './load';
import { recordStatements } from './recording';
import { FIRST_KEY, Replay, spreadKeys } from './replay';
import { addWares, pickerOf } from './wares';

const SPREAD = 1_000;

/** The SQL of a checkout, cart included, recorded from the subgraphs themselves and sent by plain `pg` alone. */
export async function openFloor(connections: number) {
  const shop = await openShop();
  const urls = [shop.order.url, shop.product.url];
  for (const [at, url] of urls.entries()) await queryOnce(url, spreadKeys(FIRST_KEY * (1 + 5 * at)));
  const wares = await addWares(shop.product.url, SPREAD + 1);
  const [sample] = wares;
  if (!sample) throw new Error('nothing to sell');
  const buy = async (): Promise<void> => {
    const { guestToken } = await add(shop, guest(null), sample.id);
    const placed = await place(shop, guest(guestToken), newKey(), { email: 'ada@example.com' });
    if (placed.order === null) throw new Error(JSON.stringify(placed.errors));
  };
  await buy();
  const recorded = await recordStatements(buy);
  const byName = Object.fromEntries(urls.map((url) => [new URL(url).pathname.slice(1), url]));
  const replays = await Promise.all(
    Array.from({ length: connections }, async () => {
      const replay = new Replay(recorded);
      await replay.connect(byName);
      return replay;
    }),
  );
  const pickers = { hot: pickerOf(wares.slice(0, 1)), spread: pickerOf(wares.slice(1)) };
  let failure: string | null = null;
  const replaying =
    (pick: (typeof pickers)['hot']): Run =>
    async (worker) => {
      const startedMs = performance.now();
      const ware = pick();
      const given = [
        [sample.key, ware.key],
        [sample.productKey, ware.productKey],
      ] as const;
      try {
        await replays[worker]?.run(given);
        return performance.now() - startedMs;
      } catch (error) {
        failure ??= error instanceof Error ? error.message : String(error);
        return null;
      }
    };
  return {
    statements: recorded.length,
    hot: replaying(pickers.hot),
    spread: replaying(pickers.spread),
    failure: (): string | null => failure,
    close: async (): Promise<void> => {
      for (const replay of replays) await replay.close();
      await shop.close();
    },
  };
}
