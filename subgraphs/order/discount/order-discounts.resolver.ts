import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { SubgraphContext } from '../../../platform/federation';
import { Order } from '../order';
import { AppliedDiscount } from './discount.payloads';
import type { DiscountLoader } from './discount.loader';

/** What discount codes add to an order. */
@Resolver(() => Order)
export class OrderDiscountsResolver {
  constructor(private readonly loader: DiscountLoader) {}

  @FieldResolver(() => [AppliedDiscount], { description: 'The discount codes that were used, and what each took off.' })
  async discounts(@Root() order: Order, @Ctx() context: SubgraphContext): Promise<AppliedDiscount[]> {
    const taken = await context.loaders.of(this.loader).load(order.id);
    return taken.map((discount) => AppliedDiscount.of(discount, order.currency));
  }
}
