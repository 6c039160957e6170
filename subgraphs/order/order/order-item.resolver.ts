import { FieldResolver, ID, Resolver, Root } from 'type-graphql';
import { globalId, Money } from '../../../platform/federation';
import { paidMinor } from '../pricing';
import { Product, productOf, ProductVariant, variantOf } from '../reference';
import { OrderItem } from './order-item.entity';

@Resolver(() => OrderItem)
export class OrderItemResolver {
  @FieldResolver(() => ID, { description: 'Opaque, unique in the whole graph, and never changing.' })
  id(@Root() item: OrderItem): string {
    return globalId('OrderItem', item.id);
  }

  @FieldResolver(() => Product, { nullable: true, description: 'The product as it is now; null when it is gone.' })
  product(@Root() item: OrderItem): Product {
    return productOf(item.productId);
  }

  @FieldResolver(() => ProductVariant, { nullable: true, description: 'The variant as it is now; null when it is gone.' })
  variant(@Root() item: OrderItem): ProductVariant {
    return variantOf(item.variantId);
  }

  @FieldResolver(() => Money, { description: 'The price of one, when it was sold.' })
  price(@Root() item: OrderItem): Money {
    return Money.ofMinor(item.priceMinor, item.currency);
  }

  @FieldResolver(() => Money, { description: 'What was taken off price times quantity.' })
  discount(@Root() item: OrderItem): Money {
    return Money.ofMinor(item.discountMinor, item.currency);
  }

  @FieldResolver(() => Money, { description: 'Its tax: in the price, or on top of it, as pricesIncludeTax of the order says.' })
  tax(@Root() item: OrderItem): Money {
    return Money.ofMinor(item.taxMinor, item.currency);
  }

  @FieldResolver(() => Money, { description: 'What is paid for it: after discount, with tax.' })
  paid(@Root() item: OrderItem): Money {
    return Money.ofMinor(paidMinor(item, item.pricesIncludeTax), item.currency);
  }

  @FieldResolver(() => Money, { description: 'Price times quantity, before discount.' })
  lineTotal(@Root() item: OrderItem): Money {
    return Money.ofMinor(item.priceMinor * item.quantity, item.currency);
  }
}
