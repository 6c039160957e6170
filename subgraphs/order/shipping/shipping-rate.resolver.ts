import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { requireScope } from '../../../platform/auth';
import {
  ConnectionArgs,
  globalId,
  keyOf,
  Money,
  readPage,
  toConnection,
  type ConnectionOf,
  type SubgraphContext,
} from '../../../platform/federation';
import { actorOf } from '../audit';
import { ShippingRate, ShippingRateConnection } from './shipping-rate.entity';
import {
  CreateShippingRateInput,
  DeleteShippingRateInput,
  readShippingCode,
  readShippingRate,
  UpdateShippingRateInput,
} from './shipping.inputs';
import { DeleteShippingRatePayload, ShippingRatePayload } from './shipping.payloads';
import type { ShippingRateOutcome, ShippingService } from './shipping.service';

const WRITE = 'orders:write';

/** What staff do to the ways of shipping. */
@Resolver(() => ShippingRate)
export class ShippingRateResolver {
  constructor(
    private readonly shipping: ShippingService,
    private readonly currency: string,
  ) {}

  @Query(() => ShippingRateConnection, { description: 'All ways to ship, for staff (scope orders:read).' })
  async shippingRates(
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: SubgraphContext,
  ): Promise<ConnectionOf<ShippingRate>> {
    requireScope(context.viewer, 'orders:read');
    return toConnection(await this.shipping.page(readPage(page)));
  }

  @Mutation(() => ShippingRatePayload, { description: 'Makes a way to ship. For staff (scope orders:write).' })
  async createShippingRate(
    @Arg('input', () => CreateShippingRateInput, { description: 'The way to ship.' }) input: CreateShippingRateInput,
    @Ctx() context: SubgraphContext,
  ): Promise<ShippingRatePayload> {
    requireScope(context.viewer, WRITE);
    const rate = readShippingRate(input, this.currency);
    return payload(await this.shipping.create(readShippingCode(input.code, 'input.code'), rate, actorOf(context.viewer)));
  }

  @Mutation(() => ShippingRatePayload, { description: 'Changes a way to ship. For staff (scope orders:write).' })
  async updateShippingRate(
    @Arg('input', () => UpdateShippingRateInput, { description: 'Which and what.' }) input: UpdateShippingRateInput,
    @Ctx() context: SubgraphContext,
  ): Promise<ShippingRatePayload> {
    requireScope(context.viewer, WRITE);
    const change = readShippingRate(input, this.currency);
    return payload(await this.shipping.update(keyOfRate(input), change, input.expectedVersion ?? null, actorOf(context.viewer)));
  }

  @Mutation(() => DeleteShippingRatePayload, {
    description: 'Deletes a way to ship; orders keep its name. For staff (scope orders:write).',
  })
  async deleteShippingRate(
    @Arg('input', () => DeleteShippingRateInput, { description: 'Which.' }) input: DeleteShippingRateInput,
    @Ctx() context: SubgraphContext,
  ): Promise<DeleteShippingRatePayload> {
    requireScope(context.viewer, WRITE);
    const actor = actorOf(context.viewer);
    const { rate, errors } = await this.shipping.delete(keyOfRate(input), input.expectedVersion ?? null, actor);
    const deletedShippingRateId = rate && globalId('ShippingRate', rate.id);
    return Object.assign(new DeleteShippingRatePayload(), { deletedShippingRateId, errors });
  }

  @FieldResolver(() => ID, { description: 'Opaque, unique in the whole graph, and never changing.' })
  id(@Root() rate: ShippingRate): string {
    return globalId('ShippingRate', rate.id);
  }

  @FieldResolver(() => Money, { description: 'What it costs.' })
  price(@Root() rate: ShippingRate): Money {
    return Money.ofMinor(rate.priceMinor, this.currency);
  }

  @FieldResolver(() => Money, {
    nullable: true,
    description: 'Goods of this value, after discount, travel free; null when none do.',
  })
  freeFrom(@Root() rate: ShippingRate): Money | null {
    return rate.freeFromMinor === null ? null : Money.ofMinor(rate.freeFromMinor, this.currency);
  }
}

function keyOfRate({ shippingRateId }: { readonly shippingRateId: string }): number {
  return keyOf('ShippingRate', shippingRateId, 'input.shippingRateId');
}

function payload({ rate, errors }: ShippingRateOutcome): ShippingRatePayload {
  return Object.assign(new ShippingRatePayload(), { shippingRate: rate, errors });
}
