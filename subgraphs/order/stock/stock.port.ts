import { AppError } from '../../../platform/errors';
import { globalId, keyOf, type SubgraphClient } from '../../../platform/federation';
import { askSubgraph } from '../upstream';

/** What a variant costs and whether it can be bought, now. */
export interface Offer {
  readonly variantId: number;
  readonly productId: number;
  readonly productName: string;
  readonly variantTitle: string;
  readonly sku: string | null;
  readonly unitPriceMinor: number;
  readonly currency: string;
  readonly available: number;
  /** Whether the shop sells it at all; what is merely sold out has nothing available. */
  readonly isSellable: boolean;
  readonly imageUrl: string | null;
  readonly requiresShipping: boolean;
  /** By which it is taxed, such as "standard"; `null` for what is not. */
  readonly taxCategory: string | null;
}

export interface StockLine {
  readonly variantId: number;
  readonly quantity: number;
}

export interface Shortage {
  readonly variantId: number;
  readonly available: number;
}

/** Prices and stock, which belong to the product subgraph. Every change is idempotent by its reference. */
export interface StockPort {
  /** In the order asked; `null` for a variant that does not exist. */
  offersOf(variantIds: readonly number[], requestId: string): Promise<(Offer | null)[]>;
  /** All or nothing; an empty answer means that everything is reserved. */
  reserve(reservationId: string, lines: readonly StockLine[], seconds: number, requestId: string): Promise<Shortage[]>;
  /** Turns a reservation into a sale; `false` when it ran out and the stock is gone. */
  claim(reservationId: string, requestId: string): Promise<boolean>;
  /** `false` when it was claimed before, and so must be restocked instead. */
  release(reservationId: string, reason: string, requestId: string): Promise<boolean>;
  restock(reference: string, reason: string, lines: readonly StockLine[], requestId: string): Promise<void>;
}

const OFFERS = `query Offers($ids: [ID!]!) { variantsForSale(ids: $ids) {
  variantId productId productName variantTitle sku unitPriceMinor currency available isSellable imageUrl requiresShipping taxCategory } }`;
const RESERVE = `mutation Reserve($input: ReserveStockInput!) { reserveStock(input: $input) { isReserved shortages { variantId available } } }`;
const CLAIM = `mutation Claim($id: String!) { claimStock(reservationId: $id) { isClaimed } }`;
const RELEASE = `mutation Release($id: String!, $reason: String!) { releaseStock(reservationId: $id, reason: $reason) { isReleased } }`;
const RESTOCK = `mutation Restock($input: RestockInput!) { restock(input: $input) { isRestocked } }`;

type OfferAnswer = Omit<Offer, 'variantId' | 'productId'> & { variantId: string; productId: string };

/** Reaches stock through the product subgraph's internal fields. */
export function createStockPort(product: SubgraphClient): StockPort {
  return {
    offersOf: async (variantIds, requestId) => {
      const ids = variantIds.map((id) => globalId('ProductVariant', id));
      const data = await askSubgraph<{ variantsForSale: (OfferAnswer | null)[] }>(product, OFFERS, { ids }, requestId);
      return data.variantsForSale.map((offer) => (offer ? withKeys(offer) : null));
    },
    reserve: async (reservationId, lines, seconds, requestId) => {
      const input = { reservationId, lines: lines.map(outside), expiresInSeconds: seconds };
      const data = await askSubgraph<ReserveAnswer>(product, RESERVE, { input }, requestId);
      const { isReserved, shortages } = data.reserveStock;
      if (isReserved) return [];
      // Neither held nor short: somebody has released this reservation already, so this checkout was given up.
      if (shortages.length === 0) throw new AppError('CONFLICT', 'This checkout was given up; send it again');
      return shortages.map(({ variantId, available }) => ({ variantId: keyOf('ProductVariant', variantId), available }));
    },
    claim: async (id, requestId) => {
      const data = await askSubgraph<{ claimStock: { isClaimed: boolean } }>(product, CLAIM, { id }, requestId);
      return data.claimStock.isClaimed;
    },
    release: async (id, reason, requestId) => {
      const data = await askSubgraph<{ releaseStock: { isReleased: boolean } }>(product, RELEASE, { id, reason }, requestId);
      return data.releaseStock.isReleased;
    },
    restock: async (reference, reason, lines, requestId) => {
      await askSubgraph(product, RESTOCK, { input: { reference, reason, lines: lines.map(outside) } }, requestId);
    },
  };
}

interface ReserveAnswer {
  readonly reserveStock: {
    readonly isReserved: boolean;
    readonly shortages: readonly { variantId: string; available: number }[];
  };
}

function outside({ variantId, quantity }: StockLine) {
  return { variantId: globalId('ProductVariant', variantId), quantity };
}

/** Stock calls a variant sellable only while there is some; a cart tells sold out and not sold apart. */
function withKeys(offer: OfferAnswer): Offer {
  const isSellable = offer.isSellable || offer.available <= 0;
  return {
    ...offer,
    isSellable,
    variantId: keyOf('ProductVariant', offer.variantId),
    productId: keyOf('Product', offer.productId),
  };
}
