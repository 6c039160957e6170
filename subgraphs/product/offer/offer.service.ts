import { notFound } from '../../../platform/errors';
import { openLiveSource, type EventFeed, type Told } from '../../../platform/feed';
import { globalId, type SourceEvent } from '../../../platform/federation';
import { sharedBatch, type Batch } from '../../../platform/loaders';
import type { ProductRow, ProductService } from '../catalog';

export interface WatchedOffer extends Told {
  readonly row: ProductRow;
}

/** Watches what products cost and how many there are. What is told is the same for everybody: only what the shop shows. */
export class OfferService {
  private readonly current: Batch<number, ProductRow | null>;

  constructor(
    products: ProductService,
    private readonly feed: EventFeed,
  ) {
    this.current = sharedBatch((keys) => products.byKeys(keys));
  }

  /** @throws NOT_FOUND for a product that the shop does not show, and later when it shows it no more */
  async watch(productKey: number, args: Readonly<Record<string, unknown>>): Promise<AsyncIterable<SourceEvent>> {
    await this.offered(productKey);
    const tell = async (told: Told): Promise<WatchedOffer> => ({ ...told, row: await this.offered(productKey) });
    return openLiveSource<WatchedOffer>({
      feed: this.feed,
      keys: [globalId('Product', productKey)],
      args,
      present: tell,
      change: (_event, told) => tell(told),
      isLatestEnough: true,
    });
  }

  private async offered(productKey: number): Promise<ProductRow> {
    const [row] = await this.current([productKey]);
    if (row?.status !== 'ACTIVE') throw notFound('This product');
    return row;
  }
}
