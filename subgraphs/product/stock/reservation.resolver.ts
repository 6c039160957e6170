import { Arg, Ctx, Directive, ID, Mutation, Query, Resolver } from 'type-graphql';
import { requireService } from '../../../platform/auth';
import { badInput } from '../../../platform/errors';
import { globalId, keyOf, tryKeyOf, type SubgraphContext } from '../../../platform/federation';
import type { ForSaleService } from './for-sale.service';
import { ReserveStockInput, RestockInput, type StockLineInput } from './reservation.inputs';
import {
  ClaimStockPayload,
  ReleaseStockPayload,
  ReserveStockPayload,
  RestockPayload,
  VariantForSale,
} from './reservation.payloads';
import type { ReservationService, StockLine } from './reservation.service';

const MAX_IDS = 1000;

/** What the order subgraph asks of stock; hidden from clients and refused to them. */
@Resolver()
export class ReservationResolver {
  constructor(
    private readonly reservations: ReservationService,
    private readonly forSale: ForSaleService,
  ) {}

  @Directive('@inaccessible')
  @Query(() => [VariantForSale], {
    nullable: 'items',
    description: 'Prices and stock in the order asked; null for an unknown id. Internal.',
  })
  async variantsForSale(
    @Arg('ids', () => [ID], { description: 'Variants, at most 1,000.' }) ids: string[],
    @Ctx() context: SubgraphContext,
  ): Promise<(VariantForSale | null)[]> {
    requireService(context.viewer);
    if (ids.length > MAX_IDS) throw badInput('ids', `must hold at most ${MAX_IDS}`);
    const found = await this.forSale.byVariantKeys(ids.map((id) => tryKeyOf('ProductVariant', id) ?? 0));
    return found.map((variant, at) =>
      variant === null ? null : { ...variant, variantId: ids[at] ?? '', productId: globalId('Product', variant.productKey) },
    );
  }

  @Directive('@inaccessible')
  @Mutation(() => ReserveStockPayload, { description: 'Holds all lines or none. Internal.' })
  async reserveStock(
    @Arg('input', () => ReserveStockInput, { description: 'What to hold.' }) input: ReserveStockInput,
    @Ctx() context: SubgraphContext,
  ): Promise<ReserveStockPayload> {
    requireService(context.viewer);
    const reserved = await this.reservations.reserve(input.reservationId, linesOf(input.lines), input.expiresInSeconds);
    const shortages = reserved.shortages.map(({ variantId, available }) => ({
      variantId: globalId('ProductVariant', variantId),
      available,
    }));
    return { ...reserved, shortages };
  }

  @Directive('@inaccessible')
  @Mutation(() => ClaimStockPayload, { description: 'Turns held stock into a sale. Internal.' })
  async claimStock(
    @Arg('reservationId', () => String, { description: 'As given to reserveStock.' }) reservationId: string,
    @Ctx() context: SubgraphContext,
  ): Promise<ClaimStockPayload> {
    requireService(context.viewer);
    return { isClaimed: await this.reservations.claim(reservationId) };
  }

  @Directive('@inaccessible')
  @Mutation(() => ReleaseStockPayload, { description: 'Gives held stock back. Internal.' })
  async releaseStock(
    @Arg('reservationId', () => String, { description: 'As given to reserveStock.' }) reservationId: string,
    @Arg('reason', () => String, { description: 'Why, at most 500 characters.' }) reason: string,
    @Ctx() context: SubgraphContext,
  ): Promise<ReleaseStockPayload> {
    requireService(context.viewer);
    return { isReleased: await this.reservations.release(reservationId, reason) };
  }

  @Directive('@inaccessible')
  @Mutation(() => RestockPayload, { description: 'Takes sold goods back into stock. Internal.' })
  async restock(
    @Arg('input', () => RestockInput, { description: 'What came back.' }) input: RestockInput,
    @Ctx() context: SubgraphContext,
  ): Promise<RestockPayload> {
    requireService(context.viewer);
    return { isRestocked: await this.reservations.restock(input.reference, input.reason, linesOf(input.lines)) };
  }
}

function linesOf(lines: readonly StockLineInput[]): StockLine[] {
  return lines.map(({ variantId, quantity }) => ({
    variantId: keyOf('ProductVariant', variantId, 'input.lines.variantId'),
    quantity,
  }));
}
