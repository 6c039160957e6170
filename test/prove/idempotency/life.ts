import { orderInput, type Storefront, type Visitor, type Ware } from '../../support/storefront';
import type { Keyed, Sender } from './sender';

/** What became of one order after all that was sent for it. */
export interface Life {
  readonly orderId: string;
  readonly isReturned: boolean;
}

export interface World {
  readonly shop: Storefront;
  readonly staff: Visitor;
  readonly ware: Ware;
}

type Send = (
  name: string,
  type: string,
  fields: string,
  visitor: Visitor,
  input: object,
  changed: object,
) => Promise<Record<string, unknown> | null>;

const ERRORS = 'errors { ... on UserError { code } }';

/** A product with stock, and a variant with stock. */
async function stocked(send: Send, staff: Visitor, at: number): Promise<void> {
  const variant = (size: string) => ({ optionValues: [size], price: { amount: '1.00' }, stockOnHand: 1 });
  const product = { name: `life ${at}`, options: ['Size'], variants: [variant('S')] };
  const made = await send('createProduct', 'CreateProductInput', 'product { id }', staff, product, { name: 'other' });
  const productId = (made?.['product'] as { id: string } | undefined)?.id;
  if (productId === undefined) return;
  const request = { productId, variant: variant('M') };
  await send('addVariant', 'AddVariantInput', 'variant { id }', staff, request, { variant: variant('L') });
}

/** One order's life, every step by a mutation that takes a key: bought, noted, packed, sent, brought, and sent back, refunded or cancelled. */
export async function live({ shop, staff, ware }: World, sender: Sender, at: number): Promise<Life | null> {
  const send: Send = async (name, type, fields, visitor, input, changed) => {
    const document = `mutation M($input: ${type}!) { ${name}(input: $input) { ${fields} ${ERRORS} } }`;
    const mutation: Keyed = { name, document, visitor, input: { ...input }, changed: { ...input, ...changed } };
    const { answer, isGood } = await sender.send(mutation);
    return isGood ? { ...answer } : null;
  };
  const guest = await shop.guestWith(ware.id, 2);
  const { idempotencyKey: _none, ...input } = orderInput(guest, 'not used');
  const placed = await send(
    'placeOrder',
    'PlaceOrderInput',
    'order { id items { id } } replayed',
    guest,
    { ...input, note: `life ${at}` },
    { note: 'other' },
  );
  const order = placed?.['order'] as { id: string; items: { id: string }[] } | undefined;
  if (!order) return null;
  const orderId = order.id;
  const line = { itemId: order.items[0]?.id, quantity: 1 };
  const change = { orderId };
  await send(
    'adjustStock',
    'AdjustStockInput',
    'variant { id }',
    staff,
    { variantId: ware.id, delta: 1, reason: `life ${at}` },
    { delta: 2 },
  );
  await send('addOrderNote', 'AddOrderNoteInput', 'note { id }', staff, { ...change, text: `life ${at}` }, { text: 'other' });
  if (at % 5 === 0) await stocked(send, staff, at);
  if (at % 4 === 0) {
    await send('cancelOrder', 'CancelOrderInput', 'order { id }', staff, { ...change, reason: 'unwanted' }, { reason: 'other' });
    return { orderId, isReturned: false };
  }
  await send('packOrder', 'OrderChangeInput', 'order { id }', staff, change, { expectedVersion: 1 });
  const parcel = { carrier: 'Post', trackingNumber: `T${at}` };
  const shipped = await send(
    'shipOrder',
    'ShipOrderInput',
    'order { id shipments { id } }',
    staff,
    { ...change, ...parcel },
    { carrier: 'Other' },
  );
  const shipments = (shipped?.['order'] as { shipments: { id: string }[] } | undefined)?.shipments ?? [];
  if (shipments[0])
    await send(
      'deliverShipment',
      'DeliverShipmentInput',
      'order { id }',
      staff,
      { ...change, shipmentId: shipments[0].id },
      { expectedVersion: 1 },
    );
  if (at % 8 === 1) {
    const refund = { ...change, reason: 'lost', restock: true };
    await send('refundOrder', 'RefundOrderInput', 'order { id }', staff, refund, { restock: false });
    return { orderId, isReturned: false };
  }
  const asked = { ...change, lines: [line], reason: 'CHANGED_MIND' };
  const requested = await send('requestReturn', 'RequestReturnInput', 'return { id }', guest, asked, { comment: 'other' });
  const returnId = (requested?.['return'] as { id: string } | undefined)?.id;
  if (returnId === undefined) return { orderId, isReturned: false };
  if (at % 8 === 3) {
    await send('refuseReturn', 'AnswerReturnInput', 'return { id }', staff, { returnId, answer: 'worn' }, { answer: 'other' });
    return { orderId, isReturned: false };
  }
  await send('approveReturn', 'AnswerReturnInput', 'return { id }', staff, { returnId }, { answer: 'other' });
  await send(
    'receiveReturn',
    'ReceiveReturnInput',
    'return { id }',
    staff,
    { returnId },
    { lines: [{ ...line, restock: false }] },
  );
  await send(
    'refundPartially',
    'RefundPartiallyInput',
    'refund { id }',
    staff,
    { ...change, amount: { amount: '1.00' }, reason: `life ${at}` },
    { reason: 'other' },
  );
  return { orderId, isReturned: true };
}
