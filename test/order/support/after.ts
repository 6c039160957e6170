import { Client } from 'pg';
import type { Viewer } from '../../../platform/auth';
import { verifyAudit, type AuditVerdict, type VerifyOptions } from '../../../subgraphs/order/audit';
import { until } from '../../support/until';
import { add, change, place, type FailureData, type OrderData } from './operations';
import { newCustomer, newKey, staff, type Shop, type ShopVariant } from './shop';

export interface LineData {
  readonly id: string;
  readonly name: string;
  readonly quantity: number;
  readonly shippedQuantity: number;
  readonly cancelledQuantity: number;
  readonly returnedQuantity: number;
  readonly refundedQuantity: number;
}

export interface AfterData {
  readonly id: string;
  readonly status: string;
  readonly paymentStatus: string;
  readonly fulfilmentStatus: string;
  readonly allowedActions: readonly string[];
  readonly refundedAmount: { amount: string };
  readonly items: readonly LineData[];
  readonly shipments: readonly {
    id: string;
    trackingUrl: string | null;
    deliveredAt: string | null;
    lines: { quantity: number; item: { id: string } }[];
  }[];
  readonly refunds: readonly {
    kind: string;
    status: string;
    amount: { amount: string };
    lines: { quantity: number; amount: { amount: string } }[];
  }[];
  readonly returns: readonly ReturnData[];
  readonly events: readonly { type: string; actorKind: string }[];
  readonly payments: readonly { status: string; capturedAmount: { amount: string }; refundedAmount: { amount: string } }[];
}

export interface ReturnData {
  readonly id: string;
  readonly status: string;
  readonly answer: string | null;
  readonly lines: readonly { quantity: number; receivedQuantity: number | null; isRestocked: boolean | null }[];
}

const RETURN = `fragment return on OrderReturn { id status reason answer lines { item { id } quantity receivedQuantity isRestocked } }`;
const AFTER = `fragment after on Order { id status paymentStatus fulfilmentStatus allowedActions refundedAmount { amount }
  items { id name quantity shippedQuantity cancelledQuantity returnedQuantity refundedQuantity }
  shipments { id trackingUrl deliveredAt lines { quantity item { id } } }
  refunds { kind status amount { amount } lines { quantity amount { amount } } }
  returns { ...return } events { type actorKind }
  payments { status capturedAmount { amount } refundedAmount { amount } } } ${RETURN}`;
const FAILURES = `errors { __typename ... on UserError { code message path } ... on QuantityUnavailable { left }
  ... on IllegalTransition { from to } %MORE }`;

/** What became of an order, in full. */
export async function afterOf(shop: Shop, viewer: Viewer, id: string): Promise<AfterData> {
  const { order } = await shop.data<{ order: AfterData }>(
    `query($id: ID!) { order(id: $id) { ...after } } ${AFTER}`,
    { id },
    viewer,
  );
  return order;
}

/** A customer's order of a variant for each quantity, packed unless said otherwise. */
export async function ordered(
  shop: Shop,
  quantities: readonly number[],
  more: Record<string, unknown> = {},
  isPacked = true,
  price = '10.00',
) {
  const viewer = newCustomer();
  const variants: ShopVariant[] = [];
  for (const [at, quantity] of quantities.entries()) {
    const variant = await shop.addVariant({ stock: 100, price, name: `Ware ${at + 1}` });
    await add(shop, viewer, variant.id, quantity);
    variants.push(variant);
  }
  const { order, errors } = await place(shop, viewer, newKey(), more);
  if (!order) throw new Error(`no order was placed: ${JSON.stringify(errors)}`);
  if (isPacked) await change(shop, staff, 'packOrder', { orderId: order.id });
  const { items } = await afterOf(shop, staff, order.id);
  return { viewer, variants, order, orderId: order.id, items };
}

export interface DoneData {
  readonly order: OrderData | null;
  readonly errors: readonly FailureData[];
  readonly refund?: { amount: { amount: string }; status: string } | null;
  readonly return?: ReturnData | null;
  readonly note?: { id: string; text: string } | null;
}

const ANSWERS: Readonly<Record<string, readonly [input: string, answer: string, failures: string]>> = {
  refundPartially: [
    'RefundPartiallyInput',
    'order { ...after } refund { amount { amount } status }',
    '... on RefundTooLarge { refundable { amount } }',
  ],
  requestReturn: ['RequestReturnInput', 'order { ...after } return { ...return }', '... on ReturnWindowClosed { closedAt }'],
  approveReturn: ['AnswerReturnInput', 'order { ...after } return { ...return }', '... on IllegalReturnStep { status wanted }'],
  refuseReturn: ['AnswerReturnInput', 'order { ...after } return { ...return }', '... on IllegalReturnStep { status wanted }'],
  receiveReturn: ['ReceiveReturnInput', 'order { ...after } return { ...return }', '... on IllegalReturnStep { status wanted }'],
  deliverShipment: ['DeliverShipmentInput', 'order { ...after }', ''],
  addOrderNote: ['AddOrderNoteInput', 'note { id text }', ''],
};

/** Runs one of the mutations that came with this part of the graph, under a new key unless one is given. */
export async function after(shop: Shop, viewer: Viewer, mutation: string, input: Record<string, unknown>): Promise<DoneData> {
  const [type = '', answer = '', failures = ''] = ANSWERS[mutation] ?? [];
  const used = `${answer.includes('...after') ? AFTER : ''}`;
  const query = `mutation($input: ${type}!) { done: ${mutation}(input: $input) { ${answer} ${FAILURES.replace('%MORE', failures)} } } ${used}`;
  const { done } = await shop.data<{ done: DoneData }>(query, { input: { idempotencyKey: newKey(), ...input } }, viewer);
  return done;
}

/** Ships lines, or everything, as one parcel. */
export function ship(
  shop: Shop,
  orderId: string,
  lines: readonly (readonly [item: LineData | undefined, quantity: number])[] | null,
) {
  const asked = lines?.map(([item, quantity]) => ({ itemId: item?.id, quantity }));
  return change(shop, staff, 'shipOrder', {
    orderId,
    carrier: 'DHL',
    trackingNumber: 'JD01',
    ...(asked ? { lines: asked } : {}),
  });
}

export async function stockOf(shop: Shop, variant: ShopVariant | undefined): Promise<number> {
  const [row] = await shop.product.query<{ on_hand: number }>(
    'SELECT stock_on_hand AS on_hand FROM product_variant WHERE id = $1',
    [variant?.key],
  );
  return row?.on_hand ?? 0;
}

/** What `mercato audit verify` would say of the shop's order database. */
export async function verify(shop: Shop, options: VerifyOptions = {}): Promise<AuditVerdict> {
  const client = new Client({ connectionString: shop.order.url });
  await client.connect();
  try {
    return await verifyAudit(client, options);
  } finally {
    await client.end();
  }
}

/** Lets the worker finish what orders owe, as it does after a crash. */
export async function finishFollowUps(shop: Shop): Promise<void> {
  await shop.order.query('UPDATE order_task SET run_at = now() WHERE done_at IS NULL');
  const work = await shop.startWork();
  try {
    await until(
      () => shop.order.query('SELECT kind FROM order_task WHERE done_at IS NULL'),
      (open) => open.length === 0,
    );
  } finally {
    await work.stop();
  }
}
