import { Arg, Args, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { hasScope, requireScope, requireUser } from '../../../platform/auth';
import {
  ConnectionArgs,
  globalId,
  keyOf,
  readPage,
  toConnection,
  type ConnectionOf,
  type Page,
  type SubgraphContext,
} from '../../../platform/federation';
import { readKey } from '../../../platform/idempotency';
import { defineLoader } from '../../../platform/loaders';
import { forgetProduct, ProductVariant, type CatalogLoaders } from '../catalog';
import type { LedgerKey, MovementRow, MovementService } from './movement.service';
import { AdjustStockInput, AdjustStockPayload, StockMovement, StockMovementConnection, VariantStock } from './movement.type';

const SCOPE = 'stock:write';

/** The batches of the stock ledger. */
export function createMovementLoaders(movements: MovementService) {
  return {
    page: defineLoader<LedgerKey, Omit<Page<MovementRow>, 'totalCount'>, SubgraphContext>({
      name: 'stockMovements',
      batch: (keys) => movements.pages(keys),
      cacheKey: (key) => JSON.stringify(key),
    }),
    count: defineLoader<number, number, SubgraphContext>({ name: 'stockMovementCount', batch: (keys) => movements.counts(keys) }),
  };
}

/** What staff see of stock, and do to it. */
@Resolver(() => ProductVariant)
export class MovementResolver {
  constructor(
    private readonly movements: MovementService,
    private readonly loaders: ReturnType<typeof createMovementLoaders>,
    private readonly catalogLoaders: CatalogLoaders,
  ) {}

  @Mutation(() => AdjustStockPayload, {
    description: 'Changes how many are on hand, with a reason. Needs the scope stock:write.',
  })
  async adjustStock(
    @Arg('input', () => AdjustStockInput, { description: 'The change.' }) input: AdjustStockInput,
    @Ctx() context: SubgraphContext,
  ): Promise<AdjustStockPayload> {
    requireScope(context.viewer, SCOPE);
    const { delta = null, quantity = null, expectedQuantity = null, isReceipt, reason } = input;
    const actor = globalId('User', requireUser(context.viewer));
    const variantKey = keyOf('ProductVariant', input.variantId, 'input.variantId');
    const adjustment = { delta, quantity, expectedQuantity, isReceipt, reason, actor };
    const key = input.idempotencyKey ? readKey(input.idempotencyKey) : null;
    const { result, errors } = await this.movements.adjust(variantKey, adjustment, key);
    if (result === null) return { variant: null, errors };
    const row = await context.loaders.of(this.catalogLoaders.variantByKey).clear(result).load(result);
    if (row) forgetProduct(this.catalogLoaders, context, row.productKey);
    return { variant: row && ProductVariant.of(row), errors };
  }

  @FieldResolver(() => VariantStock, {
    nullable: true,
    description: 'The numbers behind it, for staff with the scope stock:write; null for others.',
  })
  stock(@Root() { row }: ProductVariant, @Ctx() context: SubgraphContext): VariantStock | null {
    if (!hasScope(context.viewer, SCOPE)) return null;
    return { onHand: row.stockOnHand, reserved: row.stockReserved, isTracked: row.isTracked, allowBackorder: row.allowBackorder };
  }

  @FieldResolver(() => StockMovementConnection, {
    description: 'Its stock ledger, the newest first. Needs the scope stock:write.',
  })
  async stockMovements(
    @Root() { row }: ProductVariant,
    @Args(() => ConnectionArgs) args: ConnectionArgs,
    @Ctx() context: SubgraphContext,
  ): Promise<ConnectionOf<StockMovement>> {
    requireScope(context.viewer, SCOPE);
    const page = await context.loaders.of(this.loaders.page).load({ variantKey: row.key, page: readPage(args) });
    const edges = page.edges.map(({ cursor, node }) => ({ cursor, node: StockMovement.of(node) }));
    return toConnection({ ...page, edges, totalCount: () => context.loaders.of(this.loaders.count).load(row.key) });
  }
}
