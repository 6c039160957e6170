import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import { requireScope } from '../../../platform/auth';
import { globalId, Money, type SubgraphContext } from '../../../platform/federation';
import { Order, type OrderLoaders } from '../order';
import { Refund, RefundLine } from './refund.entity';
import { CancelOrderInput, readPartialRefund, readReasoned, RefundOrderInput, RefundPartiallyInput } from './refund.inputs';
import type { RefundLoaders } from './refund.loader';
import { CancelOrderPayload, RefundOrderPayload, RefundPartiallyPayload } from './refund.payloads';
import type { RefundService } from './refund.service';

const SCOPE = 'orders:write';

@Resolver(() => Order)
export class RefundResolver {
  constructor(
    private readonly service: RefundService,
    private readonly loaders: RefundLoaders,
    private readonly currency: string,
  ) {}

  @Mutation(() => CancelOrderPayload, {
    description:
      'Calls an order off before it leaves; the money goes back and the goods to the shelf. Of an order that has left in part, staff calls off the rest.',
  })
  async cancelOrder(
    @Arg('input', () => CancelOrderInput, { description: 'Which and why.' }) input: CancelOrderInput,
    @Ctx() context: SubgraphContext,
  ): Promise<CancelOrderPayload> {
    return Object.assign(new CancelOrderPayload(), await this.service.cancel(context, readReasoned(input)));
  }

  @Mutation(() => RefundOrderPayload, {
    description:
      'Gives all the money of a shipped or delivered order back that was not given back before. For staff (scope orders:write).',
  })
  async refundOrder(
    @Arg('input', () => RefundOrderInput, { description: 'Which and why.' }) input: RefundOrderInput,
    @Ctx() context: SubgraphContext,
  ): Promise<RefundOrderPayload> {
    requireScope(context.viewer, SCOPE);
    const request = { ...readReasoned(input), isRestocked: input.restock };
    return Object.assign(new RefundOrderPayload(), await this.service.refundWhole(context, request));
  }

  @Mutation(() => RefundPartiallyPayload, {
    description: 'Gives a part of the money of a paid order back. Never more than was paid. For staff (scope orders:write).',
  })
  async refundPartially(
    @Arg('input', () => RefundPartiallyInput, { description: 'Which, how much and why.' }) input: RefundPartiallyInput,
    @Ctx() context: SubgraphContext,
  ): Promise<RefundPartiallyPayload> {
    requireScope(context.viewer, SCOPE);
    const { order, made, errors } = await this.service.refundPart(context, readPartialRefund(input, this.currency));
    const refunds = order && made !== null ? await context.loaders.of(this.loaders.ofOrder).clear(order.id).load(order.id) : [];
    const refund = refunds.find(({ id }) => id === made) ?? null;
    return Object.assign(new RefundPartiallyPayload(), { order, refund, errors });
  }

  @FieldResolver(() => [Refund], { description: 'Money given back for it, oldest first.' })
  refunds(@Root() order: Order, @Ctx() context: SubgraphContext): Promise<Refund[]> {
    return context.loaders.of(this.loaders.ofOrder).load(order.id);
  }
}

@Resolver(() => Refund)
export class RefundFieldsResolver {
  constructor(
    private readonly loaders: RefundLoaders,
    private readonly orderLoaders: OrderLoaders,
  ) {}

  @FieldResolver(() => ID, { description: 'Opaque, unique in the whole graph, and never changing.' })
  id(@Root() refund: Refund): string {
    return globalId('Refund', refund.id);
  }

  @FieldResolver(() => Money, { description: 'How much.' })
  amount(@Root() refund: Refund): Money {
    return Money.ofMinor(refund.amountMinor, refund.currency);
  }

  @FieldResolver(() => [RefundLine], { description: 'What it gives back for which lines; empty for a mere amount.' })
  async lines(@Root() refund: Refund, @Ctx() context: SubgraphContext): Promise<RefundLine[]> {
    const [lines, items] = await Promise.all([
      context.loaders.of(this.loaders.lines).load(refund.id),
      context.loaders.of(this.orderLoaders.items).load(refund.orderId),
    ]);
    return lines.flatMap(({ itemId, quantity, amountMinor }) => {
      const item = items.find(({ id }) => id === itemId);
      return item ? [{ item, quantity, amount: Money.ofMinor(amountMinor, refund.currency) }] : [];
    });
  }
}
