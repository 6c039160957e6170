import { Arg, Args, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { requireScope } from '../../../platform/auth';
import { badInput } from '../../../platform/errors';
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
import { Payment, type PaymentLoader } from '../payment';
import { TaxLine, taxLinesOfOrder } from '../pricing';
import { User, userOf } from '../reference';
import { optionalText, requiredText } from '../text';
import { asOrderAddress, OrderAddress } from './order-address';
import { Order } from './order.entity';
import { OrderEvent } from './order-event.entity';
import { OrderFilterInput, OrderSortName, readFilter } from './order.inputs';
import { OrderItem } from './order-item.entity';
import type { OrderLoaders } from './order.loader';
import { OrderConnection } from './order.payloads';
import { allowedActions, maySee, mayDo } from './order.policy';
import type { OrderService } from './order.service';
import { asShippingMethod, ShippingMethod } from './order.status';
import { OrderAction } from './order.transitions';

@Resolver(() => Order)
export class OrderResolver {
  constructor(
    private readonly service: OrderService,
    private readonly loaders: OrderLoaders,
    private readonly paymentsOfOrder: PaymentLoader,
    private readonly currency: string,
  ) {}

  @Query(() => Order, {
    nullable: true,
    description: 'One order of your own, or any for staff; null when there is none that you may see.',
  })
  order(@Arg('id', () => ID, { description: 'The order.' }) id: string, @Ctx() context: SubgraphContext): Promise<Order | null> {
    return this.visible(keyOf('Order', id), context);
  }

  @Query(() => Order, {
    nullable: true,
    description: 'One order by what people call it; null when there is none that you may see.',
  })
  orderByNumber(
    @Arg('number', () => String, { description: 'Such as "M-7K3P-9QXF".' }) number: string,
    @Arg('email', () => String, {
      nullable: true,
      description: 'The address given with a guest order, for guests without their token.',
    })
    email: string | null,
    @Ctx() context: SubgraphContext,
  ): Promise<Order | null> {
    return this.service.byNumber(requiredText(number, 'number', 40), optionalText(email, 'email', 320), context.viewer);
  }

  @Query(() => OrderConnection, { description: 'All orders, for staff (scope orders:read).' })
  async orders(
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Arg('filter', () => OrderFilterInput, { nullable: true, description: 'Which ones.' }) filter: OrderFilterInput | null,
    @Arg('sort', () => OrderSortName, { defaultValue: 'NEWEST', description: 'In which order.' }) sort: OrderSortName,
    @Ctx() context: SubgraphContext,
  ): Promise<ConnectionOf<Order>> {
    requireScope(context.viewer, 'orders:read');
    return toConnection(await this.service.page({ page: readPage(page), filter: readFilter(filter, this.currency), sort }));
  }

  @FieldResolver(() => ID, { description: 'Opaque, unique in the whole graph, and never changing.' })
  id(@Root() order: Order): string {
    return globalId('Order', order.id);
  }

  @FieldResolver(() => Money, { description: 'The sum of the lines.' })
  subtotal(@Root() order: Order): Money {
    return Money.ofMinor(order.subtotalMinor, order.currency);
  }

  @FieldResolver(() => Money, { description: 'What the shipping costs, after discounts.' })
  shipping(@Root() order: Order): Money {
    return Money.ofMinor(order.shippingMinor, order.currency);
  }

  @FieldResolver(() => Money, { description: 'The tax of the shipping: in it, or on top of it, as pricesIncludeTax says.' })
  shippingTax(@Root() order: Order): Money {
    return Money.ofMinor(order.shippingTaxMinor, order.currency);
  }

  @FieldResolver(() => Money, {
    description: 'The tax of all items and the shipping: in the total in any case, in the prices if pricesIncludeTax.',
  })
  tax(@Root() order: Order): Money {
    return Money.ofMinor(order.taxMinor, order.currency);
  }

  @FieldResolver(() => [TaxLine], { description: 'The tax by rate, the highest first.' })
  async taxLines(@Root() order: Order, @Ctx() context: SubgraphContext): Promise<TaxLine[]> {
    const items = await context.loaders.of(this.loaders.items).load(order.id);
    return taxLinesOfOrder(order, items).map((line) => TaxLine.of(line, order.currency));
  }

  @FieldResolver(() => Money, { description: 'What was taken off the subtotal.' })
  discount(@Root() order: Order): Money {
    return Money.ofMinor(order.discountMinor, order.currency);
  }

  @FieldResolver(() => Money, {
    description: 'What is to be paid: subtotal - discount + shipping, and + tax unless pricesIncludeTax.',
  })
  totalAmount(@Root() order: Order): Money {
    return Money.ofMinor(order.totalMinor, order.currency);
  }

  @FieldResolver(() => ShippingMethod, {
    description: 'How it travels.',
    deprecationReason: 'Shops have ways of their own: use shippingMethodCode and shippingMethodName.',
  })
  shippingMethod(@Root() order: Order): ShippingMethod {
    return asShippingMethod(order.shippingMethodCode);
  }

  @FieldResolver(() => Money, { description: 'What was given back of the total, or is on its way back.' })
  refundedAmount(@Root() order: Order): Money {
    return Money.ofMinor(order.refundedMinor, order.currency);
  }

  @FieldResolver(() => OrderAddress, { nullable: true, description: 'Where it goes; null after the account was erased.' })
  shippingAddress(@Root() order: Order): OrderAddress | null {
    return asOrderAddress(order.shippingAddressData);
  }

  @FieldResolver(() => OrderAddress, { nullable: true, description: 'Where the bill goes; null when it goes with the goods.' })
  billingAddress(@Root() order: Order): OrderAddress | null {
    return asOrderAddress(order.billingAddressData);
  }

  @FieldResolver(() => User, { nullable: true, description: 'Who placed it; null for a guest.' })
  customer(@Root() order: Order): User | null {
    return order.userId === null ? null : userOf(order.userId);
  }

  @FieldResolver(() => [OrderItem], { description: 'What was bought; at most 200 lines.' })
  items(@Root() order: Order, @Ctx() context: SubgraphContext): Promise<OrderItem[]> {
    return context.loaders.of(this.loaders.items).load(order.id);
  }

  @FieldResolver(() => [Payment], { description: 'Money held or taken for it, oldest first.' })
  payments(@Root() order: Order, @Ctx() context: SubgraphContext): Promise<Payment[]> {
    return context.loaders.of(this.paymentsOfOrder).load(order.id);
  }

  @FieldResolver(() => [OrderEvent], { description: 'What happened to it, oldest first.' })
  async events(
    @Root() order: Order,
    @Arg('afterSequence', () => Int, { defaultValue: 0, description: 'Only entries after this one.' }) afterSequence: number,
    @Ctx() context: SubgraphContext,
  ): Promise<OrderEvent[]> {
    if (afterSequence < 0) throw badInput('afterSequence', 'must be 0 or more');
    const events = await context.loaders.of(this.loaders.events).load(order.id);
    return events.filter((event) => event.sequence > afterSequence);
  }

  @FieldResolver(() => [OrderAction], { description: 'What you may do with it now.' })
  allowedActions(@Root() order: Order, @Ctx() context: SubgraphContext): OrderAction[] {
    return allowedActions(context.viewer, order);
  }

  @FieldResolver(() => Boolean, { description: 'Whether you may call it off now.' })
  canCancel(@Root() order: Order, @Ctx() context: SubgraphContext): boolean {
    return mayDo(context.viewer, 'CANCEL', order);
  }

  /** `__resolveReference` of Order. */
  resolveReference(reference: Record<string, unknown>, context: SubgraphContext): Promise<Order | null> {
    return this.visible(keyOf('Order', String(reference['id'])), context);
  }

  /** The order, if the viewer may see it. */
  async visible(key: number, context: SubgraphContext): Promise<Order | null> {
    const order = await context.loaders.of(this.loaders.byKey).load(key);
    return order && maySee(context.viewer, order) ? order : null;
  }
}
