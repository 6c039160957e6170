import { FieldResolver, ID, Resolver, Root } from 'type-graphql';
import { globalId, Money } from '../../../platform/federation';
import { Payment } from './payment.entity';

@Resolver(() => Payment)
export class PaymentResolver {
  @FieldResolver(() => ID, { description: 'Opaque, unique in the whole graph, and never changing.' })
  id(@Root() payment: Payment): string {
    return globalId('Payment', payment.id);
  }

  @FieldResolver(() => Money, { description: 'How much was asked for.' })
  amount(@Root() payment: Payment): Money {
    return Money.ofMinor(payment.amountMinor, payment.currency);
  }

  @FieldResolver(() => Money, { description: 'How much was taken so far.' })
  capturedAmount(@Root() payment: Payment): Money {
    return Money.ofMinor(payment.capturedMinor, payment.currency);
  }

  @FieldResolver(() => Money, { description: 'How much was given back so far, or is on its way.' })
  refundedAmount(@Root() payment: Payment): Money {
    return Money.ofMinor(payment.refundedMinor, payment.currency);
  }
}
