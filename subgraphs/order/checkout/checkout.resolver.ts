import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { readMoney, type SubgraphContext } from '../../../platform/federation';
import { readKey } from '../../../platform/idempotency';
import { Order, type OrderLoaders } from '../order';
import { CheckoutQuote } from '../quote';
import { readShippingCode } from '../shipping';
import { optionalText, requiredText } from '../text';
import { readAddress } from './address.input';
import { EmailRequired, type InvalidAddress, type PlaceOrderFailure } from './checkout.errors';
import { PlaceOrderInput } from './checkout.inputs';
import { PlaceOrderPayload } from './checkout.payloads';
import type { CheckoutService, PlaceOrderRequest } from './checkout.service';

@Resolver(() => PlaceOrderPayload)
export class CheckoutResolver {
  constructor(
    private readonly checkout: CheckoutService,
    private readonly loaders: OrderLoaders,
    private readonly currency: string,
  ) {}

  @Mutation(() => PlaceOrderPayload, {
    description: 'Orders what is in your cart: stock is held, then the money, then the order is made. Exactly once per key.',
  })
  async placeOrder(
    @Arg('input', () => PlaceOrderInput, { description: 'The order.' }) input: PlaceOrderInput,
    @Ctx() context: SubgraphContext,
  ): Promise<PlaceOrderPayload> {
    const { request, errors } = readRequest(input, this.currency);
    if (errors.length > 0) return payload({ errors });
    if (input.dryRun) {
      const quoted = await this.checkout.quote(context, request);
      return payload({ errors: quoted.errors, quote: quoted.quote && CheckoutQuote.of(quoted.quote, quoted.currency) });
    }
    const outcome = await this.checkout.place(context, request);
    const order = outcome.orderId === null ? null : await this.read(outcome.orderId, context);
    return payload({ order, errors: outcome.errors, replayed: outcome.isReplayed });
  }

  private read(orderId: number, context: SubgraphContext): Promise<Order | null> {
    return context.loaders.of(this.loaders.byKey).load(orderId);
  }
}

/** Everything that is wrong with the input as data, so that a form can show all of it at once. */
function readRequest(
  input: PlaceOrderInput,
  currency: string,
): { request: PlaceOrderRequest; errors: (InvalidAddress | EmailRequired)[] } {
  const shipping = readAddress(input.shippingAddress, 'shippingAddress');
  const billing = input.billingAddress ? readAddress(input.billingAddress, 'billingAddress') : null;
  const email = optionalText(input.email, 'input.email', 320);
  const isEmailWrong = email !== null && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email);
  const request: PlaceOrderRequest = {
    idempotencyKey: readKey(input.idempotencyKey),
    email,
    shippingAddress: shipping.address,
    billingAddress: billing?.address ?? null,
    shippingMethod: readShippingMethod(input),
    paymentToken: requiredText(input.paymentToken, 'input.paymentToken', 200),
    expectedTotalMinor: input.expectedTotal
      ? readMoney(input.expectedTotal, currency, 'input.expectedTotal', 0, 100_000_000_000)
      : null,
    expectedCartVersion: input.expectedCartVersion ?? null,
    note: optionalText(input.note, 'input.note', 1000),
  };
  return { request, errors: [...shipping.errors, ...(billing?.errors ?? []), ...(isEmailWrong ? [EmailRequired.make()] : [])] };
}

function readShippingMethod({ shippingMethod, shippingMethodCode }: PlaceOrderInput): string {
  return shippingMethodCode ? readShippingCode(shippingMethodCode, 'input.shippingMethodCode') : shippingMethod;
}

function payload(parts: {
  order?: Order | null;
  errors: readonly PlaceOrderFailure[];
  replayed?: boolean;
  quote?: CheckoutQuote | null;
}): PlaceOrderPayload {
  return Object.assign(new PlaceOrderPayload(), { order: null, replayed: false, quote: null, ...parts });
}
